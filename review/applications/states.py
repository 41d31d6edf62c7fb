"""One machine for every kind of application. Whose turn it is within `submitted` decides who may ask for what."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Code, Problem
from portal.kernel.states import Machine, Move, State, Who
from review.types.states import StepActor

# Whose turn it is: a step's actor, or nobody's any more, since it is decided and only not told.
HELD = "held"
TURNS = [*StepActor.choices, (HELD, _("待统一公布"))]
CANDIDATE = frozenset({Who.CANDIDATE})
STAFF = frozenset({Who.STAFF})
SYSTEM = frozenset({Who.SYSTEM})

APPLICATION = Machine(
    "application",
    [
        State("draft", _("草稿"), "neutral"),
        State("submitted", _("办理中"), "info"),
        State("returned", _("已退回，请修改"), "warning"),
        State("approved", _("已办结"), "success", final=True),
        State("rejected", _("未通过"), "danger", final=True),
        State("withdrawn", _("已撤回"), final=True),
        State("expired", _("已逾期失效"), final=True),
    ],
    [
        Move("save", ("draft", "returned"), None, CANDIDATE, _("保存")),
        Move("consent", ("draft", "returned"), None, CANDIDATE, _("同意")),
        Move("submit", ("draft", "returned"), "submitted", CANDIDATE, _("提交申请")),
        Move("confirm", ("submitted",), None, CANDIDATE, _("确认信息无误")),
        Move("dispute", ("submitted",), "returned", CANDIDATE, _("信息有误，修改重新提交")),
        Move("withdraw", ("draft", "submitted", "returned"), "withdrawn", CANDIDATE, _("撤回申请")),
        Move("approve", ("submitted",), None, STAFF, _("通过")),
        Move("return_", ("submitted",), "returned", STAFF, _("退回修改")),
        Move("reject", ("submitted",), "rejected", STAFF, _("不予通过")),
        Move("ask", ("submitted",), None, STAFF, _("转交其他机构")),
        Move("release", ("submitted",), None, STAFF, _("公布结果")),
        # What a system step found out, what should not have arrived, the end of the last step and of a deadline.
        Move("send_back", ("submitted",), "returned", SYSTEM, _("核验未通过，补充材料")),
        Move("recall", ("submitted", "returned"), "withdrawn", SYSTEM, _("发件方撤回")),
        Move("complete", ("submitted",), "approved", SYSTEM, _("办结")),
        Move("expire", ("draft", "submitted", "returned"), "expired", SYSTEM, _("逾期失效")),
    ],
)
# Within `submitted`: at whose step a move can be made. What is not named can be made at every step.
TURN = {
    "confirm": StepActor.CANDIDATE,
    "dispute": StepActor.CANDIDATE,
    "approve": StepActor.OFFICE,
    "return_": StepActor.OFFICE,
    "reject": StepActor.OFFICE,
    "ask": StepActor.OFFICE,
    "send_back": StepActor.SYSTEM,
    "release": HELD,
}
# What the story tells and no move names: a system step's yes, and what arrives by itself.
TOLD = {"check_passed": _("核验通过"), "arrive": _("材料到达")}
OPEN = tuple(state.code for state in APPLICATION.states.values() if not state.final)
ACTIONS = APPLICATION.askable(Who.CANDIDATE)
# Roles by act (codes of review.offices.states.Role), each for the offices where it is held.
MAY_DECIDE = ("first_reviewer", "second_reviewer")
MAY_SEE = (*MAY_DECIDE, "archive", "auditor")


def told(verb: str) -> str:
    """What a line of the story calls its verb."""
    return str(TOLD.get(verb) or APPLICATION.moves[verb].label)


def allowed(state: str, turn: str, who: Who) -> list[str]:
    """The moves that `who` may ask for in `state`, at the step of `turn` (empty where nobody's step is on)."""
    found = APPLICATION.allowed(state, who)
    return found if state != "submitted" else [verb for verb in found if TURN.get(verb, turn) == turn]


def check(state: str, turn: str, verb: str, who: Who) -> None:
    """Refuse a move that `who` may not ask for here, with the state and what is allowed instead."""
    found = allowed(state, turn, who)
    if verb in found:
        return
    try:
        APPLICATION.check(state, verb, who)
    except Problem as problem:
        problem.extra["allowed_actions"] = found
        raise
    sentence = _("现在不是这一步，不能进行此操作。")
    raise Problem(Code.STATE_CONFLICT, sentence, state=state, allowed_actions=found)
