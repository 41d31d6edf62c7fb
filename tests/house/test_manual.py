"""The user's manual and the tests that walk through it say the same: sections, and the pictures that they take."""

import ast
import re
from functools import cache
from itertools import pairwise

from tests.house.source import ROOT

MANUAL = ROOT / "docs" / "manual.md"
CHAPTERS = ROOT / "tests" / "e2e" / "chapters"
PICTURES = ROOT / "docs" / "images" / "manual"
HEADING = re.compile(r"^(#{2,4}) (.+)$", re.MULTILINE)
PICTURE = re.compile(r'src="images/manual/([\w-]+)\.webp"')
REMEDY = "`make manual` takes the pictures"
MOST_BYTES = 60_000, 3_000_000  # of one, of all


@cache
def modules() -> dict[str, ast.Module]:
    return {path.stem: ast.parse(path.read_text()) for path in sorted(CHAPTERS.glob("*.py"))}


def headings() -> list[tuple[int, str]]:
    return [(len(marks), words) for marks, words in HEADING.findall(MANUAL.read_text())]


def leaves() -> set[str]:
    """Headings that have none below them."""
    found = [*headings(), (0, "")]
    return {words for (level, words), (following, _) in pairwise(found) if following <= level}


def walked() -> set[str]:
    """What tests say that they walk through: the first words of their docstrings, up to a colon."""
    tests = [node for tree in modules().values() for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {(ast.get_docstring(test) or "").partition(": ")[0] for test in tests if test.name.startswith("test_")}


def taken() -> list[str]:
    """Every name that is given to `illustrate`."""
    calls = [node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "illustrate"
    ]


def test_every_section_is_walked_through_and_nothing_else() -> None:
    known = {words for _level, words in headings()}
    assert leaves() - walked() == set()
    assert walked() - known == set()
    for name, tree in modules().items():
        if name.startswith("test_"):
            assert set((ast.get_docstring(tree) or "").split()) <= known, name


def test_every_picture_is_taken_once_and_shown() -> None:
    shown = PICTURE.findall(MANUAL.read_text())
    assert sorted(taken()) == sorted(set(taken()))
    assert sorted(shown) == sorted(taken()), REMEDY
    assert sorted(path.stem for path in PICTURES.glob("*.webp")) == sorted(shown), REMEDY


def test_pictures_stand_in_their_chapter() -> None:
    chapters = re.split(r"^## ", MANUAL.read_text(), flags=re.MULTILINE)[1:]
    numbered = [part for part in chapters if part[0] in "一二三四五六"]
    for number, part in enumerate(numbered, 1):
        assert {name.partition("-")[0] for name in PICTURE.findall(part)} == {str(number)}


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES.glob("*.webp")}
    one, all_ = MOST_BYTES
    assert {name for name, size in sizes.items() if size > one} == set()
    assert sum(sizes.values()) <= all_
