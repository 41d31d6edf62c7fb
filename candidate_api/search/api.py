"""One search over news, questions, pages, majors and courses."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.search.queries import search
from candidate_api.search.rules import rewordings
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
    suggestions = serializers.ListField(
        child=serializers.CharField(), help_text="other words to look for, where nothing was found"
    )
    groups = KindOut(many=True)


class Search(PublicEndpoint):
    """Every word of `q` occurs; title before summary before body, newer first; texts in pieces, never as HTML."""

    @extend_schema(
        parameters=[SearchQuery],
        responses=SearchOut,
        operation_id="search",
        summary="全站搜索：资讯、常见问题、页面、专业、课程",
    )
    def get(self, request: Request) -> Response:
        q = SearchQuery.read(request)["q"]
        groups = search(q)
        return Response(SearchOut({"q": q, "suggestions": [] if groups else rewordings(q), "groups": groups}).data)
