"""The province keeps the catalogue: each change with its reason; what would be inconsistent is never kept."""

from dataclasses import replace
from typing import Any

import pytest

from candidate_api.catalogue import kinds, queries, stamps
from candidate_api.catalogue.actions import remove, remove_plan, save, save_plan
from candidate_api.catalogue.actions.keeping import last_change
from candidate_api.catalogue.actions.plans import GroupDraft, Head, LineDraft
from candidate_api.catalogue.models import CodeItem, Course, Major, PlanVersion, School, Substitution, Textbook
from candidate_api.catalogue.tests.scene import drafts, head, save_again, values
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SYSTEM = Actor.system("tests")


def refused(code: Code, verb: Any, *args: Any, **named: Any) -> list[str]:
    """The sentences of a refusal that has changed nothing."""
    before = stamps.current(), AuditEntry.objects.count()
    with pytest.raises(Problem) as caught:
        verb(*args, **named)
    assert caught.value.code == code
    assert (stamps.current(), AuditEntry.objects.count()) == before
    return [str(error.detail) for error in caught.value.errors] or [str(caught.value.detail)]


def plan(major: str = "080901", version: str = "2026") -> PlanVersion:
    return PlanVersion.objects.get(major__code=major, code=version)


class TestRows:
    def test_a_row_is_made_changed_and_removed_with_reasons(self) -> None:
        before = stamps.current().tag
        made = save(kinds.SCHOOLS, None, {"code": "14684", "name": "南宁职业"}, by=SYSTEM, reason="新增主考学校")
        changed = values(kinds.SCHOOLS, made) | {"name": "南宁职业技术大学"}
        save(kinds.SCHOOLS, made.pk, changed, by=SYSTEM, reason="学校更名")
        assert stamps.current().tag != before
        remove(kinds.SCHOOLS, made.pk, by=SYSTEM, reason="录入有误")
        assert not School.objects.filter(code="14684").exists()
        entries = AuditEntry.objects.filter(subject_type="candidate_api.school").order_by("pk")
        assert [(e.verb, e.note, e.data) for e in entries] == [
            ("school.create", "新增主考学校", {"before": {}, "after": {"code": "14684", "name": "南宁职业"}}),
            ("school.change", "学校更名", {"before": {"name": "南宁职业"}, "after": {"name": "南宁职业技术大学"}}),
            ("school.delete", "录入有误", {"before": {"code": "14684", "name": "南宁职业技术大学"}, "after": {}}),
        ]

    def test_saving_what_is_there_already_is_no_change(self) -> None:
        school = School.objects.first()
        save(kinds.SCHOOLS, school.pk, values(kinds.SCHOOLS, school), by=SYSTEM, reason="核对")
        assert not AuditEntry.objects.filter(verb="school.change").exists()

    @pytest.mark.parametrize(("role", "office"), [("administrator", "450100"), ("archive", "45"), ("editor", "45")])
    def test_others_than_the_provinces_administrators_change_nothing(self, role: str, office: str) -> None:
        school = School.objects.get(code="10593")
        actor = Actor.of(member(role, office), "admin")
        for verb in (
            lambda: save(kinds.SCHOOLS, school.pk, {"name": "别的"}, by=actor, reason="试试"),
            lambda: save(kinds.SCHOOLS, None, {"code": "1", "name": "别的"}, by=actor, reason="试试"),
            lambda: remove(kinds.SCHOOLS, school.pk, by=actor, reason="试试"),
            lambda: remove_plan(plan("050101", "2024").pk, by=actor, reason="试试"),
            lambda: save_again(plan(), by=actor),
        ):
            refused(Code.PERMISSION_DENIED, verb)

    def test_the_provinces_administrator_does(self) -> None:
        actor = Actor.of(member("administrator"), "admin")
        save(kinds.SCHOOLS, None, {"code": "14684", "name": "南宁职业"}, by=actor, reason="新增")
        assert AuditEntry.objects.get(verb="school.create").actor_id == actor.user_id

    def test_a_code_is_put_in_other_words_moved_and_retired_but_never_removed(self) -> None:
        item = CodeItem.objects.get(list="occupation", code="employee")
        changed = values(kinds.CODES, item) | {"label": "企业职工", "order": 30, "is_retired": True}
        save(kinds.CODES, item.pk, changed, by=SYSTEM, reason="新的职业分类")
        assert [one.code for one in queries.code_list("occupation")][-1] == "employee"
        told = ["代码可能已有考生选用，不能删除，只能停用。"]
        assert refused(Code.STATE_CONFLICT, remove, kinds.CODES, item.pk, by=SYSTEM, reason="试试") == told
        other = changed | {"code": "worker"}
        told = ["这一项不能修改，请另建一条。"]
        assert refused(Code.VALIDATION_FAILED, save, kinds.CODES, item.pk, other, by=SYSTEM, reason="改") == told

    def test_what_rules_decide_by_is_not_the_offices_to_change(self) -> None:
        item = CodeItem.objects.get(list="id_type", code="passport")
        changed = values(kinds.CODES, item) | {"label": "外国护照"}
        told = ["“证件类型”由系统规则使用，不能在此增加或者修改。"]
        assert refused(Code.VALIDATION_FAILED, save, kinds.CODES, item.pk, changed, by=SYSTEM, reason="改") == told

    def test_a_reason_is_asked_for(self) -> None:
        school = School.objects.get(code="10593")
        assert refused(
            Code.VALIDATION_FAILED, save, kinds.SCHOOLS, school.pk, {"name": "别的"}, by=SYSTEM, reason=" "
        ) == ["请填写变更原因。"]

    def test_who_was_not_first_is_told(self) -> None:
        school = School.objects.get(code="10593")
        seen = last_change(school)
        save(kinds.SCHOOLS, school.pk, {"name": "广西大学（本部）"}, by=SYSTEM, reason="甲", seen=seen)
        assert refused(
            Code.STATE_CONFLICT, save, kinds.SCHOOLS, school.pk, {"name": "西大"}, by=SYSTEM, reason="乙", seen=seen
        ) == ["刚被他人修改，请重新打开后再改。"]

    def test_a_code_stays(self) -> None:
        school = School.objects.get(code="10593")
        assert refused(
            Code.VALIDATION_FAILED, save, kinds.SCHOOLS, school.pk, {"code": "10000"}, by=SYSTEM, reason="改码"
        ) == ["这一项不能修改，请另建一条。"]

    def test_what_is_used_stays_and_is_said_by_what(self) -> None:
        course = Course.objects.get(code="03708")
        (sentence,) = refused(Code.STATE_CONFLICT, remove, kinds.COURSES, course.pk, by=SYSTEM, reason="停用")
        assert sentence.startswith("仍被")
        assert "计划课程" in sentence
        assert "课程顶替" in sentence
        lonely = save(
            kinds.COURSES,
            None,
            {"code": "99998", "name": "试", "assessment": "written", "paper": "province", "category": "core"},
            by=SYSTEM,
            reason="新增",
        )
        remove(kinds.COURSES, lonely.pk, by=SYSTEM, reason="录入有误")
        assert not Course.objects.filter(code="99998").exists()

    def test_a_row_that_is_gone(self) -> None:
        refused(Code.NOT_FOUND, remove, kinds.SCHOOLS, 0, by=SYSTEM, reason="删除")
        refused(Code.NOT_FOUND, save, kinds.SCHOOLS, 10**9, {"name": "别的"}, by=SYSTEM, reason="修改")


