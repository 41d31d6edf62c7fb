"""Numbers of documents and names as people have them; a second opinion on check digits and dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from candidate_api.candidates.rules import (
    birth_date_error,
    check_digit,
    clean_id_number,
    id_number_error,
    name_error,
    said_by,
)
from candidate_api.candidates.states import IdType
from portal.kernel.text import clean_name

TODAY = date(2026, 11, 24)
PERMANENT = "911123199001011235"
PROVINCES = [f"{zone}{n}" for zone, last in enumerate((5, 3, 7, 6, 4, 5), 1) for n in range(zone != 5, last + 1)]


@given(
    area=st.integers(110000, 659999).filter(lambda area: str(area)[:2] in PROVINCES),
    born=st.dates(date(1900, 1, 1), TODAY - timedelta(days=1)),
    serial=st.integers(0, 999),
)
def test_a_right_number_is_accepted_and_another_last_digit_is_not(area: int, born: date, serial: int) -> None:
    body = f"{area}{born:%Y%m%d}{serial:03d}"
    number = body + ric.calc_check_digit(body + "0")
    assert id_number_error(IdType.RESIDENT_ID, clean_id_number(number.lower()), TODAY) is None
    for last in "0123456789X":
        error = id_number_error(IdType.RESIDENT_ID, body + last, TODAY)
        assert (error is None) == (last == number[-1])


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_digit_is_what_others_compute(body: str) -> None:
    assert check_digit(body) == ric.calc_check_digit(body + "0")


@given(st.text(max_size=30), st.sampled_from(IdType.values))
def test_no_text_is_too_strange_to_be_judged(text: str, id_type: str) -> None:
    for error in (id_number_error(id_type, clean_id_number(text), TODAY), name_error(clean_name(text))):
        assert error is None or str(error.detail)


@pytest.mark.parametrize("area", ["330113", "330114", "440399"])
def test_new_counties_are_no_mistake(area: str) -> None:
    body = f"{area}19950612123"
    assert id_number_error(IdType.RESIDENT_ID, body + check_digit(body), TODAY) is None


@pytest.mark.parametrize("province", ["00", "10", "16", "38", "47", "66", "99"])
def test_a_province_that_is_none(province: str) -> None:
    body = f"{province}010319950612123"
    assert id_number_error(IdType.RESIDENT_ID, body + check_digit(body), TODAY) is not None


@pytest.mark.parametrize(
    "born", ["19950230", "20230229", "18991231", "19951301", f"{TODAY + timedelta(days=1):%Y%m%d}"]
)
def test_a_day_that_never_was_or_is_to_come(born: str) -> None:
    body = f"450103{born}123"
    error = id_number_error(IdType.RESIDENT_ID, body + check_digit(body), TODAY)
    assert (error and error.code) == "birth_date"


@pytest.mark.parametrize("number", ["450103950612123", "450103000229123"])
def test_fifteen_digits_are_refused_with_the_reason(number: str) -> None:
    error = id_number_error(IdType.RESIDENT_ID, number, TODAY)
    assert (error and error.code) == "fifteen_digits"
    assert "18位" in str(error and error.detail)


@pytest.mark.parametrize(
    ("id_type", "right", "wrong"),
    [
        (IdType.HK_MACAO_PERMIT, ["H12345678", "m1234567801"], ["12345678", "H1234567"]),
        (IdType.TAIWAN_PERMIT, ["12345678"], ["T1234567", "123", "1234567801"]),
        (IdType.PASSPORT, ["E12345678", "ab12345"], ["护照12345", "1"]),
        (
            IdType.FOREIGN_RESIDENCE,
            ["CHN123456789012", PERMANENT],
            ["CHN1", "811123199001011234", "911123199001011230", "911123199002301234"],
        ),
        (IdType.MILITARY, ["南字第1234567号", "军1234567"], ["12", "南字"]),
    ],
)
def test_the_other_documents(id_type: str, right: list[str], wrong: list[str]) -> None:
    assert [n for n in right if id_number_error(id_type, clean_id_number(n), TODAY)] == []
    assert [n for n in wrong if id_number_error(id_type, clean_id_number(n), TODAY) is None] == []


@pytest.mark.parametrize(
    "name", ["张䶮", "李㛃", "王𬭎", "〇九", "阿依古丽\u00b7买买提", "王\U0002ebf0", "李\U00031350", "Conan O'Brien"]
)
def test_rare_names_are_kept_as_typed(name: str) -> None:
    assert clean_name(name) == name
    assert name_error(name) is None


@pytest.mark.parametrize("name", ["小莉😀", "韦❤莉", "韦莉1", "韦", "<b>韦</b>", "··", "韦" * 61])
def test_what_is_no_name(name: str) -> None:
    assert name_error(clean_name(name)) is not None


@pytest.mark.parametrize("area", ["810000", "911123"])
def test_eighteen_digits_say_birthday_and_sex_whatever_the_document(area: str) -> None:
    said = said_by(f"{area}199001011010")
    assert said == {"birth_date": date(1990, 1, 1), "gender": "male"}
    assert said_by("E12345678") == {}


@pytest.mark.parametrize(("born", "is_right"), [
    (date(1899, 12, 31), False), (date(1900, 1, 1), True), (TODAY - timedelta(days=1), True), (TODAY, False),
    (date(2999, 1, 1), False),
])  # fmt: skip
def test_nobody_is_born_today_or_two_lives_ago(born: date, is_right: bool) -> None:
    assert (birth_date_error(born, TODAY) is None) is is_right


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("阿布\u0387买", "阿布\u00b7买"),
        ("阿布\u16eb买", "阿布\u00b7买"),
        ("阿布\u2e31买", "阿布\u00b7买"),
        ("阿布.买", "阿布\u00b7买"),
        ("阿布．买", "阿布\u00b7买"),
        ("J. R. Wei", "J. R. Wei"),
        ("O\u2019Brien", "O'Brien"),
        ("张　三", "张三"),
        ("韦 旧号", "韦旧号"),
        ("李 \t 小 莉", "李小莉"),
        ("𠮷 田〇 三", "𠮷田〇三"),
        ("阿卜杜拉 Ali  Reza", "阿卜杜拉 Ali Reza"),
    ],
)
def test_a_name_has_one_spelling_whatever_the_keyboard_gives(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept
    assert name_error(kept) is None


@pytest.mark.parametrize(
    ("id_type", "number", "told"),
    [
        (IdType.HMT_RESIDENCE, "123", "港澳台居民居住证号为18位，最后一位可以是X。"),
        (IdType.HMT_RESIDENCE, "810103900101123", "港澳台居民居住证号为18位，最后一位可以是X。"),
        (IdType.HMT_RESIDENCE, "810103199802301234", "港澳台居民居住证号中的出生日期不存在，请核对。"),
        (IdType.FOREIGN_RESIDENCE, PERMANENT[:17] + "0", "外国人永久居留身份证号有误，请逐位核对。"),
        (IdType.RESIDENT_ID, "123", "身份证号为18位，最后一位可以是X。"),
        (IdType.RESIDENT_ID, "450103900101123", "15位身份证号须先到就近的市招生考试院升为18位，再填写18位的号码。"),
    ],
)
def test_a_wrong_number_is_called_by_its_own_document(id_type: str, number: str, told: str) -> None:
    error = id_number_error(id_type, number, TODAY)
    assert error is not None
    assert str(error.detail) == told
