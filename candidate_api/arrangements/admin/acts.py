"""What is done with a session's seats at the desk: drawn, published, completed; one person put elsewhere."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements import actions, queries
from candidate_api.arrangements.models import Arrangement, Seat
from candidate_api.arrangements.rules import LARGEST_SEED
from candidate_api.arrangements.states import ARRANGEMENT, MAY_ARRANGE
from candidate_api.sessions.models import ExamSession, Room
from portal.kernel.actor import Actor
from portal.kernel.admin import ActView, ReasonForm
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.states import Who
from portal.kernel.text import mask_name


class SeedForm(forms.Form):
    seed = forms.CharField(
        label=_("随机种子"),
        max_length=LARGEST_SEED,
        help_text=_("如公证抽签的号码。种子、科次和考场相同，编排结果就相同，事后可以复核。"),
    )


class NoteForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("审批意见")


class MoveForm(ReasonForm):
    room = forms.ModelChoiceField(label=_("考场"), queryset=Room.objects.none())
    seat_no = forms.IntegerField(
        label=_("座位号"), min_value=1, max_value=99, help_text=_("座位上已有考生的，两人对调。")
    )
    field_order = ("room", "seat_no", "reason")

    def __init__(self, *args: Any, rooms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["room"]
        field.queryset = rooms
        field.label_from_instance = room_words


def room_words(room: Room) -> str:
    """`南宁市第一考点 003 考场（30座）`."""
    kind = _("无障碍考场") if room.accessible else _("考场")
    return f"{room.site.name} {room.number} {kind}（{room.seats}座）"


class _OfSession(ActView):
    """An act on a session as a whole, which is the province's."""

    roles = MAY_ARRANGE
    verb = ""

    @classmethod
    def fits(cls, arrangement: Arrangement | None, actor: Actor) -> bool:
        """Whether the session's page offers it; the verb decides."""
        if arrangement is None or not queries.may_arrange(actor):
            return False
        return cls.verb in ARRANGEMENT.allowed(arrangement.state, Who.STAFF)

    def find(self, pk: int) -> ExamSession:
        if not queries.may_arrange(self.actor):
            raise Problem(Code.PERMISSION_DENIED)
        return queries.session(pk)

    def back(self) -> str:
        return reverse("arrangements:one", args=[self.thing.pk])


class Draw(_OfSession):
    verb = "redraw"
    title = button = _("编排考场")
    explains = _("在后台为全部报考成功的科次抽签排座。结果先供核对，由另一人发布后才生效；未发布的结果重新编排时作废。")
    form_class = SeedForm

    @classmethod
    def fits(cls, arrangement: Arrangement | None, actor: Actor) -> bool:
        return queries.may_arrange(actor) and (arrangement is None or super().fits(arrangement, actor))

    def facts(self) -> list[tuple[Words, str]]:
        waiting = sum(need.number for need in queries.needs(self.thing))
        seats = sum(number for (_district, pool), number in queries.capacity().items() if not pool.accessible)
        return [
            (_("考期"), self.thing.name),
            (_("尚无座位的科次"), str(waiting)),
            (_("每场座位总数"), str(seats)),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.request(self.thing.code, given["seed"], by=self.actor)
        self.done(_("正在编排。"))


class Publish(_OfSession):
    verb = "publish"
    title = button = _("发布")
    explains = _("发布后不能重新编排，只能逐人调整。考生从准考证开放打印时起看到座位。编排之后报考成功的科次一并补编。")
    form_class = NoteForm
    grave = True

    @classmethod
    def fits(cls, arrangement: Arrangement | None, actor: Actor) -> bool:
        return super().fits(arrangement, actor) and arrangement.requested_by_id != actor.user_id  # type: ignore[union-attr]

    def facts(self) -> list[tuple[Words, str]]:
        arrangement = queries.of_session(self.thing)
        if arrangement is None:
            return []
        return [
            (_("考期"), self.thing.name),
            (_("随机种子"), arrangement.seed),
            (_("已编排科次"), str(arrangement.done)),
            (_("相邻同课程"), str(arrangement.clashes)),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.publish(self.thing.code, given["reason"], by=self.actor)
        self.done(_("已发布。"))


class Complete(_OfSession):
    verb = "amend"
    title = button = _("补编")
    explains = _("为发布后报考成功的科次安排座位，收回已失效科次的座位。已有座位的考生不变。系统每分钟也会自动补编。")
    form_class = forms.Form

    def act(self, given: dict[str, Any]) -> None:
        done = actions.complete(self.thing.code, by=self.actor)
        self.done(_("已补编，现为第%(version)d版。") % {"version": done.version})


class Move(ActView):
    """One entry of one person, by the entry's key."""

    title = _("调整座位")
    button = _("调整")
    explains = _("只能在同一考区内调整。已公布的，系统通知被调整的考生重新打印准考证。")
    roles = MAY_ARRANGE

    def find(self, pk: int) -> Seat:
        found = queries.seats_of(self.actor).filter(registration=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def form(self, data: Any = None) -> MoveForm:
        rooms = Room.objects.filter(site__district=self.thing.room.site.district_id)
        rooms = rooms.select_related("site").order_by("site__code", "number")
        return MoveForm(data, rooms=rooms, initial={"room": self.thing.room_id})

    def back(self) -> str:
        seat: Seat = self.thing
        return reverse("arrangements:room", args=[seat.session_id, seat.room_id, seat.slot])

    def facts(self) -> list[tuple[Words, str]]:
        seat: Seat = self.thing
        course = seat.registration.course
        return [
            (_("考生"), f"{mask_name(seat.candidate.user.name)} {seat.candidate.candidate_number}"),
            (_("考生类别"), str(seat.candidate.get_category_display())),
            (_("课程"), f"{course.code} {course.name}"),
            (_("场次"), str(seat.sitting.label)),
            (_("现在的座位"), f"{room_words(seat.room)} {seat.seat_no:02d}"),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.move(self.thing.registration_id, given["room"].pk, given["seat_no"], given["reason"], by=self.actor)
        self.done(_("已调整。"))


OF_SESSION = (Draw, Publish, Complete)
