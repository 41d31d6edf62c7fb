"""Every sentence that the source gives to gettext, and the catalogues of `portal/locale/`, without gettext's tools."""

import ast
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.forms import Field, Form
from django.template.base import FilterExpression, Node, TextNode, Variable
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

from portal.kernel.api import Input

ROOT: Path = settings.ROOT
FLOORS = ("portal", "home", "candidate_api", "review", "cms")
HAN = re.compile("[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)|%%|%[\d.]*[a-z]|\{\w+\}|<[a-z]+")
_CALLS = {"_", "gettext", "gettext_lazy"}
# What only staff read. Their screens are Chinese.
_DESK = re.compile(
    r"/(tests|migrations|demo|management|twin|admin|staff_door|dashboard|audit|users|seed)/"
    r"|/(admin|models|messages|blocks|setup|wagtail_hooks|wagtail_words|wordings|audit_words|seed|door)\.py$"
    r"|/(models|reconciliation|finance|broadcasts|invariants|imports|registry|approval|workdays)/"
    r"|^review/(types|offices|materials|bulk|desk)/(?!queries|forms)"
    r"|^review/applications/actions/(deciding|claims)\.py$"
    r"|^cms/(service|windows|tiles)/actions\.py$|^cms/(tiles|built_pages)/rules\.py$|^cms/complaints/actions/answering\.py$"
    r"|^candidate_api/(arrangements|results|graduations|sessions|transfers|catalogue)/(actions|kinds|arriving)"
    r"|^candidate_api/catalogue/rules\.py$|^portal/kernel/messages/(rules|queries)\.py$"
    r"|^templates/(?!home/|components/|cms/\w+\.html|errors/|base\.html|accounts/)"
)


def is_for_candidates(path: str) -> bool:
    """Whether what this file says can reach a candidate; of everything that is kept they read in 个人数据."""
    return path.endswith("/privacy.py") or not _DESK.search(path)


def files() -> Iterator[tuple[str, Path]]:
    """The house's sources that have words in them, by their path."""
    sources = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    for path in sorted([*sources, *(ROOT / "templates").rglob("*.html")]):
        yield path.relative_to(ROOT).as_posix(), path


def said_in(name: str, path: Path) -> list[str]:
    """The msgids of a Python file or a template."""
    return list(_of_template(name.removeprefix("templates/")) if name.endswith(".html") else _of_python(path))


def bare_in(name: str) -> list[str]:
    """Chinese of a template that is not given to gettext."""
    told = _walk(get_template(name.removeprefix("templates/")).template.nodelist)  # type: ignore[attr-defined]
    return [node.s.strip() for node in told if isinstance(node, TextNode) and HAN.search(node.s)]


def _of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _CALLS:
            continue
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield node.args[0].value


def _of_template(name: str) -> Iterator[str]:
    for node in _walk(get_template(name).template.nodelist):  # type: ignore[attr-defined]
        if isinstance(node, BlockTranslateNode):
            yield node.render_token_list(node.singular)[0]
        elif isinstance(node, TranslateNode):
            literal = node.filter_expression.var.literal
            yield from [literal.replace("%", "%%")] if isinstance(literal, str) else []  # as gettext is asked for it
        yield from (text for value in vars(node).values() for text in _in_expression(value))


def _walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in ("nodelist", "nodelist_loop", "nodelist_empty", "nodelist_true", "nodelist_false"):
            yield from _walk(getattr(node, name, None) or ())
        for _condition, inner in getattr(node, "conditions_nodelists", ()):
            yield from _walk(inner)


def _in_expression(value: Any) -> Iterator[str]:
    """`_("…")` among a tag's arguments."""
    match value:
        case FilterExpression():
            yield from _in_expression(value.var)
            yield from (text for _f, given in value.filters for _l, one in given for text in _in_expression(one))
        case Variable() if value.translate and isinstance(value.literal, str):
            yield value.literal.replace("%", "%%")
        case dict():
            yield from (text for one in value.values() for text in _in_expression(one))


def of_libraries() -> set[str]:
    """What Django and DRF say of the fields of the house's forms and of the bodies it takes, untranslated."""
    import_module(settings.ROOT_URLCONF)  # all edges
    said: set[Any] = set()
    for form in _below(Form):
        said |= {text for field in form.base_fields.values() for text in _of_field(field)}
    for body in _below(Input):
        said |= {text for field in _in_body(body()) for text in _of_field(field)}
    with translation.override(None):
        return {str(text) for text in said} - {""}  # counted ones say nothing without their number


def _below(base: type) -> Iterator[Any]:
    for kind in base.__subclasses__():
        if kind.__module__.split(".")[0] in FLOORS:
            yield kind
        yield from _below(kind)


def _in_body(field: Any) -> Iterator[Any]:
    yield field
    for inner in [*getattr(field, "fields", {}).values(), getattr(field, "child", None)]:
        if inner is not None:
            yield from _in_body(inner)


def _of_field(field: Any) -> Iterator[Any]:
    yield from field.error_messages.values()
    yield from (validator.message for validator in field.validators if isinstance(field, Field))


_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)
_PART = re.compile(r'"(.*)"')


def catalogue(language: str, domain: str = "django") -> dict[str, str]:
    """A `.po` as what it says: msgid to msgstr, without its head."""
    text = (ROOT / "portal" / "locale" / language / "LC_MESSAGES" / f"{domain}.po").read_text(encoding="utf-8")
    found = {_unquoted(msgid): _unquoted(msgstr) for msgid, msgstr in _ENTRY.findall(text)}
    found.pop("", None)
    return found


def _unquoted(lines: str) -> str:
    return "".join(ast.literal_eval(f'"{part}"') for part in _PART.findall(lines))
