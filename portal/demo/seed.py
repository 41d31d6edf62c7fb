"""The demo's world, relative to today: registration open, tickets released, scores released, people to sign in as.

Time is squeezed: tickets of the session that can be registered for are released already, so that a visitor can walk
from the notice to the printed ticket in one sitting. The handful of people here goes through the verbs, as anybody; but
for the session that is over, which no verb can make any more (`province/past.py`).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import altcha
from django.conf import settings
from django.core.management import call_command

from candidate_api.accounts import actions as accounts
from candidate_api.accounts import captcha, notice
from candidate_api.accounts.rules import Purpose
from candidate_api.arrangements import actions as arrangements
from candidate_api.candidates import actions as candidates
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import spec_on
from candidate_api.catalogue.models import District, Major
from candidate_api.payments import actions as payments
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.queries import options as options_of
from candidate_api.sessions.actions import open_seats
from candidate_api.sessions.models import ExamSession, Offering
from candidate_api.sheets import actions as sheets
from cms.complaints import actions as complaints
from cms.complaints.models import CannedAnswer, Complaint, SupportTeam
from cms.seed import seed_faq, seed_news
from cms.windows.actions import change_window
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business
from home.front.seed import seed_site
from portal.demo.applicants import submit_applications
from portal.demo.models import Delivered
from portal.demo.portraits import portrait
from portal.demo.province.past import sat
from portal.demo.windows import announce
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.messages import actions as messages
from portal.kernel.users.models import User
from review.offices.actions import appoint
from review.offices.states import Role

SEED = Actor.system("demo-seed")
VISITOR = Actor(user_id=None, name="", channel="web")
PASSWORD = "zikao-demo-2026"  # noqa: S105 -- printed for everybody to use, in the demo alone


@dataclass(frozen=True)
class Account:
    """Who can sign in to the demo, and where."""

    who: str
    login: str
    address: str
    role: Role | None = None
    office: str = ""
    password: str = PASSWORD


ACCOUNTS = [
    Account("考生 韦小莉（已有准考证号）", "13800000001", "/login/"),
    Account("考生 覃志明（刚注册）", "13800000002", "/login/"),
    Account("考生 黄秀英（有在办的申请）", "13800000003", "/login/"),
    Account("编辑", "editor", "/admin/", Role.EDITOR, "45"),
    Account("另一位编辑（审核稿件）", "editor-2", "/admin/", Role.EDITOR, "45"),
    Account("南宁市初审人员", "city", "/admin/", Role.FIRST_REVIEWER, "450100"),
    Account("广西大学审核人员", "school", "/admin/", Role.FIRST_REVIEWER, "s10593"),
    Account("自治区初审人员", "province-first", "/admin/", Role.FIRST_REVIEWER, "45"),
    Account("自治区终审人员", "province", "/admin/", Role.SECOND_REVIEWER, "45"),
    Account("自治区考籍人员", "archive", "/admin/", Role.ARCHIVE, "45"),
    Account("自治区另一名考籍人员（审批导入、发布考场）", "archive-2", "/admin/", Role.ARCHIVE, "45"),
    Account("南宁市考籍人员", "archive-city", "/admin/", Role.ARCHIVE, "450100"),
    Account("咨询人员", "support", "/admin/", Role.SUPPORT, "45"),
    Account("自治区财务人员", "finance", "/admin/", Role.FINANCE, "45"),
    Account("管理员", "admin", "/admin/", Role.ADMINISTRATOR, "45"),
]

# What the demo's candidate got in the last session: three courses are passed, one can be reviewed.
_MARKS = [78, 66, 54, 81]
# kind, category, title, content, how far it has come: 0 waiting, 1 being handled, 2 answered, 3 rated
_COMPLAINTS = [
    ("consult", "score", "成绩复核结果什么时候公布", "我申请了复核，想知道结果什么时候公布。", 3),
    ("suggestion", "website", "建议打印准考证时显示考点地图", "第一次去考点不好找，希望能看到地图。", 2),
    ("complaint", "payment", "支付后页面没有跳转", "付款成功后页面一直停着，过了几分钟才显示报考成功。", 1),
    ("consult", "exemption", "计算机等级证书可以免考哪门课", "我有全国计算机等级考试二级证书，可以免考哪门课程？", 0),
]
# A real timetable stands in the fixtures for one session of each half.
_TIMETABLES = {"04": "2027-04", "10": "2026-10"}


def is_empty() -> bool:
    return not User.objects.exists()


def is_half_done() -> bool:
    """Whether an earlier start was stopped while it wrote: the last thing that it writes is missing."""
    return not is_empty() and not Complaint.objects.exists()


def seed() -> None:
    """Fill an empty demo. The stand-in gateway must be listening: the candidate's fee is paid through it."""
    coming, last = furnish()
    candidate = _register("韦小莉", "450103199803124525", "13800000001")
    _enrol(candidate)
    sat(Candidate.objects.get(pk=candidate.pk), last, _MARKS, by=SEED)
    _register("覃志明", "450102200108156014", "13800000002")
    applicant = _register("黄秀英", "450302198512305510", "13800000003")
    _enrol(applicant)
    sat(Candidate.objects.get(pk=applicant.pk), last, [58, 72], by=SEED)
    submit_applications(Candidate.objects.get(pk=applicant.pk), by=SEED)
    _take_courses(Candidate.objects.get(pk=candidate.pk), coming)  # as she is now, with her major
    _arrange(coming)
    _complaints(candidate)
    _deliver()


