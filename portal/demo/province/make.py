"""Making the province: batch by batch, each in one transaction, so that whatever was interrupted is whole."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import connection, models, transaction

from candidate_api.accounts import notice
from candidate_api.candidates.actions import EDITABLE
from candidate_api.candidates.models import Candidate, NumberCounter
from candidate_api.candidates.photo import spec_on
from candidate_api.candidates.rules import number_prefix
from candidate_api.candidates.states import IdType
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from portal.demo.portraits import portrait
from portal.demo.province import people
from portal.demo.province.histories import Chronicle, Life
from portal.demo.province.people import Person, Places
from portal.demo.province.store import Store
from portal.demo.province.terms import Seats, Term, terms
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import entry
from portal.kernel.audit.models import AuditEntry
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.files.models import PrivateFile
from portal.kernel.users.models import User

BATCH = 2000
PEOPLE_PER_PORTRAIT = 200
MOST_PORTRAITS = 60  # drawing one takes as long as writing fifty people
SEEDER = Actor.system("seed-demo")
TABLES = (
    User, PrivateFile, Candidate, Order, PaymentAttempt, Refund, PaymentEvent, Registration, Score, AuditEntry,
)  # fmt: skip


@dataclass(frozen=True)
class Portrait:
    """A drawn face in the private storage."""

    path: str
    size: int
    sha256: str


class Maker:
    """Makes candidates until told otherwise; `written` counts the rows of each table."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.now = clock.now()
        self.places = Places()
        self.terms: list[Term] = [term for term in terms(self.now, by=SEEDER) if term.has_begun]
        self.store = Store(*TABLES)
        self.portraits: list[Portrait] = []
        # Nobody signs in with a password: making one for each would take longer than all the rest.
        self.no_password = make_password(None)

    @property
    def written(self) -> dict[type[models.Model], int]:
        return self.store.written

    def make(self, number: int, progress: Callable[[int], Any]) -> None:
        """Make `number` candidates; `progress` is told how many more there are."""
        self._draw_portraits(min(-(-number // PEOPLE_PER_PORTRAIT), MOST_PORTRAITS))
        while number > 0:
            size = min(number, BATCH)
            with transaction.atomic():
                self._batch(size)
            progress(size)
            number -= size

    def _batch(self, size: int) -> None:
        # Who was made with this seed before is not made again: the stream goes on where it ended.
        serial = User.objects.filter(username__startswith=f"p{self.seed}-").count()
        random = Random(f"{self.seed}:{serial}")  # noqa: S311 -- a story
        seats = Seats()
        drawn = self._people(random, size)
        numbers = self._numbers(drawn)
        chronicle = Chronicle(self.store, seats, self.places, random, self.now)
        for place, person in enumerate(drawn, serial + 1):
            life = self._register(random, person, place, numbers)
            if life is not None:
                chronicle.tell(life, self.terms)
        self.store.write()
        seats.keep()

    # -- who ----------------------------------------------------------------------------------------------------
    def _people(self, random: Random, size: int) -> list[Person]:
        """So many people, none of whom is there already under the same document or mobile."""
        found: dict[str, Person] = {}
        while len(found) < size:
            drawn = [people.draw(random, self.places, self.now) for _one in range(size - len(found))]
            fresh = {person.id_number: person for person in drawn if person.id_number not in found}
            for number in _known(Candidate, "id_number_index", fresh):
                del fresh[number]
            found |= fresh
        mobiles: dict[str, None] = {}
        while len(mobiles) < size:
            more = dict.fromkeys(people.mobile(random) for _one in range(size - len(mobiles)))
            for number in _known(User, "mobile_index", more):
                del more[number]
            mobiles |= more
        for person, mobile in zip(found.values(), mobiles, strict=True):
            person.mobile = mobile
        return list(found.values())

    def _numbers(self, drawn: list[Person]) -> dict[str, int]:
        """The last serial of each prefix before these; the counters stand where they will be. Locked till the end."""
        wanted = Counter(_prefix(person) for person in drawn if person.complete)
        NumberCounter.objects.bulk_create([NumberCounter(prefix=prefix) for prefix in wanted], ignore_conflicts=True)
        counters = NumberCounter.objects.select_for_update().filter(prefix__in=wanted).order_by("prefix")
        rows = list(counters)
        before = {row.prefix: row.last for row in rows}
        for row in rows:
            row.last += wanted[row.prefix]
        NumberCounter.objects.bulk_update(rows, ["last"], batch_size=500)
        return before

    def _register(self, random: Random, person: Person, serial: int, numbers: dict[str, int]) -> Life | None:
        """The account and the record; None for who has not come as far as the 准考证号."""
        user = User(
            id=self.store.key(User),
            username=f"p{self.seed}-{serial:07d}",
            password=self.no_password,
            name=person.name,
            mobile=person.mobile,
            is_candidate=True,
            created_at=person.registered_at,
        )
        candidate = Candidate(
            id=self.store.key(Candidate),
            user_id=user.pk,
            id_type=IdType.RESIDENT_ID,
            id_number=person.id_number,
            gender=person.gender,
            birth_date=person.birth_date,
            notice_version=notice.CURRENT,
            created_at=person.registered_at,
            **person.values,
        )
        self.store.add(user)
        self.store.add(candidate)
        by = Actor(user.pk, user.name, person.channel, is_candidate=True)
        self._note("candidates.create", candidate, by, 0, person, to_state="onboarding", notice_version=notice.CURRENT)
        if not person.complete:
            return None
        fields = [name for name in EDITABLE if person.values.get(name)]
        self._note("candidates.save_profile", candidate, by, 4, person, fields=fields)
        enrolled_at = person.registered_at + timedelta(minutes=9)
        photo = self._photo(random, user, enrolled_at)
        prefix = _prefix(person)
        numbers[prefix] += 1
        candidate.photo_id, candidate.enrolled_at = photo.pk, enrolled_at
        candidate.__dict__["state"], candidate.candidate_number = "enrolled", f"{prefix}{numbers[prefix]:05d}"
        self._note("candidates.set_photo", candidate, by, 9, person, sha256=photo.sha256)
        self._note("candidates.enrol", candidate, by, 9, person, from_state="onboarding", to_state="enrolled")
        return Life(person, candidate.pk, by, enrolled_at, set())

    def _note(self, verb: str, row: Candidate, by: Actor, minutes: int, person: Person, **facts: Any) -> None:
        self.store.add(entry(verb, row, by=by, at=person.registered_at + timedelta(minutes=minutes), **facts))

    # -- faces --------------------------------------------------------------------------------------------------
    def _draw_portraits(self, number: int) -> None:
        spec = spec_on(clock.local(self.now).date())
        storage = PrivateFile._meta.get_field("content").storage
        for place in range(len(self.portraits), number):
            picture = portrait(self.seed * 1000 + place, spec)
            digest = hashlib.sha256(picture).hexdigest()
            path = storage.save(f"demo/{self.seed}-{digest[:24]}", ContentFile(picture))
            self.portraits.append(Portrait(path, len(picture), digest))

    def _photo(self, random: Random, user: User, at: datetime) -> PrivateFile:
        """A row of the person's own, so that they and nobody else may open it, over a picture that many share.

        Nothing in the house deletes a picture with its row (a new photo is a new row and a new file), and the shared
        ones lie in a folder of their own, which no row's name leads to.
        """
        face = random.choice(self.portraits)
        photo = PrivateFile(
            id=UUID(int=random.getrandbits(128), version=4),
            kind="photo",
            owner_id=user.pk,
            name="照片.jpg",
            content_type="image/jpeg",
            size=face.size,
            sha256=face.sha256,
            content=face.path,
            created_at=at,
        )
        self.store.add(photo)
        return photo


def _prefix(person: Person) -> str:
    return number_prefix(person.district.code, clock.local(person.registered_at + timedelta(minutes=9)).date())


def _known(model: type[models.Model], column: str, values: Iterable[str]) -> list[str]:
    """Which of `values` somebody has already, asked of the blind index in portions that every database takes."""
    field: Any = model._meta.get_field(column)
    by_digest = {blind_index(value, field.bound_to): value for value in values}
    digests, found = list(by_digest), []
    for first in range(0, len(digests), 500):
        rows = model._default_manager.filter(**{f"{column}__in": digests[first : first + 500]})
        found += [by_digest[digest] for digest in rows.values_list(column, flat=True)]
    return found


def analyze() -> None:
    """Tell PostgreSQL's planner what has come, before anybody asks."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in TABLES:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
