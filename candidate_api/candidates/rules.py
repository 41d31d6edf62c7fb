"""What makes an ID number, a name, a profile right; how a 准考证号 is composed. Plain values, no database."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.states import Gender, IdType
from portal.kernel.errors import FieldError
from portal.kernel.text import clean, is_name

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

# How the other documents' numbers look. Their issuers publish no check digit that holds for all of them.
_PATTERNS = {
    IdType.HK_MACAO_PERMIT: re.compile(r"[HM]\d{8}(\d{2})?"),
    IdType.TAIWAN_PERMIT: re.compile(r"\d{8}([0-9A-Z]{2})?"),
    IdType.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
    IdType.FOREIGN_RESIDENCE: re.compile(r"[A-Z]{3}\d{12}|9\d{16}[\dX]"),
    IdType.MILITARY: re.compile(r"[\u4e00-\u9fff]{0,4}[A-Z0-9]{6,12}号?"),
}


def clean_id_number(value: str) -> str:
    """As typed to as stored: full-width to ASCII, spaces gone, letters upper-case."""
    return clean(value).replace(" ", "").upper()


def id_number_error(id_type: str, number: str, today: date) -> FieldError | None:
    """Why `number` cannot be of that type, or None. Resident numbers by GB 11643: check digit and a real date.

    The county is not looked up: new counties appear faster than any table.
    """
    if id_type in (IdType.RESIDENT_ID, IdType.HMT_RESIDENCE):
        if re.fullmatch(r"\d{15}", number):
            return _id_error("fifteen_digits", _("15位身份证号须先到就近的市招生考试院升为18位后再注册。"))
        if not re.fullmatch(r"\d{17}[\dX]", number):
            return _id_error("format", _("身份证号为18位，最后一位可以是X。"))
        born = resident_birth_date(number)
        if born is None or not date(1900, 1, 1) <= born <= today:
            return _id_error("birth_date", _("身份证号中的出生日期不存在，请核对。"))
        if check_digit(number[:17]) != number[17]:
            return _id_error("check_digit", _("身份证号有误，请逐位核对。"))
        return None
    pattern = _PATTERNS.get(IdType(id_type))
    if pattern and not pattern.fullmatch(number):
        return _id_error("format", _("证件号码与所选证件类型不符，请核对。"))
    return None


def _id_error(code: str, sentence: object) -> FieldError:
    return FieldError("id_number", code, sentence)  # type: ignore[arg-type]


def check_digit(body: str) -> str:
    """What follows the first 17 digits of a resident number (GB 11643)."""
    return _CHECK_DIGITS[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def resident_birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def resident_gender(number: str) -> Gender:
    return Gender.MALE if int(number[16]) % 2 else Gender.FEMALE


def name_error(name: str) -> FieldError | None:
    """Why this cannot be a name, or None; expects `clean_name` to have run."""
    if is_name(name):
        return None
    return FieldError("name", "invalid", _("姓名只能包含文字和间隔号“·”，2至60个字。"))


def mobile_error(mobile: str) -> FieldError | None:
    """Mainland mobile numbers; expects `clean` to have run."""
    if re.fullmatch(r"1[3-9]\d{9}", mobile):
        return None
    return FieldError("mobile", "invalid", _("请填写11位手机号码。"))


@dataclass(frozen=True)
class Step:
    """One thing on the way to the 准考证号."""

    step: str
    label: object
    done: bool


# What a complete record holds (domain 2.10); the rest of the profile is optional.
REQUIRED = (
    "gender",
    "birth_date",
    "ethnicity",
    "political_status",
    "education",
    "occupation",
    "address_area",
    "address",
    "district_id",
    "major_id",
)


def number_prefix(district_code: str, day: date) -> str:
    """The first seven digits of a 准考证号: city, office, year and half (domain 2.7), e.g. `0101262`."""
    half = 1 if day.month <= 6 else 2
    return f"{district_code[2:4]}01{day:%y}{half}"
