"""A session with people and rooms, made in bulk: thousands are needed, and how they came is not the point."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count

from django.db import transaction
from PIL import Image

from candidate_api.arrangements.actions import complete, draw_due, publish, request
from candidate_api.arrangements.models import Arrangement
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, District
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Offering, Room, Site
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.files.actions import keep
from portal.kernel.users.models import User
from review.offices.actions import appoint
from review.offices.models import Office
from review.offices.states import Role

_serial = count(1)
RELEASE = clock.at(date(2026, 10, 13), 9)
COURSES = (
    ("03708", "中国近现代史纲要", "politics"),
    ("00015", "英语（二）", "basic"),
    ("04735", "数据库系统原理", "core"),
    ("02331", "数据结构", "core"),
)


def session(code: str = "2026-10", **fields: object) -> ExamSession:
    """The session with one course in each slot; its tickets are released at RELEASE."""
    year = int(code[:4])
    values = {
        "name": f"{year}年{int(code[5:])}月",
        "first_day": date(year, 10, 24),
        "second_day": date(year, 10, 25),
        "tickets_at": RELEASE,
    }
    made = ExamSession.objects.create(code=code, **(values | fields))
    for slot, (number, name, category) in enumerate(COURSES, start=1):
        course, _new = Course.objects.get_or_create(
            code=number, defaults={"name": name, "assessment": "written", "paper": "national", "category": category}
        )
        Offering.objects.create(session=made, course=course, slot=slot)
    return made


def district(code: str = "450100", name: str = "南宁市") -> District:
    return District.objects.get_or_create(code=code, defaults={"name": name})[0]


def site(place: District, seats: Sequence[int], *, code: str = "01", kind: str = Site.Kind.CITY) -> Site:
    """A site with one room for each number of seats."""
    made = Site.objects.create(
        district=place,
        code=code,
        name=f"{place.name}第{int(code)}中学",
        address=f"{place.name}民族大道{int(code)}号",
        kind=kind,
    )
    rooms = [Room(site=made, number=f"{number:03d}", seats=size) for number, size in enumerate(seats, start=1)]
    Room.objects.bulk_create(rooms)
    return made


def people(number: int, **fields: object) -> list[Candidate]:
    """Enrolled candidates."""
    serials = [next(_serial) for _one in range(number)]
    users = User.objects.bulk_create(
        [User(username=f"c{serial}", name=f"张{serial}三", is_candidate=True, password="!") for serial in serials]
    )
    values = {"state": "enrolled", "id_type": "passport", "gender": "female", "notice_version": "1"} | fields
    return Candidate.objects.bulk_create(
        [
            Candidate(user=user, candidate_number=f"0101262{serial:05d}", id_number=f"E{serial:08d}", **values)
            for user, serial in zip(users, serials, strict=True)
        ]
    )


def entries(
    who: Sequence[Candidate],
    sitting: ExamSession,
    place: District,
    slots: Sequence[int],
    state: str = "confirmed",
    offering: Offering | None = None,
) -> list[Registration]:
    """Each of `who` takes the first course of each of `slots`, or the one that is offered as `offering`."""
    now = clock.now()
    orders = Order.objects.bulk_create(
        [
            Order(
                number=f"R{next(_serial):020d}",
                payer_id=candidate.user_id,
                kind="registration",
                subject=sitting.code,
                title="课程报考",
                amount_fen=4000 * len(slots),
                expires_at=now + timedelta(hours=1),
                created_at=now,
            )
            for candidate in who
        ]
    )
    offered = {row.slot: row for row in sitting.offerings.order_by("-pk")}
    if offering is not None:
        offered[offering.slot] = offering
    return Registration.objects.bulk_create(
        [
            Registration(
                candidate=candidate,
                session=sitting,
                offering=offered[slot],
                course_id=offered[slot].course_id,
                slot=slot,
                district=place,
                order=order,
                fee_fen=4000,
                state=state,
                created_at=now,
                confirmed_at=now if state == "confirmed" else None,
            )
            for candidate, order in zip(who, orders, strict=True)
            for slot in slots
        ]
    )


def courses_in(sitting: ExamSession, slot: int, number: int) -> list[Offering]:
    """So many courses more in the slot."""
    serials = [next(_serial) for _one in range(number)]
    courses = Course.objects.bulk_create(
        [
            Course(
                code=f"{serial + 20000:05d}",
                name=f"课程{serial}",
                assessment="written",
                paper="national",
                category="core",
            )
            for serial in serials
        ]
    )
    return Offering.objects.bulk_create([Offering(session=sitting, course=course, slot=slot) for course in courses])


@contextmanager
def forgotten() -> Iterator[None]:
    """A scene of which nothing stays, for examples that follow each other in one test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def give_photo(candidate: Candidate, colour: tuple[int, int, int] = (70, 130, 220)) -> None:
    """A photo of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (480, 640), colour).save(out, "JPEG")
    candidate.photo = keep(
        out.getvalue(), kind="photo", owner=candidate.user, name="照片.jpg", content_type="image/jpeg"
    )
    candidate.save(update_fields=["photo"])


def actor(candidate: Candidate) -> Actor:
    return Actor.of(candidate.user, "api")


OFFICE = Actor.system("arrangement")


def drawn(code: str = "2026-10", seed: str = "a", by: Actor = OFFICE) -> Arrangement:
    """The session's seats as the office draws them; not published."""
    request(code, seed, by=by)
    draw_due(by=OFFICE)
    return Arrangement.objects.get(session__code=code)


def arrange(code: str = "2026-10", seed: str = "a") -> Arrangement:
    """Everybody seated and published, or, where that has been done, who came since then."""
    if Arrangement.objects.filter(session__code=code, state="published").exists():
        return complete(code, by=OFFICE)
    drawn(code, seed)
    return publish(code, "已核对", by=publisher())


def publisher() -> Actor:
    """Somebody of the province's archive who has drawn nothing."""
    Office.objects.get_or_create(code="45", defaults={"name": "考试院", "kind": "province", "path": "/45/"})
    user = User.objects.filter(username="publisher").first()
    if user is None:
        user = User.objects.create_user("publisher", "pw", name="周发布", is_staff=True)
        appoint(user, Role.ARCHIVE, "45", by=OFFICE)
    return Actor.of(user, "admin")
