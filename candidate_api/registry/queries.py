from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import called, visible_to
from candidate_api.catalogue.models import Area, CodeItem
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.states import LIVE as LIVE_ATTEMPT
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from candidate_api.registry.models import Freeze, Merger
from candidate_api.registry.states import MAY_MERGE
from candidate_api.results.models import Score
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from review.applications.queries import open_titles


def listed(actor: Actor) -> "QuerySet[Candidate]":
    """What the desk's list shows, newest first."""
    frozen = Freeze.objects.filter(candidate=OuterRef("pk"), state="active")
    rows = visible_to(actor).select_related("user", "district", "major", "assisting_school", "merged_into")
    return rows.annotate(frozen=Exists(frozen)).order_by("-pk")


def found(actor: Actor, text: str) -> "QuerySet[Candidate]":
    """By the whole ID number, mobile or 准考证号, or by a name or its beginning; nothing for nothing."""
    return listed(actor).filter(called(text))


def one(actor: Actor, candidate_id: int) -> Candidate:
    """One record of the desk's list; `not_found` for all that it does not show."""
    row = listed(actor).filter(pk=candidate_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这名考生。"))
    return row


def ethnicity_and_area(candidate: Candidate) -> tuple[str, str]:
    """The office's words for two codes of a profile: 民族, and the county or province of the address."""
    of_the_lists = Q(list="ethnicity", code=candidate.ethnicity) | Q(list="province", code=candidate.address_area)
    words = CodeItem.objects.filter(of_the_lists).order_by().values_list("list", "label")
    counties = Area.objects.filter(code=candidate.address_area).order_by().values_list(Value("county"), "name")
    found = dict(words.union(counties))
    return found.get("ethnicity", ""), found.get("county") or found.get("province", "")


def active_freeze_for_update(candidate: Candidate) -> Freeze:
    """The freeze that holds now; the caller has locked the record. Raises `state_conflict` where there is none."""
    freeze = Freeze.objects.filter(candidate=candidate, state="active").first()
    if freeze is None:
        raise Problem(Code.STATE_CONFLICT, _("该账号没有冻结。"))
    return freeze


# -- mergers ----------------------------------------------------------------------------------------------------------
def mergers(actor: Actor) -> "QuerySet[Merger]":
    """Those whose two records the actor may merge."""
    seen = visible_to(actor, *MAY_MERGE).values("pk")
    rows = Merger.objects.filter(source__in=seen, target__in=seen)
    return rows.select_related("source__user", "target__user", "proposed_by", "decided_by").order_by("-pk")


def mergers_of(actor: Actor, candidate: Candidate) -> "QuerySet[Merger]":
    """Those of them that this record is a side of."""
    return mergers(actor).filter(Q(source=candidate) | Q(target=candidate))


def merger(actor: Actor, merger_id: int) -> Merger:
    """One of them; `not_found` for the others."""
    row = mergers(actor).filter(pk=merger_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return row


def awaits_another(actor: Actor, merger: Merger) -> bool:
    """Whether somebody else must approve it: two persons merge, and this one has proposed it."""
    return bool(merger.proposed_by_id == actor.user_id)


def merger_for_update(actor: Actor, merger_id: int) -> Merger:
    """One of them with both its records and their users locked, records first and in order."""
    if not actor.has_role(*MAY_MERGE):
        raise Problem(Code.PERMISSION_DENIED)
    seen = merger(actor, merger_id)
    lock_pair(seen.source_id, seen.target_id)
    return mergers(actor).select_for_update(of=("self",), no_key=True).get(pk=merger_id)


def lock_pair(*candidate_ids: int) -> list[Candidate]:
    """Two records, locked in the order of their keys: two mergers of the same pair wait for each other."""
    rows = Candidate.objects.select_for_update(of=("self", "user"), no_key=True).select_related("user")
    return list(rows.filter(pk__in=candidate_ids).order_by("pk"))


def open_business(candidate: Candidate) -> list[str]:
    """What must come to its end before a record can be merged away or an account closed, in words."""
    money = PaymentAttempt.objects.filter(order__payer=candidate.user)
    unsettled = money.filter(Q(state__in=LIVE_ATTEMPT) | Q(state="succeeded", resolved_at=None))
    refunds = Refund.objects.filter(attempt__order__payer=candidate.user, state__in=["queued", "processing", "failed"])
    live = Registration.objects.filter(candidate=candidate, state__in=LIVE, session__closed=False)
    pending = Order.objects.filter(payer=candidate.user, state="pending")
    checks = [
        (pending.exists(), _("有待缴费的订单，请等待缴费或关闭。")),
        (unsettled.exists() or refunds.exists(), _("有未办结的支付或退款，请等待办结。")),
        (live.exists(), _("在未结束的考期有报考，请等考期结束。")),
    ]
    running = [_("“%(title)s”申请正在办理，请等待办结或撤回。") % {"title": t} for t in open_titles(candidate.user)]
    return [sentence for holds, sentence in checks if holds] + running


def obstacles(source: Candidate, target: Candidate) -> list[str]:
    """Why the source cannot be merged into the target now, in words; empty where it can."""
    live = Registration.objects.filter(candidate=source, state__in=LIVE)
    same = Registration.objects.filter(candidate=target, state__in=LIVE, session=OuterRef("session"))
    twice = live.filter(Exists(same.filter(Q(slot=OuterRef("slot")) | Q(course=OuterRef("course")))))
    scored = Score.objects.filter(candidate=target, session=OuterRef("session"), course=OuterRef("course"))
    frozen = Freeze.objects.filter(candidate__in=[source, target], state="active")
    checks = [
        (source.state != "enrolled", _("注销的准考证号不在籍。")),
        (target.state != "enrolled" or not target.user.is_active, _("保留的准考证号不在籍或账号已停用。")),
        (frozen.exists(), _("账号已冻结，请先解冻。")),
        (twice.exists(), _("两个准考证号在同一考期的同一场次或同一课程都有报考，请先核查。")),
        (
            Score.objects.filter(Exists(scored), candidate=source).exclude(session=None).exists(),
            _("两个准考证号在同一考期的同一课程都有成绩，请先核查。"),
        ),
    ]
    found = [_("注销的准考证号%(what)s") % {"what": sentence} for sentence in open_business(source)]
    return [sentence for holds, sentence in checks if holds] + found


def differences(source: Candidate, target: Candidate) -> list[str]:
    """In what the two records are not of one person, as far as they say it: a reason to look twice, since a document
    that was typed wrong is a reason to merge."""
    told = [
        (_("姓名"), source.user.name, target.user.name),
        (_("性别"), source.gender, target.gender),
        (_("出生日期"), source.birth_date, target.birth_date),
        (_("证件号码"), source.id_number, target.id_number),
    ]
    return [label for label, one, other in told if one and other and one != other]


def followers(candidate: Candidate) -> "QuerySet[Candidate]":
    """Records that were merged into this one."""
    return Candidate.objects.filter(merged_into=candidate).order_by("pk")
