"""What makes an ID number, a name, a profile right; how a 准考证号 is composed. Plain values, no database."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.states import Category, Gender, IdType
from portal.kernel.errors import FieldError
from portal.kernel.limits import Limit
from portal.kernel.text import clean, clean_mobile, is_name

# Who sees candidates at the desk, each for their own offices: codes of review.offices.states.Role.
DESK = ("archive", "first_reviewer", "second_reviewer", "support", "administrator")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CANDIDATE_NUMBER = re.compile(r"[0-9]{12}")
# Hong Kong, Macao, Taiwan: where a 港澳台居民居住证 says its holder is from, and no 居民身份证 does.
_HMT_AREAS = ("81", "82", "83")

# GB/T 2260: the first two digits of a resident number, with the areas that issue 居住证 to people from there.
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")

# No county's code: where a 外国人永久居留身份证 begins.
_FOREIGN = "9"

# A permit's number lasts for life; older cards print 换证次数, two characters that change with each card, behind it.
_WITH_ISSUE = re.compile(r"([HM][0-9]{8})[0-9]{2}")
_TAIWAN_WITH_ISSUE = re.compile(r"[0-9]{8}[0-9A-Z]{2}")

# How the other documents' numbers look. Their issuers publish no check digit that holds for all of them.
_PATTERNS = {
    IdType.HK_MACAO_PERMIT: re.compile(r"[HM][0-9]{8}"),
    IdType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}"),
    IdType.PASSPORT: re.compile(r"[A-Z0-9]{5,9}"),  # ICAO 9303: nine places
    IdType.FOREIGN_RESIDENCE: re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
    IdType.MILITARY: re.compile(r"[\u4e00-\u9fff]{0,4}[A-Z0-9]{6,12}号?"),
}


def clean_id_number(value: str) -> str:
    """As typed to as stored: full-width to ASCII, spaces gone, letters upper-case, no 换证次数 behind H and M numbers,
    so that who comes with the next card is still the same person."""
    number = clean(value).replace(" ", "").upper()
    lasting = _WITH_ISSUE.fullmatch(number)
    return lasting[1] if lasting else number


def clean_account(value: str) -> str:
    """What one box takes at sign-in, as typed to as stored: a mobile, a document's number or a 准考证号."""
    mobile = clean_mobile(value)
    return mobile if is_mobile(mobile) else clean_id_number(value)


def is_mobile(number: str) -> bool:
    """Whether it has the form of a mainland mobile number; expects `clean_mobile` to have run."""
    return bool(_MOBILE.fullmatch(number))


def is_candidate_number(number: str) -> bool:
    """Whether it has the form of a 准考证号."""
    return bool(_CANDIDATE_NUMBER.fullmatch(number))


def id_number_error(id_type: str, number: str, today: date) -> FieldError | None:
    """Why `number` cannot be of that type, or None. Resident numbers by GB 11643: check digit and a real date.

    The province is looked at, the county is not: new counties appear faster than any table. No document has the form
    of a mobile or of a 准考证号: one box takes them all at sign-in, and there the form says which is meant.
    """
    if id_type in (IdType.RESIDENT_ID, IdType.HMT_RESIDENCE):
        if id_type == IdType.RESIDENT_ID and re.fullmatch(r"[0-9]{15}", number):
            return _id_error("fifteen_digits", _("15位身份证号须先到就近的市招生考试院升为18位，再填写18位的号码。"))
        if not _RESIDENT.fullmatch(number):
            return _id_error("format", _("%(document)s号为18位，最后一位可以是X。") % {"document": _called(id_type)})
        if number.startswith(_HMT_AREAS) != (id_type == IdType.HMT_RESIDENCE) or number.startswith(_FOREIGN):
            return _not_of_this_type()
        if not _PROVINCE.match(number):
            return _incorrect("format", id_type)
        return _wrong_digits(id_type, number, today)
    if id_type == IdType.TAIWAN_PERMIT and _TAIWAN_WITH_ISSUE.fullmatch(number):
        return _id_error("format", _("请填写前8位号码，不含后面的换证次数。"))
    pattern = _PATTERNS[IdType(id_type)]
    if is_mobile(number) or is_candidate_number(number) or not pattern.fullmatch(number):
        return _not_of_this_type()
    # The 外国人永久居留身份证 of today is numbered like a resident's.
    if id_type == IdType.FOREIGN_RESIDENCE and _RESIDENT.fullmatch(number):
        return _wrong_digits(id_type, number, today)
    return None


