"""Who they are: drawn, not looked up. Numbers have right check digits and belong to nobody we know of."""

from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from candidate_api.candidates.rules import check_digit, resident_birth_date, resident_gender
from candidate_api.candidates.states import Category, Gender
from candidate_api.catalogue.models import Area, District, Major
from candidate_api.catalogue.states import Level
from portal.demo.province.names import name

# Residents in ten thousand (census of 2020).
_RESIDENTS = {
    "450100": 874, "450200": 416, "450300": 493, "450400": 282, "450500": 185, "450600": 105, "450700": 330,
    "450800": 432, "450900": 580, "451000": 357, "451100": 201, "451200": 342, "451300": 207, "451400": 209,
}  # fmt: skip
_MAJORS = {
    "120203K": 14, "050101": 11, "040106": 10, "030101K": 10, "120402": 9, "080901": 8, "101101": 8, "570102K": 6,
    "530601": 6, "040107": 5, "120201K": 5, "590206": 3, "050201": 2, "120206": 2,
}  # fmt: skip
_ETHNICITIES = {"01": 620, "08": 314, "13": 33, "06": 10, "12": 8, "32": 5, "36": 2, "03": 2, "49": 1, "07": 1, "25": 1}
_OCCUPATIONS = {"employee": 38, "student": 17, "teacher": 9, "medical": 8, "self_employed": 9, "unemployed": 6}
_OCCUPATIONS |= {"civil_servant": 4, "farmer": 4, "other": 4, "military": 1}
_POLITICS = {"13": 56, "03": 36, "01": 6, "02": 1, "12": 1}
_CATEGORIES = {Category.SOCIAL: 82, Category.COLLEGE_LINK: 8, Category.ONLINE_ASSISTED: 6, Category.CLASS_ASSISTED: 4}
_STREETS = (
    "民族大道",
    "人民路",
    "解放路",
    "中山路",
    "友爱路",
    "建设街",
    "新兴路",
    "教育路",
    "东环大道",
    "江滨路",
    "朝阳路",
)
_EMPLOYERS = (
    "中心小学",
    "人民医院",
    "建筑公司",
    "超市",
    "物流公司",
    "机械厂",
    "幼儿园",
    "社区居委会",
    "制糖厂",
    "酒店",
)
# Segments that no operator has been given: whatever goes wrong, no text reaches anybody.
_MOBILES = ("154", "160", "161", "163", "164", "168", "169", "179")


class Draw:
    """One of many things by weight, with one random number."""

    def __init__(self, often: dict[Any, int]) -> None:
        self.things, self.sums = list(often), list(accumulate(often.values()))

    def __call__(self, random: Random) -> Any:
        return self.things[bisect(self.sums, random.random() * self.sums[-1])]


_ethnicity, _occupation, _politics, _category = map(Draw, (_ETHNICITIES, _OCCUPATIONS, _POLITICS, _CATEGORIES))


@dataclass
class Person:
    """Everything about somebody that the record of a candidate holds. `mobile` comes later: it must be unique."""

    id_number: str
    birth_date: date
    gender: Gender
    name: str
    ethnicity: str
    district: District
    area: Area
    major: Major
    values: dict[str, Any]
    registered_at: datetime
    complete: bool
    channel: str
    ability: float
    mobile: str = ""


class Places:
    """The province as the catalogue describes it."""

    def __init__(self) -> None:
        districts = {row.code: row for row in District.objects.order_by("code")}
        self.district = Draw({row: _RESIDENTS.get(code, 100) for code, row in districts.items()})
        areas: dict[int, list[Area]] = {}
        for area in Area.objects.order_by("code"):
            areas.setdefault(area.district_id, []).append(area)
        self.areas = areas
        self.every = [area for rows in areas.values() for area in rows]
        majors = Major.objects.filter(no_new_from=None).order_by("code")
        self.major = Draw({row: _MAJORS.get(row.code, 1) for row in majors})


def id_number(random: Random, area: str, today: date) -> str:
    """A resident number of somebody between sixteen and fifty, most of them in their twenties."""
    age = min(max(random.gauss(24.5, 5.5), 16.1), 52)
    born = today - timedelta(days=int(age * 365.25) + random.randrange(180))
    body = f"{area}{born:%Y%m%d}{random.randrange(1000):03d}"
    return body + check_digit(body)


def mobile(random: Random) -> str:
    return f"{random.choice(_MOBILES)}{random.randrange(100_000_000):08d}"


def draw(random: Random, places: Places, now: datetime) -> Person:
    """Somebody, from birth to the last line of the profile."""
    district = places.district(random)
    area = random.choice(places.areas[district.pk])
    home = area if random.random() < 0.8 else random.choice(places.every)
    number = id_number(random, home.code, now.date())
    birth_date, gender = resident_birth_date(number), resident_gender(number)
    assert birth_date is not None  # noqa: S101 -- composed two lines above
    ethnicity = _ethnicity(random)
    major = places.major(random)
    # One in twenty has not come further than the account, most of them lately.
    complete = random.random() > 0.05
    days = random.random() ** 1.2 * (900 if complete else 60)
    moment = (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    registered_at = min(moment + timedelta(seconds=random.randrange(54_000)), now - timedelta(hours=1))
    occupation = _occupation(random)
    values: dict[str, Any] = {}
    if complete:
        values = {
            "ethnicity": ethnicity,
            "political_status": _politics(random),
            "education": _education(random, major.level),
            "occupation": occupation,
            "employer": f"{area.name}{random.choice(_EMPLOYERS)}"
            if occupation not in {"student", "unemployed"}
            else "",
            "native_place": f"广西{home.name}",
            "household_area": home.code,
            "household_type": "agricultural" if random.random() < 0.55 else "resident",
            "address_area": area.code,
            "address": f"{random.choice(_STREETS)}{random.randrange(1, 280)}号",
            "postcode": str(random.randrange(530_000, 548_000)),
            "category": _category(random),
            "district_id": district.pk,
            "major_id": major.pk,
        }
    return Person(
        id_number=number,
        birth_date=birth_date,
        gender=gender,
        name=name(random, ethnicity, female=gender == Gender.FEMALE),
        ethnicity=ethnicity,
        district=district,
        area=area,
        major=major,
        values=values,
        registered_at=registered_at.astimezone(UTC),
        complete=complete,
        channel="api" if random.random() < 0.7 else "web",
        ability=random.gauss(0, 7),
    )


def _education(random: Random, level: str) -> str:
    if level == Level.BACHELOR:
        return "associate" if random.random() < 0.93 else "bachelor"
    return random.choice(("senior", "senior", "secondary", "secondary", "junior"))