def furnish() -> tuple[ExamSession, ExamSession]:
    """The office without its candidates; the session that can be registered for, and the one before."""
    call_command("load_catalogue", stdout=StringIO())
    today = clock.today()
    coming, last = _sessions(today)
    seed_site(settings.BASE_URL)
    announce(today, coming)
    _keep_tickets_open(coming)
    seed_faq()
    seed_news(today, coming.code)
    _staff()
    open_seats(coming.pk, by=SEED)
    return coming, last


def _sessions(today: date) -> tuple[ExamSession, ExamSession]:
    """The session that can be registered for and the one whose scores are out, made where the fixtures lack them."""
    year, month = (today.year, 4) if today.month < 3 else (today.year, 10) if today.month < 9 else (today.year + 1, 4)
    before = (year, 4) if month == 10 else (year - 1, 10)
    coming, last = _session(year, month), _session(*before)
    an_hour_ago = clock.now() - timedelta(hours=1)
    coming.tickets_at = min(coming.tickets_at or an_hour_ago, an_hour_ago)
    coming.save(update_fields=["tickets_at"])
    last.scores_at = clock.at(today - timedelta(days=3), 9)  # as 成绩复核 opens: five working days are not over
    last.save(update_fields=["scores_at"])
    return coming, last


def _session(year: int, month: int) -> ExamSession:
    code = f"{year}-{month:02d}"
    second_saturday = next(d for d in (date(year, month, day) for day in range(8, 15)) if d.weekday() == 5)
    session, made = ExamSession.objects.get_or_create(
        code=code,
        defaults={
            "name": f"{year}年{month}月高等教育自学考试",
            "first_day": second_saturday,
            "second_day": second_saturday + timedelta(days=1),
        },
    )
    if made or not session.offerings.exists():
        model = Offering.objects.filter(session__code=_TIMETABLES[f"{month:02d}"])
        Offering.objects.bulk_create([Offering(session=session, course=o.course, slot=o.slot) for o in model])
    return session


def _keep_tickets_open(session: ExamSession) -> None:
    window = BusinessWindow.objects.get(business=Business.ADMISSION_TICKET, session=session.code)
    change_window(
        window.pk,
        closes_at=clock.at(session.second_day, 18),
        reason="演示：报考期间即可打印",
        by=SEED,
    )


def _staff() -> None:
    for account in ACCOUNTS:
        if account.role is None:
            continue
        if account.role == Role.ADMINISTRATOR:
            user = User.objects.create_superuser(account.login, account.password, name=account.who)
        else:
            user = User.objects.create_user(account.login, account.password, name=account.who, is_staff=True)
        appoint(user, account.role, account.office, by=SEED)


