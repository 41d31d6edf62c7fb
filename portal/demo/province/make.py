"""Making the province: batch by batch, each in one transaction, so that whatever was interrupted is whole."""

import gc
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from multiprocessing import get_context
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, models, transaction

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
from portal.demo.province.terms import Seats, SeatsGoneError, Term, keep, terms
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.files.models import PrivateFile
from portal.kernel.users.models import User

BATCH = 2000
TRIES = 3
PEOPLE_PER_PORTRAIT = 2000
MOST_PORTRAITS = 40  # drawing one takes as long as writing fifty people
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

    here: ClassVar["Maker"]  # in a process of the pool

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.now = clock.now()
        self.places = Places()
        self.terms: list[Term] = [term for term in terms(self.now, by=SEEDER) if term.has_begun]
        self.store = Store(*TABLES)
        self.portraits: list[Portrait] = []
        self.written: Counter[type[models.Model]] = Counter(dict.fromkeys(TABLES, 0))
        # Nobody signs in with a password: making one for each would take longer than all the rest.
        self.no_password = make_password(None)

    def make(self, number: int, progress: Callable[[int], Any]) -> None:
        """Make `number` candidates; `progress` is told how many more there are.

        On PostgreSQL each core thinks up and writes a batch of its own. SQLite takes one writer at a time.
        """
        self._draw_portraits(min(-(-number // PEOPLE_PER_PORTRAIT), MOST_PORTRAITS))
        # Who was made with this seed before is not made again: the stream goes on where it ended.
        first = User.objects.filter(username__startswith=f"p{self.seed}-").count()
        batches = [range(n, min(n + BATCH, first + number)) for n in range(first, first + number, BATCH)]
        with _no_collector():
            for counts in self._by_each_core(batches) if _may_share() else map(self.write, batches):
                self.written.update(counts)
                progress(counts[User])

    def _by_each_core(self, batches: list[range]) -> Iterator[dict[type[models.Model], int]]:
        connection.close()  # no process may use another's, nor the pool that it came from
        connection.close_pool()
        with ProcessPoolExecutor(cores(), get_context("fork"), initializer=_become, initargs=(self,)) as pool:
            try:
                for done in as_completed([pool.submit(_write, batch) for batch in batches]):
                    yield done.result()
                list(pool.map(_analyze, TABLES))
            finally:
                pool.shutdown(cancel_futures=True)

    def write(self, serials: range) -> dict[type[models.Model], int]:
        """Think a batch up and write it down, all of it or nothing; how many rows of each table.

        Where another batch was quicker to take a document, a mobile or the last seats, it is thought up again.
        """
        for more_tries in reversed(range(TRIES)):
            try:
                self._try(serials)
            except (IntegrityError, SeatsGoneError):
                if not more_tries:
                    raise
            else:
                break
        return self.store.written

    @transaction.atomic
    def _try(self, serials: range) -> None:
        """What many batches need the same rows for comes last, so that those are locked for as short as can be."""
        self.store.begin()
        random = Random(f"{self.seed}:{serials.start}")  # noqa: S311 -- a story
        seats = Seats()
        chronicle = Chronicle(self.store, seats, self.places, random, self.now)
        enrolled: list[Candidate] = []
        for serial, person in zip(serials, self._people(random, len(serials)), strict=True):
            life = self._register(random, person, serial)
            if life is not None:
                enrolled.append(life.candidate)
                chronicle.tell(life, self.terms)
        self.store.write(*(table for table in TABLES if table is not Candidate))
        keep(seats.taken)
        _give_numbers(enrolled)
        self.store.write(Candidate)
        self.store.seal()

    # -- who ----------------------------------------------------------------------------------------------------
    def _people(self, random: Random, size: int) -> list[Person]:
        """So many people, none of whom is there already under the same document or mobile."""
        found: dict[str, Person] = {}
        while len(found) < size:
            drawn = [people.draw(random, self.places, self.now) for _one in range(size - len(found))]
            fresh = {person.id_number: person for person in drawn if person.id_number not in found}
            for number in self._known(Candidate, "id_number_index", fresh):
                del fresh[number]
            found |= fresh
        mobiles: dict[str, None] = {}
        while len(mobiles) < size:
            more = dict.fromkeys(people.mobile(random) for _one in range(size - len(mobiles)))
            for number in self._known(User, "mobile_index", more):
                del more[number]
            mobiles |= more
        for person, mobile in zip(found.values(), mobiles, strict=True):
            person.mobile = mobile
        return list(found.values())

    def _known(self, model: type[models.Model], column: str, values: Iterable[str]) -> list[str]:
        """Which of `values` somebody has already, asked of the blind index."""
        field: Any = model._meta.get_field(column)
        by_digest = {blind_index(value, field.bound_to): value for value in values}
        digests, found = list(by_digest), []
        for first in range(0, len(digests), BATCH):
            rows = model._default_manager.filter(**{f"{column}__in": digests[first : first + BATCH]})
            found += [by_digest[digest] for digest in rows.values_list(column, flat=True)]
        return found

    def _register(self, random: Random, person: Person, serial: int) -> Life | None:
        """The account and the record; None for who has not come as far as the 准考证号."""
        user = self.store.row(
            User,
            username=f"p{self.seed}-{serial + 1:07d}",
            password=self.no_password,
            name=person.name,
            mobile=person.mobile,
            is_candidate=True,
            created_at=person.registered_at,
        )
        candidate = self.store.row(
            Candidate,
            user_id=user.pk,
            id_type=IdType.RESIDENT_ID,
            id_number=person.id_number,
            gender=person.gender,
            birth_date=person.birth_date,
            notice_version=notice.CURRENT,
            created_at=person.registered_at,
            **person.values,
        )
        by = Actor(user.pk, user.name, person.channel, is_candidate=True)
        self._note("candidates.create", candidate, by, 0, person, to_state="onboarding", notice_version=notice.CURRENT)
        if not person.complete:
            return None
        fields = [name for name in EDITABLE if person.values.get(name) or f"{name}_id" in person.values]
        self._note("candidates.save_profile", candidate, by, 4, person, fields=fields)
        enrolled_at = person.registered_at + timedelta(minutes=9)
        photo = self._photo(random, user, enrolled_at)
        candidate.photo_id, candidate.enrolled_at = photo.pk, enrolled_at
        candidate.__dict__["state"] = "enrolled"
        # The serial follows when the batch is written (`_give_numbers`).
        candidate.candidate_number = number_prefix(person.district.code, clock.local(enrolled_at).date())
        self._note("candidates.set_photo", candidate, by, 9, person, sha256=photo.sha256)
        self._note("candidates.enrol", candidate, by, 9, person, from_state="onboarding", to_state="enrolled")
        return Life(person, candidate, by, enrolled_at, set())

    def _note(self, verb: str, row: Candidate, by: Actor, minutes: int, person: Person, **facts: Any) -> None:
        self.store.note(verb, row, by=by, at=person.registered_at + timedelta(minutes=minutes), **facts)

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
        return self.store.row(
            PrivateFile,
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


def _give_numbers(enrolled: list[Candidate]) -> None:
    """Complete the prefixes to 准考证号, in order; the counters stand where they are, locked until the commit."""
    wanted = Counter(str(candidate.candidate_number) for candidate in enrolled)
    NumberCounter.objects.bulk_create([NumberCounter(prefix=prefix) for prefix in wanted], ignore_conflicts=True)
    rows = list(NumberCounter.objects.select_for_update().filter(prefix__in=wanted).order_by("prefix"))
    serials = {row.prefix: count(row.last + 1) for row in rows}
    for candidate in enrolled:
        prefix = str(candidate.candidate_number)
        candidate.candidate_number = f"{prefix}{next(serials[prefix]):05d}"
    for row in rows:
        row.last += wanted[row.prefix]
    NumberCounter.objects.bulk_update(rows, ["last"], batch_size=500)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Hundreds of thousands of rows and hardly a circle among them: looking for some all the time takes a sixth of it.
    It is done once a batch (`write`), over what came since."""
    was_enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def cores() -> int:
    """How many processors the machine has."""
    return os.cpu_count() or 1


def _may_share() -> bool:
    """Whether others can write at once, and see what is here already."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def _become(maker: Maker) -> None:
    """A process of the pool begins."""
    Maker.here = maker


def _write(serials: range) -> dict[type[models.Model], int]:
    return Maker.here.write(serials)


def _analyze(model: type[models.Model]) -> None:
    """Tell PostgreSQL's planner what has come, before anybody asks."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
