"""What exempts from what, from the table as it is delivered."""

import pytest

from candidate_api.exemptions.queries import grants
from candidate_api.exemptions.rules import Claim, is_mark, obstacle, over_limit
from candidate_api.exemptions.states import Credential
from portal.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.mark.parametrize(
    ("credential", "course", "category", "original", "grade", "why"),
    [
        ("postgraduate", "03708", "politics", "", "", ""),
        ("postgraduate", "00023", "basic", "", "", ""),
        ("bachelor", "03708", "politics", "", "", ""),
        ("bachelor", "00023", "basic", "高等数学", "考查", "grade"),
        ("bachelor", "00023", "basic", "高等数学", "85", ""),
        ("bachelor", "02324", "core", "离散数学", "59", "grade"),
        ("associate", "03708", "politics", "中国近现代史纲要", "80", ""),
        ("associate", "03708", "politics", "毛泽东思想概论", "80", "name"),
        ("associate", "00023", "basic", "高等数学(工本)", "80", "no_rule"),
        ("cet_4", "13000", "basic", "", "", ""),
        ("pets_2", "13000", "basic", "", "", "no_rule"),
        ("ncre_2", "00051", "basic", "", "", "no_rule"),  # the major is one of computing
        ("ncre_1", "00018", "basic", "", "", ""),
    ],
)
def test_the_table(credential, course, category, original, grade, why):
    claim = Claim(course, "中国近现代史纲要" if course == "03708" else "高等数学（工本）", category, original, grade)
    assert obstacle(grants(list(Credential), clock.today()), credential, claim, "080901") == why


def test_ncre_2_exempts_those_who_do_not_study_computing():
    assert obstacle(grants(list(Credential), clock.today()), "ncre_2", Claim("00051", "", "basic"), "120201K") == ""


def test_marks_and_the_limit():
    assert [is_mark(text) for text in ("60", "100", "59", "优良", "101", "85.5", "85分")] == [
        True, True, False, False, False, True, True,
    ]  # fmt: skip
    assert (over_limit({"a"}, {"a", "b"}, 2), over_limit({"a"}, {"b", "c"}, 2)) == (0, 1)