def _register(name: str, id_number: str, mobile: str) -> Candidate:
    accounts.send_sms_code(mobile, Purpose.REGISTER, *_worked(), by=VISITOR)
    _deliver()
    text = Delivered.objects.filter(to=mobile).latest("pk").text
    captcha_id, captcha_value = _worked()
    return accounts.register(
        notice_version=notice.CURRENT,
        name=name,
        id_type="resident_id",
        id_number=id_number,
        mobile=mobile,
        sms_code=text.partition("：")[2][:6],
        captcha_id=captcha_id,
        captcha_value=captcha_value,
        password=PASSWORD,
        by=VISITOR,
    )


def _deliver() -> None:
    for message_id in messages.due_ids():
        messages.deliver(message_id)


def _worked() -> tuple[object, str]:
    """A captcha, solved by work."""
    challenge = captcha.issue(by=VISITOR)
    work = altcha.Challenge.from_dict(challenge.work)
    return challenge.captcha_id, altcha.Payload(work, altcha.solve_challenge(work)).to_base64()


def _enrol(candidate: Candidate) -> None:
    by = Actor.of(candidate.user, "web")
    candidates.save_profile(
        {
            "ethnicity": "08",
            "political_status": "13",
            "education": "associate",
            "occupation": "employee",
            "employer": "南宁市邕江软件有限公司",
            "address_area": "450103",
            "address": "民族大道100号",
            "postcode": "530022",
            "district": District.objects.get(code="450100"),
            "major": Major.objects.get(code="080901"),
        },
        by=by,
    )
    candidates.set_photo(portrait(candidate.pk, spec_on(clock.today())), by=by)


def _complaints(candidate: Candidate) -> None:
    """One of each state; the supporter belongs to every team and has answered."""
    user = User.objects.get(username="support")
    for team in SupportTeam.objects.all():
        team.members.add(user)
        CannedAnswer.objects.create(
            team=team,
            title="已转告相关部门",
            text="您好！您反映的“{title}”（编号{number}）已转告相关部门，有结果会及时告知您。感谢您的理解。",
        )
    by, desk = Actor.of(candidate.user, "web"), Actor.of(user, "admin")
    for kind, category, title, content, upto in _COMPLAINTS:
        made = complaints.submit(kind=kind, category=category, title=title, content=content, by=by)
        if upto >= 1:
            complaints.accept(made.pk, by=desk)
            complaints.note(made.pk, "已向考务科核实。", by=desk)
        if upto >= 2:
            complaints.answer(made.pk, "您好！已为您核实，请以网站最新公告为准。如仍有疑问请追问。", seen=0, by=desk)
        if upto >= 3:
            complaints.rate(made.number, 5, "答复很及时，谢谢。", by=by)


def _take_courses(candidate: Candidate, session: ExamSession) -> None:
    """Two courses, paid at the stand-in gateway as on a phone."""
    by = Actor.of(candidate.user, "web")
    choices = options_of(candidate, session, None)
    free = {option.offering.slot: option.offering.course.code for option in reversed(choices) if not option.blocked}
    entries = [(code, "450100") for _slot, code in sorted(free.items())[:2]]
    order = registrations.submit(session.code, entries, by=by).order
    attempt = payments.start_attempt(order.number, "wechat", "h5", "127.0.0.1", by=by)
    form = urlencode({"result": "success"}).encode()
    urlopen(Request(attempt.invoke["h5_url"], form), timeout=10).close()  # noqa: S310 -- our own stand-in
    payments.confirm(order.number, by=by)


def _arrange(session: ExamSession) -> None:
    """Seats drawn by one person of the archive and published by another: who registers from now on comes late."""
    one, other = (Actor.of(User.objects.get(username=name), "admin") for name in ("archive", "archive-2"))
    arrangements.request(session.code, f"{session.code} 抽签 0417", by=one)
    arrangements.draw_due(by=SEED)
    arrangements.publish(session.code, "抽签结果已核对", by=other)
    sheets.request(session.code, by=one)
