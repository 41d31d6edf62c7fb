"""The pages of docs/ say what the code says: what can be generated is, what is named exists, links lead somewhere."""

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils import translation

from portal.kernel.errors import Code
from portal.schedule import SCHEDULE
from tests.docs import BLOCK, DOCS, our_commands, pages, paths, written
from tests.house.machines import machines
from tests.house.source import ROOT

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_OF_OTHERS = {"max_connections"}
# A name of ours in a code span: a path in the house, or words with underscores or dots between them.
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")


@cache
def house() -> tuple[frozenset[str], frozenset[str]]:
    """Every path of the house, folders too, and every word that stands in its files; docs itself proves nothing."""
    files = [path for top in sorted(ROOT.iterdir()) if _is_ours(top) for path in (top, *top.rglob("*"))]
    paths = {str(path.relative_to(ROOT)) for path in [*files, *DOCS.rglob("*"), DOCS]}
    told = {".py", ".html", ".typ", ".toml", ".js", ".css", ".json", ".example", ".conf", ".service", ".in", ".txt"}
    read = [path for path in files if path.is_file() and (path.suffix in told or path.name == "Makefile")]
    words = {word for path in read for word in re.findall(r"\w+", path.read_text())}
    return frozenset(paths), frozenset(words)


def _is_ours(top: Path) -> bool:
    return top.name == ".ci" or (top.name[0] != "." and top.name not in {"var", "docs"})


def lost_links(page: Path) -> list[str]:
    """Relative links that lead to no file, to no heading of a page, or out of the house."""
    lost = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" in link:
            continue
        file, _, heading = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        found = target.is_relative_to(ROOT) and target.exists()
        if not found or (heading and heading not in headings(target)):
            lost.append(link)
    return lost


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def everything() -> str:
    return "\n".join(page.read_text() for page in pages())


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(DOCS)))
class TestEveryPage:
    def test_its_generated_parts_are_true(self, page: Path) -> None:
        text = page.read_text()
        assert text.count("<!-- /") == len(BLOCK.findall(text)), "a marker without its end"
        with translation.override("zh-hans"):
            assert written(text) == text, "`make docs` writes it anew"

    def test_its_links_lead_somewhere(self, page: Path) -> None:
        assert lost_links(page) == []

    def test_the_files_and_names_it_mentions_exist(self, page: Path) -> None:
        paths, words = house()
        files = {path.rpartition("/")[2] for path in paths}
        spans = SPAN.findall(FENCE.sub("", BLOCK.sub("", page.read_text())))
        lost = [
            span
            for span in spans
            if (_is_path(span) and span.rstrip("/") not in paths)
            or (_is_name(span) and span not in files and not set(span.split(".")) <= words)
        ]
        assert lost == []


def _is_path(span: str) -> bool:
    """`portal/kernel/clock.py`, `candidate_api/payments/`: begins with a folder of the house."""
    return bool(PATH.fullmatch(span)) and "/" in span and span.split("/", maxsplit=1)[0] in _FOLDERS


_FOLDERS = {
    "portal", "home", "candidate_api", "review", "cms", "templates", "fixtures", "tests", "docs", "deploy", ".ci",
}  # fmt: skip


def _is_name(span: str) -> bool:
    return bool(NAME.fullmatch(span)) and "_" in span and span not in _OF_OTHERS


def test_the_front_pages_links_lead_somewhere() -> None:
    assert lost_links(ROOT / "README.md") == []


def test_every_machine_has_its_diagram() -> None:
    shown = {block["what"] for block in BLOCK.finditer(everything()) if block["kind"] == "states"}
    assert shown == {machine.name for machine in machines()}


def test_every_command_job_and_refusal_is_mentioned() -> None:
    text = everything()
    named = [f"manage.py {name}" for name, _module in our_commands()]
    named += [*SCHEDULE, *(job["task"] for job in SCHEDULE.values()), *(code.value for code in Code)]
    assert [name for name in named if f"`{name}`" not in text] == []


def test_the_table_of_paths_holds_what_the_contract_describes() -> None:
    contract = re.findall(r"^  /api/v1/(.*):$", (DOCS / "openapi.yaml").read_text(), re.MULTILINE)
    table = paths("")
    assert [path for path in contract if f"`{path}`" not in table] == []


def test_every_page_can_be_found_from_the_index() -> None:
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            links = (link.partition("#")[0] for link in LINK.findall(page.read_text()))
            waiting += [(page.parent / link).resolve() for link in links if link and "://" not in link]
    assert {page for page in pages() if page not in seen} == set()


def test_every_command_that_is_mentioned_can_be_run() -> None:
    known = set(get_commands())
    named = set(re.findall(r"manage\.py ([a-z_]+)", everything()))
    assert named - known == set()


@pytest.mark.parametrize(
    ("asset", "most"), [("css/portal.css", 20), ("js/portal.js", 30), ("img/icons.svg", 10)], ids=str
)
def test_what_every_visitor_loads_stays_light(asset: str, most: int) -> None:
    content = (ROOT / "home" / "assets" / asset).read_bytes()
    assert len(gzip.compress(content)) <= most * 1024
