"""毕业预测 over the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.candidates.queries import of
from candidate_api.catalogue.answers import Named
from candidate_api.catalogue.filters import major_code
from candidate_api.catalogue.models import Major
from candidate_api.catalogue.states import Rule
from candidate_api.forecast.answers import Answer, answer
from candidate_api.forecast.queries import outlooks
from candidate_api.forecast.states import Caution, Level, NoPath, Reason, Standing, Uncounted
from candidate_api.results.states import Source
from portal.kernel.api import Endpoint, Query, problems
from portal.kernel.errors import Code, Problem


class PassOut(Named):
    source = serializers.ChoiceField(Source.choices)
    source_label = serializers.CharField()
    session = serializers.CharField(help_text="空表示没有考期（免考、转入等）")
    score = serializers.IntegerField(allow_null=True)


class EarnedOut(Named):
    credits = serializers.IntegerField()
    passes = PassOut(many=True, help_text="which passes it counts by")
    substituted = serializers.BooleanField(help_text="课程顶替")
    why = serializers.CharField()


class NextOut(serializers.Serializer[Any]):
    course = Named(help_text="the course itself, or the one that stands for it by 课程顶替")
    session = serializers.CharField()
    session_name = serializers.CharField()
    slot = serializers.IntegerField()
    slot_label = serializers.CharField()
    assumed = serializers.BooleanField(help_text="by the usual timetable; the session's own is not announced")


class MissingOut(Named):
    credits = serializers.IntegerField()
    group = serializers.IntegerField()
    choice = serializers.BooleanField(help_text="one of more courses than are needed")
    next = NextOut(allow_null=True)
    next_label = serializers.CharField()


class UncountedOut(PassOut):
    reason = serializers.ChoiceField(Uncounted.choices)
    reason_label = serializers.CharField()


class ForecastGroupOut(serializers.Serializer[Any]):
    order = serializers.IntegerField()
    label = serializers.CharField()
    rule = serializers.ChoiceField(Rule.choices)
    rule_label = serializers.CharField()
    complete = serializers.BooleanField()
    waived = serializers.BooleanField(help_text="不考外语: another group is taken whole instead")
    credits_earned = serializers.IntegerField()
    courses_needed = serializers.IntegerField()
    credits_needed = serializers.IntegerField()
    earned = EarnedOut(many=True)
    missing = MissingOut(many=True)
    substituted = EarnedOut(many=True)


class ForecastWarningOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(Caution.choices)
    level = serializers.ChoiceField(Level.choices)
    text = serializers.CharField()


class PathStepOut(Named):
    slot = serializers.IntegerField(allow_null=True, help_text="null: arranged by the host school")
    slot_label = serializers.CharField()
    entered = serializers.BooleanField()
    stands_for = Named(many=True)
    reason = serializers.ChoiceField(Reason.choices)
    reason_label = serializers.CharField()
    alternatives = serializers.ListField(child=serializers.CharField())


class PathSessionOut(serializers.Serializer[Any]):
    session = serializers.CharField()
    session_name = serializers.CharField()
    first_day = serializers.DateField()
    assumed = serializers.BooleanField()
    like = serializers.CharField(help_text="the session whose timetable is assumed")
    courses = PathStepOut(many=True)


class FastestPathOut(serializers.Serializer[Any]):
    graduates_after = serializers.CharField(help_text="the session after which graduation may be applied for, or empty")
    graduates_after_name = serializers.CharField()
    problem = serializers.ChoiceField(NoPath.choices, allow_blank=True)
    problem_label = serializers.CharField()
    bounds = serializers.ListField(child=serializers.CharField(), help_text="why no path is shorter")
    unknown = Named(many=True, help_text="courses that no known session has")
    assumptions = serializers.ListField(child=serializers.CharField())


class ForecastOut(serializers.Serializer[Answer]):
    major = Named()
    version = serializers.CharField()
    status = serializers.ChoiceField(Standing.choices, source="standing")
    status_label = serializers.CharField(source="standing_label")
    credits_earned = serializers.IntegerField()
    credits_required = serializers.IntegerField()
    courses_passed = serializers.IntegerField()
    courses_required = serializers.IntegerField()
    courses_missing = serializers.IntegerField()
    practice_missing = serializers.IntegerField()
    thesis_missing = serializers.BooleanField()
    groups = ForecastGroupOut(many=True)
    missing = MissingOut(many=True)
    uncounted = UncountedOut(many=True)
    warnings = ForecastWarningOut(many=True)
    fastest_path = PathSessionOut(many=True)
    path = FastestPathOut()


class ForecastQuery(Query):
    major = major_code()


class GraduationForecast(Endpoint):
    @extend_schema(
        operation_id="my_graduation_forecast",
        summary="毕业预测与最快毕业路径",
        parameters=[ForecastQuery],
        responses=ForecastOut,
        tags=["results"],
    )
    @problems(Code.STATE_CONFLICT, Code.NOT_FOUND)
    def get(self, request: Request) -> Response:
        """毕业预测 in one's own major, or in another that one thinks of."""
        code = ForecastQuery.read(request).get("major", "")
        candidate = of(self.actor)
        major = Major.objects.get(code=code) if code else candidate.major
        if major is None:
            raise Problem(Code.STATE_CONFLICT, _("还没有报考专业。请先在个人信息里选择，或者指明要查询的专业。"))
        outlook = outlooks(candidate, [major]).get(major.code)
        if outlook is None or outlook.forecast is None:
            raise Problem(Code.NOT_FOUND, _("这个专业还没有可用的考试计划。"))
        return Response(ForecastOut(answer(outlook, outlook.forecast)).data)
