"""六、业务办理 （四）毕业管理"""

from candidate_api.applications.tests.acts import scored
from candidate_api.applications.tests.stories import STORIES
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import PlanCourse
from candidate_api.graduations.models import Graduation
from candidate_api.results.queries import passed_course_codes
from portal.kernel.users.models import User
from review.applications.tests.scene import reviewer
from tests.e2e.chapters.applying import Applicant

THESIS, PROOF, GRADUATION = (STORIES[slug] for slug in ("thesis-defence", "graduation-certificate", "graduation"))
WHY = "论文提纲过于简单，请补充。"


def passes_the_rest(person: Candidate, *, thesis: bool) -> None:
    """Every course of the plan that is not passed yet; the thesis too where it is asked for."""
    lines = PlanCourse.objects.filter(group__plan__major=person.major, group__plan__is_current=True)
    for line in lines.exclude(course__code__in=passed_course_codes(person.pk)).select_related("course"):
        if line.category != "graduation":
            scored(person, line.course.code)
        elif thesis:
            scored(person, line.course.code, score=None, grade="良好", source="thesis")


def test_the_thesis_defence(applicant: Applicant, person: Candidate) -> None:
    """1. 毕业论文答辩申请"""
    phone = applicant.screen
    applicant.follows_the_tile("论文答辩")
    phone.sees("门以上方可申请")
    phone.illustrate("6-4-thesis-not-yet")
    passes_the_rest(person, thesis=False)
    applicant.begins("论文答辩")
    applicant.fills_in(THESIS.answers(person))
    phone.illustrate("6-4-thesis-form")
    applicant.goes_on()
    applicant.checks()
    applicant.hands_in()
    applicant.is_returned(WHY, about="outline")
    applicant.opens()
    phone.sees(WHY)
    phone.illustrate("6-4-thesis-returned")
    phone.follow("修改并重新提交")
    applicant.fills_in({"outline": "以三家企业为例，比较三种测试方法的成本和效果，附访谈提纲。"})
    applicant.goes_on()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("审核通过（论文进行中）")
    phone.illustrate("6-4-thesis-admitted")
    applicant.comes_to("已办结", THESIS.says)
    assert THESIS.effect(person)


def test_a_lost_diploma(applicant: Applicant, person: Candidate) -> None:
    """2. 毕业证明书申请"""
    phone = applicant.screen
    applicant.begins("毕业证明书")
    applicant.fills_in(PROOF.answers(person))
    phone.illustrate("6-4-proof-form")
    applicant.goes_on()
    applicant.hands_in_papers()
    applicant.checks()
    applicant.hands_in()
    phone.illustrate("6-4-proof-sent")
    assert "65450118100001" in applicant.sheet()
    applicant.comes_to("已办结")


def test_graduating(applicant: Applicant, person: Candidate) -> None:
    """3. 毕业申请"""
    phone = applicant.screen
    passes_the_rest(person, thesis=True)
    applicant.begins("毕业申请")
    applicant.fills_in(GRADUATION.answers(person))
    phone.illustrate("6-4-form")
    phone.illustrate("6-4-resume", at="[aria-label='第1行']")
    applicant.goes_on()
    applicant.checks()
    phone.illustrate("6-4-consent", at="[name=consent-diploma]")
    applicant.hands_in()
    applicant.comes_to("待考生网上确认")
    phone.illustrate("6-4-confirm")
    sheet = applicant.sheet()
    for words in ("毕业生登记表", "南宁市第三中学", "至今", "良好", "思想品德鉴定"):
        assert words in sheet
    phone.press("信息有误，修改重新提交")
    phone.follow("修改并重新提交")
    applicant.fills_in({"employer": "南宁市邕江软件有限公司 测试员"})
    applicant.goes_on()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("待考生网上确认")
    applicant.confirms()
    applicant.comes_to("已办结")
    phone.illustrate("6-4-done")
    assert GRADUATION.effect(person)
    the_certificate(applicant)


def the_certificate(applicant: Applicant) -> None:
    """考籍人员 enter its number."""
    phone, page = applicant.screen, applicant.screen.page
    phone.be(User.objects.get(pk=reviewer("archive", "45").user_id), "/admin/graduations/")
    phone.look("desk-graduations", whole=False)
    page.get_by_role("link", name="韦*莉").click()
    page.get_by_label("毕业证书编号").fill("65450126100001")
    page.get_by_role("button", name="登记毕业证书编号").click()
    page.get_by_text("已登记").first.wait_for()
    assert Graduation.objects.get().number == "65450126100001"