def _called(id_type: str) -> object:
    """What a person calls the document of theirs that has eighteen digits."""
    return _("身份证") if id_type == IdType.RESIDENT_ID else IdType(id_type).label


def _wrong_digits(id_type: str, number: str, today: date) -> FieldError | None:
    born = resident_birth_date(number)
    if born is None or birth_date_error(born, today):
        sentence = _("%(document)s号中的出生日期不存在，请核对。") % {"document": _called(id_type)}
        return _id_error("birth_date", sentence)
    if check_digit(number[:17]) != number[17]:
        return _incorrect("check_digit", id_type)
    return None


def _incorrect(code: str, id_type: str) -> FieldError:
    return _id_error(code, _("%(document)s号有误，请逐位核对。") % {"document": _called(id_type)})


def _not_of_this_type() -> FieldError:
    return _id_error("format", _("证件号码与所选证件类型不符，请核对。"))


def _id_error(code: str, sentence: object) -> FieldError:
    return FieldError("id_number", code, sentence)  # type: ignore[arg-type]


def check_digit(body: str) -> str:
    """What follows the first 17 digits of a resident number (GB 11643)."""
    return _CHECK_DIGITS[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def birth_date_error(born: date, today: date) -> FieldError | None:
    """Why nobody who registers can have been born then, or None."""
    if date(1900, 1, 1) <= born < today:
        return None
    return FieldError("birth_date", "invalid", _("请填写真实的出生日期。"))


def resident_birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def resident_gender(number: str) -> Gender:
    return Gender.MALE if int(number[16]) % 2 else Gender.FEMALE


def school_fits(category: str, has_school: bool) -> bool:
    """社会考生 have no 助学单位; everybody else is some school's."""
    return has_school != (category == Category.SOCIAL)


SCHOOL_MISFITS = _("社会考生没有助学单位，其他类别须有")


def said_by(number: str) -> dict[str, Any]:
    """What a number says by itself: birthday and sex, where it has the eighteen digits of a 居民身份证; else nothing.

    港澳台居民居住证 and today's 外国人永久居留身份证 have them too, and no other document looks so.
    """
    if not _RESIDENT.fullmatch(number):
        return {}
    return {"birth_date": resident_birth_date(number), "gender": resident_gender(number)}


NAME_WRONG = _("姓名只能包含文字和间隔号“·”，2至60个字。")


def name_error(name: str, field: str = "name") -> FieldError | None:
    """Why this cannot be a name, or None; expects `clean_name` to have run."""
    if is_name(name):
        return None
    return FieldError(field, "invalid", NAME_WRONG)


def mobile_error(mobile: str) -> FieldError | None:
    """Mainland mobile numbers; expects `clean_mobile` to have run."""
    if is_mobile(mobile):
        return None
    return FieldError("mobile", "invalid", _("请填写11位手机号码。"))


# New ID numbers for one record in a day: typing errors, not a way to ask who is registered.
DOCUMENTS_OF_ACCOUNT = Limit("documents-account", 3, timedelta(days=1))

# After the first passed course these are the diploma's: only 考生信息变更 alters them (domain 2.11).
LOCKED_BY_A_PASS = frozenset({"name", "id_type", "id_number", "gender", "birth_date"})
LOCKED = _("您已有合格课程，姓名、证件、性别、出生日期、照片和考生类别不能自行修改；确需更改的，请办理“考生信息变更”。")


@dataclass(frozen=True)
class Step:
    """One thing on the way to the 准考证号."""

    step: str
    label: object
    done: bool


STEPS = ("account", "profile", "photo", "candidate_number")
NOT_TAKING_NEW = _("这个专业现在不接收新生，请选择其他专业。")

# Columns that hold a code of the office's list of the same name.
CODE_LISTS = ("ethnicity", "political_status", "education", "occupation", "household_type")
RETIRED = _("该选项已停用，请重新选择。")

# Expect `clean` to have run.
POSTCODE, POSTCODE_WRONG = r"^[0-9]{6}\Z", _("邮政编码为6位数字。")
PHONE, PHONE_WRONG = r"^[0-9-]{5,20}\Z", _("固定电话只能包含数字和“-”。")

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


# Office codes of a city in the order in which they are used up, and the last serial under each.
OFFICES, LAST_SERIAL = range(1, 100), 99_999


def number_prefix(district_code: str, day: date, office: int = 1) -> str:
    """The first seven digits of a 准考证号: city, office, year and half (domain 2.7), e.g. `0101262`."""
    half = 1 if day.month <= 6 else 2
    return f"{district_code[2:4]}{office:02d}{day:%y}{half}"
