"""One search over news, questions, pages, majors and courses."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.search.queries import nearest
from portal.kernel import clock
from portal.kernel.api import PublicEndpoint, Query

KINDS = [("news", "资讯"), ("faq", "常见问题"), ("page", "页面"), ("major", "专业"), ("course", "课程")]


class SearchQuery(Query):
    q = serializers.CharField(max_length=60)


class PieceOut(serializers.Serializer):
    text = serializers.CharField()
    is_hit = serializers.BooleanField()


class HitOut(serializers.Serializer):
    url = serializers.CharField(help_text="站内路径")
    title = PieceOut(many=True)
    summary = PieceOut(many=True)
    published_at = serializers.DateTimeField(allow_null=True, default_timezone=clock.SHANGHAI)


class KindOut(serializers.Serializer):
    kind = serializers.ChoiceField(choices=KINDS, source="code")
    label = serializers.CharField()
    count = serializers.IntegerField()
    results = HitOut(many=True, source="hits")


class SearchOut(serializers.Serializer):
    q = serializers.CharField()
    searched = serializers.CharField(help_text="what was looked for: other words than `q` where that finds nothing")
    groups = KindOut(many=True)


class Search(PublicEndpoint):
    """Every word of `q` occurs, or of what is nearest to it where nothing has them all. Title before summary before
    body, newer first; texts in pieces, never as HTML."""

    @extend_schema(
        parameters=[SearchQuery],
        responses=SearchOut,
        operation_id="search",
        summary="全站搜索：资讯、常见问题、页面、专业、课程",
    )
    def get(self, request: Request) -> Response:
        q = SearchQuery.read(request)["q"]
        searched, groups = nearest(q)
        return Response(SearchOut({"q": q, "searched": searched, "groups": groups}).data)
