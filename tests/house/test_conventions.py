"""The house rules that a linter does not know (docs/house.md). Each test names the places that break its rule."""

import ast
import re
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from portal.celery import app
from portal.kernel.audit.words import word
from portal.kernel.messages.templates import REGISTRY
from tests.house.source import ROOT, product

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LABELS = re.compile(r"(^|_)label$|^get_\w+_display$")
BENEATH_THE_EDGES = {"states", "rules", "queries", "actions", "tasks"}  # Wagtail gives its page models a request


def test_neither_edges_nor_models_lock_rows() -> None:
    places = [
        source.at(node)
        for source in product()
        for node in source.nodes(ast.Attribute)
        if node.attr == "select_for_update"
        and source.page in {"states", "rules", "models", "tasks", "api", "admin", "pages"}
    ]
    assert places == []


def test_there_is_one_clock() -> None:
    readings = {
        ("timezone", "now"), ("timezone", "localdate"), ("timezone", "localtime"),
        ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
    }  # fmt: skip
    places = [
        source.at(node)
        for source in product()
        for node in source.nodes(ast.Attribute)
        if (_name(node.value), node.attr) in readings
        and str(source.path) != "portal/kernel/clock.py"
        and "twin" not in source.path.parts  # a piece of the outside world, with a clock of its own
    ]
    assert places == []


def test_rules_and_states_read_no_clock_and_no_database() -> None:
    places = [
        source.at(node)
        for source in product()
        if source.page in {"rules", "states"} and str(source.path) != "portal/kernel/states.py"
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Attribute) and _name(node.value) == "clock" and node.attr in {"now", "today"})
        or (
            isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db") and not _only_choices(node)
        )
        or (isinstance(node, ast.Import) and any(alias.name.startswith("django.db") for alias in node.names))
    ]
    assert places == []


def test_codes_decide_and_labels_only_show() -> None:
    places = [
        source.at(node)
        for source in product()
        for node in source.nodes(ast.Compare)
        if any(_is_label(part) for part in [node.left, *node.comparators])
        and "# data, no label" not in source.text.splitlines()[node.lineno - 1]
    ]
    assert places == []


def test_no_verb_takes_a_request() -> None:
    places = [
        source.at(node)
        for source in product()
        if source.page in BENEATH_THE_EDGES
        for node in source.nodes(ast.FunctionDef)
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if argument.arg == "request"
    ]
    assert places == []


def test_edges_write_nothing_themselves() -> None:
    writes = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}
    places = [
        source.at(node)
        for source in product()
        if source.page in {"api", "pages"}
        for node in source.nodes(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in writes
        and ("objects" in ast.unparse(node.func.value) or (node.func.attr == "save" and not node.args))
    ]
    assert places == []


def test_verbs_wake_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    woken = {
        ast.literal_eval(node.args[0])
        for source in product()
        for node in source.nodes(ast.Call)
        if _name(node.func) == "wake"
    }
    assert woken
    assert woken - app.tasks.keys() == set()


def test_every_exception_from_a_rule_says_why() -> None:
    marks = re.compile(r"#\s*(?:noqa|type: ignore)(?!.* -- )(?!.*\[[a-z, -]+\])")
    places = [
        f"{source.path}:{number}"
        for source in product()
        if source.path.name != "apps.py"  # Django's `ready()` is the place for late imports
        for number, line in enumerate(source.text.splitlines(), 1)
        if marks.search(line)
    ]
    assert places == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    places = [
        f"{source.path}:{number}"
        for source in product()
        for number, line in enumerate(source.text.splitlines(), 1)
        if later.search(line)
    ]
    assert places == []


def test_no_file_outgrows_a_reader() -> None:
    longest = 400
    assert [str(s.path) for s in product() if s.text.count("\n") > longest] == []


def test_the_inactive_twin_of_django_fsm_is_not_installed() -> None:
    # Both install the package `django_fsm` and overwrite each other without a word.
    assert distribution("django-fsm-2").version
    with pytest.raises(PackageNotFoundError):
        distribution("django-fsm")


def test_the_stack_page_names_every_direct_dependency() -> None:
    listed = (ROOT / "requirements.in").read_text() + (ROOT / "requirements-dev.in").read_text()
    names = re.findall(r"^([a-z][a-z0-9-]*)", listed, re.MULTILINE)
    page = (ROOT / "docs" / "stack.md").read_text().lower()

    assert [name for name in names if f"`{name}`" not in page] == []


def test_requirements_name_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def _name(node: ast.expr) -> str:
    """The last name of `a.b.c`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _only_choices(node: ast.ImportFrom) -> bool:
    """`from django.db import models` for TextChoices is a declaration, not a database."""
    return [alias.name for alias in node.names] == ["models"] or [alias.name for alias in node.names] == ["TextChoices"]


def _is_label(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Constant):
        # One character is data (a letter of a name, a mark); a word is something people read.
        return isinstance(node.value, str) and len(node.value) > 1 and bool(CHINESE.search(node.value))
    return bool(LABELS.search(_name(node)))


def test_the_log_has_a_word_for_every_verb() -> None:
    """Verbs that are written out; what a machine or a table names is called as that names it."""
    written = {
        constant.value
        for source in product()
        for call in source.nodes(ast.Call)
        if _name(call.func) in {"record", "entry", "audit_entry", "columns"} and call.args
        for constant in _written_out(call.args[0])
    }
    assert {verb for verb in written if word(verb) == verb} == set()


def test_the_places_in_a_message_are_in_braces() -> None:
    """`%(name)s`, as sentences have it, would be sent as it stands."""
    assert REGISTRY
    assert {shape.code for shape in REGISTRY.values() if "%" in f"{shape.title}{shape.text}"} == set()


def _written_out(verb: ast.expr) -> list[ast.Constant]:
    choices = [verb.body, verb.orelse] if isinstance(verb, ast.IfExp) else [verb]
    return [choice for choice in choices if isinstance(choice, ast.Constant)]
