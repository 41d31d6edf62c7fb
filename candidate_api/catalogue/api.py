"""The DRF edge of the catalogue: public, read only, conditional."""

from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.catalogue import filters, queries, stamps
from candidate_api.catalogue.answers import (
    CodeAnswer,
    CourseAnswer,
    CourseDetail,
    DistrictAnswer,
    MajorAnswer,
    MajorDetail,
    Named,
    TextbookAnswer,
)
from candidate_api.catalogue.conditional import ReferenceEndpoint, conditional, whole_list
from candidate_api.catalogue.documents import code_lists, listed, shown
from candidate_api.catalogue.models import Course, PlanCourse
from candidate_api.catalogue.stamps import Version
from candidate_api.catalogue.states import Level, MajorStatus
from portal.kernel import clock
from portal.kernel.api import Query, page
from portal.kernel.errors import invalid


class MajorQuery(Query):
    q = filters.SearchField()
    level = serializers.ChoiceField(Level.choices, required=False, allow_blank=True)
    school = filters.school_code()
    status = serializers.ChoiceField(MajorStatus.choices, required=False, allow_blank=True)
    taking_new = serializers.BooleanField(
        default=False, help_text="只列今天可以选为报考专业的：有现行考试计划，且仍接收新生"
    )


class PlanQuery(Query):
    version = serializers.CharField(required=False, allow_blank=True, max_length=10)


class CourseQuery(Query):
    q = filters.SearchField()
    major = filters.major_code()


class TextbookQuery(Query):
    q = filters.SearchField()
    course = filters.course_code()
    session = filters.session_code()
    major = filters.major_code()


class Majors(ReferenceEndpoint):
    def version(self) -> Version:
        """The data's, and the day's: on its day a major stops taking new candidates, and nothing was changed."""
        data, today = stamps.current(), clock.today()
        changed_at = max(data.changed_at, clock.at(today, 0)) if data.changed_at else None
        return Version(f"{data.tag}.{today:%y%m%d}", changed_at)

    @listed("majors", "专业查询", MajorAnswer, MajorQuery)
    @conditional
    def get(self, request: Request) -> Response:
        """专业查询."""
        return page(self, queries.majors(**MajorQuery.read(request)), MajorAnswer)


class MajorByCode(ReferenceEndpoint):
    @shown("majors", "一个专业及其考试计划；version 可查旧计划", MajorDetail, PlanQuery)
    @conditional
    def get(self, request: Request, code: str) -> Response:
        """A major with its plan: the current one, or that of `version`."""
        version = PlanQuery.read(request).get("version", "")
        major: Any = get_object_or_404(queries.majors(), code=code)
        major.plan = queries.plan_of(major, version)
        if version and major.plan is None:
            raise invalid("version", "unknown", _("没有这个版本的考试计划。"))
        major.versions = major.plans.order_by("-valid_from")
        major.substitutions = queries.substitutions_in(major.plan) if major.plan else ()
        return Response(MajorDetail(major).data)


class Courses(ReferenceEndpoint):
    @listed("courses", "课程查询；major 只看该专业现行计划内的课程", CourseAnswer, CourseQuery)
    @conditional
    def get(self, request: Request) -> Response:
        """Courses; `major` keeps those of its current plan."""
        return page(self, queries.courses(**CourseQuery.read(request)), CourseAnswer)


class CourseByCode(ReferenceEndpoint):
    @shown("courses", "一门课程：所属计划、教材和顶替关系", CourseDetail)
    @conditional
    def get(self, request: Request, code: str) -> Response:
        """A course with the plans it is in, its textbooks and what stands for it."""
        filters.NoQuery.read(request)
        lines = PlanCourse.objects.filter(group__plan__is_current=True).select_related("group__plan__major")
        found = queries.courses().prefetch_related(
            "practices",
            "textbooks",
            Prefetch("plan_lines", lines.order_by("group__plan__major__code"), to_attr="current_lines"),
        )
        course: Any = get_object_or_404(found, code=code)
        course.substitutions = queries.substitutions_of(Course.objects.filter(pk=course.pk))
        return Response(CourseDetail(course).data)


class Textbooks(ReferenceEndpoint):
    @listed("textbooks", "教材查询", TextbookAnswer, TextbookQuery)
    @conditional
    def get(self, request: Request) -> Response:
        """教材查询; `session` keeps what is set for that session."""
        return page(self, queries.textbooks(**TextbookQuery.read(request)), TextbookAnswer)


class Districts(ReferenceEndpoint):
    @listed("districts", "考区及其县（市、区）", DistrictAnswer)
    @conditional
    def get(self, request: Request) -> Response:
        """考区 with their counties."""
        filters.NoQuery.read(request)
        return whole_list(self, queries.districts(), DistrictAnswer)


class Schools(ReferenceEndpoint):
    @listed("schools", "主考学校", Named)
    @conditional
    def get(self, request: Request) -> Response:
        """主考学校."""
        filters.NoQuery.read(request)
        return whole_list(self, queries.schools(), Named)


class CodeList(ReferenceEndpoint):
    @listed("codes", "一个代码表，如民族、政治面貌、文化程度", CodeAnswer, None, code_lists())
    @conditional
    def get(self, request: Request, name: str) -> Response:
        """One code list: ethnicity, political_status, education, occupation, household_type, id_type and others."""
        filters.NoQuery.read(request)
        entries = queries.code_list(name)
        if not entries.exists():
            raise NotFound
        return whole_list(self, entries, CodeAnswer)
