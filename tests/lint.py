"""`make lint`: every check runs, whatever the others say; the last line tells which failed."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.production import environment  # noqa: E402 -- found only after the line above


def decides() -> list[str]:
    """What is typed strictly: the ground, and of every noun the pages that decide. New nouns join by themselves."""
    pages = ("states.py", "rules.py", "actions.py", "actions/*.py")
    found = {
        path
        for floor in ("cms", "review", "candidate_api", "home")
        for page in pages
        for path in ROOT.glob(f"{floor}/**/{page}")
    }
    return ["portal/kernel", "portal/settings/secrets.py", *sorted(str(path.relative_to(ROOT)) for path in found)]


BIN = Path(sys.executable).parent
TESTS = {"DJANGO_SETTINGS_MODULE": "portal.settings.test"}
CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "style": (["ruff", "check"], {}),
    "format": (["ruff", "format", "--check"], {}),
    "templates": (["djlint", "templates", "--lint", "--quiet"], {}),
    "templates' format": (["djlint", "templates", "--check"], {}),
    "types": (["mypy", *decides()], TESTS),
    "import contracts": (["lint-imports", "--cache-dir", "var/cache/imports"], {}),
    "migrations": (["python", "manage.py", "makemigrations", "--check", "--dry-run"], TESTS),
    "production": (["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], environment()),
    "API document": (["python", "tests/openapi.py"], {}),
}

# What must never be committed: keys, tokens, and a literal given to something that is called a secret.
SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"
    rb"|\b(?:AKIA|LTAI)[A-Za-z0-9]{16,}|\bAKID[A-Za-z0-9]{32}"
    rb"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[abpr]-[A-Za-z0-9-]{20,}"
    rb"|(?i:secret|password|passwd|api_?v3_?key|access_?key|token)\w*[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_-]{24,}={0,2}[\"']"
)
HOSTS = re.compile(rb"https?://[^\s\"'#]*(?:/simple\b|files\.pythonhosted)|--(?:index-url|extra-index-url|find-links)")


def main() -> int:
    failed = []
    for name, (command, variables) in CHECKS.items():
        began = time.monotonic()
        path = str(BIN / command[0]) if (BIN / command[0]).exists() else command[0]
        ran = subprocess.run(
            [path, *command[1:]],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "ok" if ran.returncode == 0 else "FAILED"
        sys.stdout.write(f"{name}: {verdict} ({time.monotonic() - began:.0f} s)\n")
        if ran.returncode != 0:
            failed.append(name)
            sys.stdout.write(ran.stdout + "\n")
        sys.stdout.flush()
    if found := [*search(SECRETS, tracked()), *search(HOSTS, ["requirements.txt", "requirements-dev.txt"])]:
        failed.append("secrets")
        sys.stdout.write("a secret or a registry's host, it seems:\n  " + "\n  ".join(found) + "\n")
    sys.stdout.write(f"lint: {', '.join(failed) + ' failed' if failed else 'all checks passed'}\n")
    return 1 if failed else 0


def tracked() -> list[str]:
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()


def search(pattern: re.Pattern[bytes], paths: list[str]) -> list[str]:
    """`path:line` of each match; the match itself is not printed."""
    found = []
    for path in paths:
        content = (ROOT / path).read_bytes() if (ROOT / path).is_file() else b""
        lines = dict.fromkeys(content.count(b"\n", 0, match.start()) + 1 for match in pattern.finditer(content))
        found += [f"{path}:{line}" for line in lines]
    return found


if __name__ == "__main__":
    sys.exit(main())