class TestConsistency:
    def test_a_course_that_plans_rely_on(self) -> None:
        course = Course.objects.get(code="04736")
        sentences = refused(
            Code.VALIDATION_FAILED,
            save,
            kinds.COURSES,
            course.pk,
            {"theory": Course.objects.get(code="00018")},
            by=SYSTEM,
            reason="改",
        )
        assert sentences == [f"{plan()}：实践环节04736对应的理论课程00018不在计划中。"]
        offered = Course.objects.get(code="00023")
        assert refused(
            Code.VALIDATION_FAILED, save, kinds.COURSES, offered.pk, {"assessment": "other"}, by=SYSTEM, reason="改"
        ) == ["该课程已列入考试安排，只能是笔试课程。"]
        course.refresh_from_db()
        assert course.theory.code == "04735"

    def test_a_theory_course_of_a_course_that_is_no_practice_part(self) -> None:
        course = Course.objects.get(code="00023")
        (sentence,) = refused(
            Code.VALIDATION_FAILED, save, kinds.COURSES, course.pk, {"theory": course}, by=SYSTEM, reason="改"
        )
        assert sentence == "只有实践环节才有对应的理论课程。"

    def test_a_major_that_changes_its_level_under_its_plans(self) -> None:
        major = Major.objects.get(code="080901")
        sentences = refused(
            Code.VALIDATION_FAILED, save, kinds.MAJORS, major.pk, {"level": "associate"}, by=SYSTEM, reason="改"
        )
        assert sentences == [f"{plan()}：专科计划没有毕业环节组，现有1个。"]

    def test_a_major_that_closes_without_dates(self) -> None:
        major = Major.objects.get(code="080901")
        assert refused(
            Code.VALIDATION_FAILED, save, kinds.MAJORS, major.pk, {"status": "closing"}, by=SYSTEM, reason="停考"
        ) == ["停考过渡和停考的专业须填写停止新生报名、最后一次课程考试和最后一次毕业审定。"]

    def test_a_circle_of_substitutions(self) -> None:
        old, new = Course.objects.get(code="15043"), Course.objects.get(code="03708")
        given = {"code": "x", "old": [old], "new": [new], "mutual": False, "valid_from": "2026-10"}
        (sentence,) = refused(Code.VALIDATION_FAILED, save, kinds.SUBSTITUTIONS, None, given, by=SYSTEM, reason="改")
        assert sentence in (
            "课程顶替形成循环：15043 → 03708 → 15043。",
            "课程顶替形成循环：03708 → 15043 → 03708。",
        )
        assert not Substitution.objects.filter(code="x").exists()
        assert refused(
            Code.VALIDATION_FAILED, save, kinds.SUBSTITUTIONS, None, given | {"new": []}, by=SYSTEM, reason="改"
        ) == ["课程顶替须同时有原课程和现课程。"]

    @pytest.mark.parametrize("code", ["2027-13", "2027-99", "2026-00", "2027-07"])
    def test_a_session_that_does_not_exist(self, code: str) -> None:
        major, book = Major.objects.get(code="080901"), Textbook.objects.first()
        swap = Substitution.objects.first()
        told = ["考期只有4月和10月，写作“2026-10”的形式。"]
        for kind, row, name in [
            (kinds.MAJORS, major, "last_exam"),
            (kinds.SUBSTITUTIONS, swap, "valid_from"),
            (kinds.TEXTBOOKS, book, "valid_from"),
        ]:
            given = values(kind, row) | {name: code}
            if name == "valid_from":
                given["valid_to"] = ""
            assert refused(Code.VALIDATION_FAILED, save, kind, row.pk, given, by=SYSTEM, reason="改") == told
        asked = replace(head(plan()), valid_from=code)
        args = plan().pk, major, asked, drafts(plan())
        assert refused(Code.VALIDATION_FAILED, save_plan, *args, by=SYSTEM, reason="改") == told

    def test_a_textbook_that_ends_before_it_begins(self) -> None:
        book = Textbook.objects.first()
        assert refused(
            Code.VALIDATION_FAILED, save, kinds.TEXTBOOKS, book.pk, {"valid_to": "2001-04"}, by=SYSTEM, reason="改"
        ) == ["停用考期不能早于起用考期。"]


