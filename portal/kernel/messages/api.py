"""消息 over the API: the inbox, and what one wants to be told by which channel."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel.api import PAGING, Endpoint, Input, page, paged
from portal.kernel.edges import goes_on
from portal.kernel.messages import actions, queries
from portal.kernel.messages.states import Channel


class MessageOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    link = serializers.CharField(help_text="本系统网页的路径，可能为空")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class ChoiceOut(serializers.Serializer[Any]):
    message = serializers.CharField(source="message.code")
    title = serializers.CharField(source="message.title")
    channel = serializers.ChoiceField(Channel.choices)
    wanted = serializers.BooleanField()


class SettingsOut(serializers.Serializer[Any]):
    optional = ChoiceOut(many=True)


class ChoiceIn(Input):
    message = serializers.CharField(max_length=60)
    channel = serializers.ChoiceField(Channel.choices)
    wanted = serializers.BooleanField()


class SettingsIn(Input):
    optional = ChoiceIn(many=True)


class Messages(Endpoint):
    """The actor's own in-app messages."""

    @extend_schema(
        operation_id="messages",
        summary="我的消息，最新的在前",
        parameters=PAGING,
        responses=paged(MessageOut),
        tags=["messages"],
    )
    def get(self, request: Request) -> Response:
        return page(self, queries.inbox(self.actor), MessageOut)


@goes_on
class ReadMessage(Endpoint):
    """One of them has been opened; asking again changes nothing."""

    @extend_schema(
        operation_id="read_message",
        summary="标为已读，重复调用结果相同",
        request=None,
        responses=MessageOut,
        tags=["messages"],
    )
    def post(self, request: Request, message_id: int) -> Response:
        return Response(MessageOut(actions.mark_read(message_id, by=self.actor)).data)


class NotificationSettings(Endpoint):
    """What is not listed is always sent."""

    @extend_schema(
        operation_id="notification_settings",
        summary="可以选择是否接收的通知",
        description="未列出的通知（验证码、账号安全、资金）必须发送，不能关闭。",
        responses=SettingsOut,
        tags=["messages"],
    )
    def get(self, request: Request) -> Response:
        return Response(SettingsOut({"optional": queries.choices(self.actor)}).data)

    @extend_schema(
        operation_id="choose_messages",
        summary="选择是否接收通知，未提到的不变",
        request=SettingsIn,
        responses=SettingsOut,
        tags=["messages"],
    )
    def patch(self, request: Request) -> Response:
        given = SettingsIn.read(request)["optional"]
        actions.choose_messages({(row["message"], row["channel"]): row["wanted"] for row in given}, by=self.actor)
        return self.get(request)
