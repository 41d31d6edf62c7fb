"""The parts of docs/ that the code generates, between `<!-- kind:what -->` and `<!-- /kind -->`.

`--write` makes them so; `tests/house/test_docs.py` fails on one that is not.
"""

import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(<!-- (?P<kind>[a-z]+)(?::(?P<what>[^>]+?))? -->\n)(?P<body>.*?)(<!-- /(?P=kind) -->)", re.DOTALL)

Rows = list[tuple[str, ...]]


def pages() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def written(text: str) -> str:
    """The page as the code wants it: every block made anew, the rest untouched."""
    return BLOCK.sub(lambda block: block[1] + made(block["kind"], block["what"] or "") + "\n" + block[5], text)


def made(kind: str, what: str) -> str:
    return KINDS[kind](what)


def table(head: tuple[str, ...], rows: Rows) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def first_line(documented: Any) -> str:
    return (documented.__doc__ or "").strip().split("\n")[0]


# -- what there is ----------------------------------------------------------------------------------------------
def states(name: str) -> str:
    """A noun's machine: the diagram, and who may ask for which move."""
    from tests.house.machines import machines

    machine = {machine.name: machine for machine in machines()}[name]
    shown = " · ".join(f"`{state.code}` {state.label}" for state in machine.states.values())
    moves = [
        (
            f"`{move.verb}`",
            str(move.label),
            ", ".join(sorted(move.who)),
            ", ".join(f"`{code}`" for code in move.sources),
        )
        for move in machine.moves.values()
    ]
    asked = table(("move", "on the screen", "asked for by", "in"), moves)
    return f"```mermaid\n{machine.diagram()}\n```\n\nStates: {shown}\n\n{asked}"


def codes(_: str) -> str:
    """The closed list of refusals."""
    from portal.kernel.errors import STATUS, TITLE, Code

    return table(("code", "status", "title"), [(f"`{c.value}`", str(int(STATUS[c])), str(TITLE[c])) for c in Code])


def jobs(_: str) -> str:
    """What happens by itself."""
    from portal.celery import app
    from portal.schedule import SCHEDULE

    app.loader.import_default_modules()
    rows = [
        (f"`{name}`", f"`{job['task']}`", spoken(job["schedule"]), first_line(app.tasks[job["task"]].run))
        for name, job in SCHEDULE.items()
    ]
    return table(("job", "task", "every", "what it does"), rows)


def commands(_: str) -> str:
    """Our own management commands."""
    rows = [
        (f"`manage.py {name}`", str(importlib.import_module(module).Command.help)) for name, module in our_commands()
    ]
    return table(("command", "what it does"), rows)


def our_commands() -> Iterator[tuple[str, str]]:
    """Name and module of each."""
    from tests.house.source import FLOORS

    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("management/commands/*.py")):
            if path.stem != "__init__":
                yield path.stem, ".".join(path.relative_to(ROOT).with_suffix("").parts)


def invariants(_: str) -> str:
    """What `check_invariants` looks at."""
    from candidate_api.invariants.queries import INVARIANTS

    return table(("", "promise"), [(one.code, str(one.promise)) for one in INVARIANTS])


def source(name: str) -> str:
    """A function of the product, as it stands there."""
    module, _, function = name.rpartition(".")
    return f"```python\n{inspect.getsource(getattr(importlib.import_module(module), function)).rstrip()}\n```"


def limits(module: str) -> str:
    """The constants of a page of rules."""
    from portal.kernel.limits import Limit

    found = vars(importlib.import_module(module))
    plain = (int, timedelta, tuple, list, Limit)
    named = {name: value for name, value in found.items() if name.isupper() and isinstance(value, plain)}
    # What is made of rows (slots, steps) explains itself in the code.
    shown = {name: value for name, value in named.items() if not isinstance(value, tuple | list) or _numbers(value)}
    return table(("limit", "value"), [(f"`{name}`", spoken(value)) for name, value in shown.items()])


def texts(_: str) -> str:
    """What a provider of text messages must have approved: our code, the text, what it is filled with in order."""
    from portal.kernel.messages.states import Channel
    from portal.kernel.messages.templates import REGISTRY

    found = [REGISTRY[code] for code in sorted(REGISTRY) if Channel.SMS in REGISTRY[code].channels]
    rows = [(f"`{one.code}`", str(one.text), ", ".join(one.names) or "—") for one in found]
    return table(("code", "text", "values"), rows)


def _numbers(values: tuple[Any, ...] | list[Any]) -> bool:
    return all(isinstance(value, int | timedelta) for value in values)


def spoken(value: Any) -> str:
    """`timedelta(minutes=10)` → `10 min`."""
    if isinstance(value, tuple | list):
        return ", ".join(spoken(one) for one in value)
    if hasattr(value, "most"):
        return f"{value.most} in {spoken(value.within)}"
    if not isinstance(value, timedelta):
        return str(value)
    seconds = int(value.total_seconds())
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {word}"
    return f"{seconds} s"


# -- addresses --------------------------------------------------------------------------------------------------
def patterns(urlpatterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every path and its view, beneath includes too, parameters as `{name}`."""
    for entry in urlpatterns:
        path = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from patterns(entry.url_patterns, path)
        else:
            yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), entry.callback


def paths(_: str) -> str:
    """The API's addresses."""
    from candidate_api.urls import urlpatterns

    rows: Rows = []
    for path, view in patterns(urlpatterns):
        if path.startswith("pages/"):
            continue  # Wagtail's own, documented by Wagtail
        shape = getattr(view, "cls", None)
        if shape is None:
            rows.append(("POST", f"`{path}`", "signed by the channel", "", ""))
            continue
        for method in ("get", "post", "put", "patch", "delete"):
            handler = getattr(shape, method, None)
            if handler is not None:
                who = "a token" if shape.permission_classes and shape.authentication_classes else "everybody"
                key = "yes" if getattr(handler, "takes_idempotency_key", False) else ""
                refusals = ", ".join(f"`{code.value}`" for code in getattr(handler, "problems", ()))
                rows.append((method.upper(), f"`{path}`", who, key, refusals))
    return table(("method", "path", "for", "`Idempotency-Key`", "refusals beyond the usual"), rows)


def web(_: str) -> str:
    """The portal's addresses."""
    from home.urls import urlpatterns

    rows = [
        (f"`/{path}`", "the candidate" if _is_private(view) else "everybody", first_line(view))
        for path, view in patterns(list(urlpatterns))
        if view.__module__.startswith("home.")
    ]
    return table(("address", "for", "what"), rows)


def _is_private(view: Any) -> bool:
    from home.doors import private

    while view is not None:
        if view.__code__.co_qualname.startswith(f"{private.__name__}."):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


KINDS: dict[str, Callable[[str], str]] = {
    "codes": codes,
    "commands": commands,
    "invariants": invariants,
    "jobs": jobs,
    "limits": limits,
    "paths": paths,
    "source": source,
    "states": states,
    "texts": texts,
    "web": web,
}


def main() -> int:
    import django

    django.setup()
    stale = {page: text for page in pages() if (text := written(page.read_text())) != page.read_text()}
    for page, text in stale.items():
        if "--write" in sys.argv:
            page.write_text(text)
        sys.stdout.write(f"{page.relative_to(ROOT)}{'' if '--write' in sys.argv else ': `make docs` writes it anew'}\n")
    return 1 if stale and "--write" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
