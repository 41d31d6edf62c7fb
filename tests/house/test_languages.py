"""Candidates read Chinese or English: every sentence is in both, with the same in its gaps."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import words

LOCALE = words.ROOT / "portal" / "locale"
SCRIPTS = sorted((words.ROOT / "home" / "assets" / "js").glob("*.js"))
CATALOGUES = sorted(path.relative_to(LOCALE).as_posix() for path in LOCALE.rglob("*.po"))


def sentences() -> Iterator[tuple[str, str]]:
    """What candidates may be told: where it stands, and the msgid."""
    for name, path in words.files():
        if words.is_for_candidates(name):
            said = words.said_in(name, path)
            yield from ((name, msgid) for msgid in said if words.HAN.search(msgid) or name == "home/wording.py")


def test_every_sentence_for_candidates_is_in_english_too() -> None:
    english = words.catalogue("en")
    assert [(name, msgid) for name, msgid in sentences() if not english.get(msgid)] == [], (
        "portal/locale/en/LC_MESSAGES/django.po, then django-admin compilemessages --locale en"
    )


def test_a_translation_has_the_same_gaps_and_no_chinese() -> None:
    def gaps(text: str) -> list[str]:
        return sorted(words.PLACEHOLDER.findall(text))

    for msgid, text in words.catalogue("en").items():
        if words.HAN.search(msgid):
            assert gaps(msgid) == gaps(text), msgid
        else:  # a library's sentence, which says back what was sent
            assert set(gaps(text)) <= set(gaps(msgid)), msgid
        assert not words.HAN.search(text), msgid
        assert not re.search("[\u3000-\u303f\uff00-\uffef]", text), f"{msgid}: a Chinese mark"


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {msgid for name, path in words.files() for msgid in words.said_in(name, path)}
    source = "".join(path.read_text(encoding="utf-8") for name, path in words.files() if name.endswith(".py"))
    lists = "".join(path.read_text(encoding="utf-8") for path in (words.ROOT / "fixtures").glob("*.json"))
    libraries = words.catalogue("zh_Hans")
    english = [msgid for msgid in words.catalogue("en") if msgid not in said and msgid not in libraries]
    assert [msgid for msgid in english if msgid not in source + lists] == []


def test_what_the_libraries_say_of_a_field_is_said_in_the_houses_words() -> None:
    """In Chinese always; in English where theirs would speak of types."""
    chinese, english = words.catalogue("zh_Hans"), words.catalogue("en")
    theirs = {sentence for sentence in words.of_libraries() if not words.HAN.search(sentence)}
    assert sorted(theirs - chinese.keys()) == []
    odd = re.compile("dictionary|type|slug|null|UUID|Ensure|instead|string")
    assert sorted(sentence for sentence in theirs - english.keys() if odd.search(sentence)) == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_what_is_read_is_what_is_written(name: str) -> None:
    """Catalogues are read compiled: who changes one compiles it."""
    language, _folder, file = name.split("/")
    with (LOCALE / name).with_suffix(".mo").open("rb") as compiled:
        held = gettext.GNUTranslations(compiled)
    written = words.catalogue(language, Path(file).stem)
    assert {msgid: held.gettext(msgid) for msgid in written} == written


def test_templates_and_scripts_for_candidates_leave_no_sentence_out_of_the_catalogue() -> None:
    """`templates/demo/` shows the house to developers, and what a template of `accounts/` says is a law's text."""
    for name, _path in words.files():
        if name.endswith(".html") and words.is_for_candidates(name) and not name.startswith("templates/accounts/"):
            own_name = '<span lang="zh-Hans">中文</span>'  # a language is called by its own name
            assert [text for text in words.bare_in(name) if text != own_name] == [], name
    for path in SCRIPTS:
        if path.stem != "desk":
            code = re.sub(r"^\s*//.*| // .*", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert not words.HAN.search(code), path.name