class TestPlans:
    def test_saving_every_plan_of_the_fixtures_again_changes_nothing(self) -> None:
        for each in PlanVersion.objects.select_related("major"):
            facts = queries.facts(queries.plan_of(each.major, each.code))
            save_again(each)
            assert queries.facts(queries.plan_of(each.major, each.code)) == facts
        assert not AuditEntry.objects.filter(verb="plan.change").exists()

    def test_what_differs_is_written_down(self) -> None:
        kept = plan()
        groups = [
            replace(g, lines=[replace(x, credits=5) if x.course == "02324" else x for x in g.lines])
            for g in drafts(kept)
        ]
        save_plan(kept.pk, kept.major, replace(head(kept), note="新"), groups, by=SYSTEM, reason="学分调整")
        entry = AuditEntry.objects.get(verb="plan.change")
        assert entry.data == {
            "before": {"note": kept.note, "course 02324": "group 2 4 core"},
            "after": {"note": "新", "course 02324": "group 2 5 core"},
        }

    def test_a_new_version_takes_the_place_of_the_current_one(self) -> None:
        kept = plan()
        new = save_plan(None, kept.major, replace(head(kept), code="2028"), drafts(kept), by=SYSTEM, reason="修订")
        kept.refresh_from_db()
        assert (kept.is_current, new.is_current) == (False, True)
        assert queries.plan_of(kept.major).code == "2028"
        assert list(AuditEntry.objects.filter(verb__startswith="plan.").values_list("verb", flat=True)) == [
            "plan.create",
            "plan.change",
        ]
        assert refused(Code.STATE_CONFLICT, remove_plan, new.pk, by=SYSTEM, reason="删除") == [
            "现行计划不能删除，请先将另一个版本设为现行。"
        ]
        remove_plan(kept.pk, by=SYSTEM, reason="已无考生适用")
        assert not PlanVersion.objects.filter(pk=kept.pk).exists()

    @pytest.mark.parametrize(
        ("changes", "extra", "sentence"),
        [
            ({"credits_required": 77}, (), "总学分要求77，各组合计最多只能取得76学分。"),
            ({"courses_required": 18}, (), "最少门数要求18，各组合计最多只有15门。"),
            ({}, (LineDraft("13000", 7, "basic"),), "课程13000在计划中列了两次。"),
            ({}, (LineDraft("14198", 6, "core", set_no=1),), "第9组是选考组，须填写最少门数。"),
            ({}, (LineDraft("99999", 6, "core"),), "没有课程99999。"),
            ({}, (LineDraft("00019", 2, "core"),), "实践环节00019对应的理论课程00018不在计划中。"),
        ],
    )
    def test_an_inconsistent_plan_is_not_kept(
        self, changes: dict[str, int], extra: tuple[LineDraft, ...], sentence: str
    ) -> None:
        kept = plan()
        before = queries.facts(queries.plan_of(kept.major, kept.code))
        groups = [*drafts(kept), GroupDraft(9, "加考", "choose", extra)] if extra else drafts(kept)
        sentences = refused(
            Code.VALIDATION_FAILED, save_plan, kept.pk, kept.major, replace(head(kept), **changes), groups,
            by=SYSTEM, reason="改",
        )  # fmt: skip
        assert sentence in sentences
        assert queries.facts(queries.plan_of(kept.major, kept.code)) == before

    def test_a_plan_stays_with_its_major(self) -> None:
        kept = plan()
        other = Major.objects.get(code="050101")
        refused(Code.VALIDATION_FAILED, save_plan, kept.pk, other, head(kept), drafts(kept), by=SYSTEM, reason="改")

    def test_wrong_columns_are_named(self) -> None:
        kept = plan()
        wrong = Head("2027", "2027/04", 73, 15)
        (sentence,) = refused(
            Code.VALIDATION_FAILED, save_plan, None, kept.major, wrong, drafts(kept), by=SYSTEM, reason="改"
        )
        assert sentence == "考期只有4月和10月，写作“2026-10”的形式。"
