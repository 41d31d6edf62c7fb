"""排队等候 over the API. Write journeys say `waiting_room` by themselves; here an app may take a place beforehand."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.waiting import actions, queries
from portal.kernel.api import Endpoint
from portal.kernel.edges import goes_on


class WaitingOut(serializers.Serializer[Any]):
    """`may_enter`: submit now. Else `position` (1 is the next), `estimate` and when to `ask_again`, in seconds."""

    is_open = serializers.BooleanField()
    may_enter = serializers.BooleanField()
    position = serializers.IntegerField(allow_null=True)
    estimate = serializers.IntegerField(source="seconds")
    ask_again = serializers.IntegerField()
    until = serializers.DateTimeField(allow_null=True)


@goes_on
class WaitingRoomStanding(Endpoint):
    @extend_schema(
        operation_id="waiting_room", summary="排队等候：现在的位置", responses=WaitingOut, tags=["registrations"]
    )
    def get(self, request: Request) -> Response:
        return Response(WaitingOut(queries.look(self.actor)).data)

    @extend_schema(
        operation_id="take_place",
        summary="排队等候：取号，或者表示仍在等候",
        request=None,
        responses=WaitingOut,
        tags=["registrations"],
    )
    def post(self, request: Request) -> Response:
        return Response(WaitingOut(actions.take_place(by=self.actor)).data)
