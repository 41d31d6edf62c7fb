"""`make test`: the stages that this machine can run, and a plain word about those that it cannot.

First everything on SQLite in memory; then, where DATABASE_URL or REDIS_URL names a service, everything again on it.
The browser's tests run once, in the last stage.
`REQUIRE=postgresql,redis,rabbitmq,browser` makes a missing one a failure.
What pytest prints last is the last stage's summary; what was left out stands just above it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import browser  # noqa: E402 -- found only after the line above

SERVICES = {"postgresql": "DATABASE_URL", "redis": "REDIS_URL", "rabbitmq": "RABBITMQ_URL"}
NOT_SOURCES = {".git", ".venv", "var"}


@dataclass(frozen=True)
class Stage:
    title: str
    environment: dict[str, str]
    arguments: list[str]


def main(arguments: list[str]) -> int:
    missing = what_is_missing()
    required = {name for name in os.environ.get("REQUIRE", "").split(",") if name}
    if unknown := required - {*SERVICES, "browser"}:
        sys.exit(f"REQUIRE knows {', '.join([*SERVICES, 'browser'])}; not {', '.join(sorted(unknown))}")
    if lacking := required & missing.keys():
        sys.exit("required and missing: " + "; ".join(missing[name] for name in sorted(lacking)))

    before = tree()
    done: list[str] = []
    room = tempfile.mkdtemp(prefix="zt-")
    try:
        todo = stages(missing)
        for number, stage in enumerate(todo, 1):
            print(f"\n=== {number} of {len(todo)}: {stage.title}", flush=True)
            last = number == len(todo)
            report = {"stage": stage.title, "earlier": done, "left_out": list(missing.values()) if last else []}
            result, summary = run(stage, arguments, room, report)
            done.append(f"{stage.title}: {summary}")
            if result != 0:
                not_run = [f"{later.title}: an earlier stage failed" for later in todo[number:]]
                print("\n".join(["not run:", *not_run, *missing.values()]), file=sys.stderr)
                return result
    finally:
        shutil.rmtree(room, ignore_errors=True)
    if left := sorted(tree() ^ before):
        print("the tests left or removed files:\n  " + "\n  ".join(left), file=sys.stderr)
        return 1
    return 0


def what_is_missing() -> dict[str, str]:
    """What cannot be tested here, with the sentence that says why."""
    missing = {
        name: f"{name}: {variable} is not set" for name, variable in SERVICES.items() if not os.environ.get(variable)
    }
    if browser.found() is None:
        missing["browser"] = "browser: no Chromium was found (CHROMIUM names one)"
    return missing


def stages(missing: dict[str, str]) -> list[Stage]:
    services = [name for name in SERVICES if name not in missing]
    bare = {name: value for name, value in os.environ.items() if name not in {*SERVICES.values(), "CELERY_BROKER_URL"}}
    with_services = {**bare, **{SERVICES[name]: os.environ[SERVICES[name]] for name in services}}
    found = [Stage("SQLite", bare, ["-m", "not browser"] if services else [])]
    if services:
        found.append(Stage(", ".join(services), with_services, []))
    return found


def run(stage: Stage, arguments: list[str], room: str, report: dict[str, object]) -> tuple[int, str]:
    """One pytest over everything; its exit status and its own last line."""
    summary = Path(room) / "summary"
    environment = {
        **stage.environment,
        "ZIKAO_REPORT": json.dumps(report),
        "ZIKAO_SUMMARY": str(summary),
        "TMPDIR": room,
        "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / "var" / "cache" / "hypothesis"),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--maxprocesses", "8", *stage.arguments, *arguments]
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return status, summary.read_text() if summary.exists() else "did not finish"


def tree() -> set[str]:
    """Every file of the checkout but git's, the environment's and var/'s, and what git says of it."""
    paths: set[str] = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not (folder == str(ROOT) and name in NOT_SOURCES)]
        paths.update(os.path.relpath(os.path.join(folder, name), ROOT) for name in files)
    git = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return paths | {f"git says: {line}" for line in git.stdout.splitlines()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
