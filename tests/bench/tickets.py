"""A thousand tickets, first print, in one go: pledge, seats, photo, QR code, signature, PDF, encrypted file, audit.

Beside typst alone, which compiles the same papers from data that is ready. In processor time of this process, whose
memory at its peak is told: run it alone (`ARGS=tickets`).
"""

import resource
import time
from typing import Any

from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from candidate_api.tickets import actions
from portal.kernel.pdf.render import render
from tests.bench.measure import Row, rate

UNIT = "tickets per second and core"
TICKETS, SECONDS, MEGABYTES, TIMES_COMPILE = 1000, 20, 250, 1.3


def rows() -> list[Row]:
    """The rate of printing beside the rate of compiling, its time beside 20 s, the memory beside its limit."""
    people = furnished()
    inputs: list[tuple[Any, ...]] = []

    def remembered(*given: Any) -> bytes:
        if len(inputs) < 50:
            inputs.append(given)
        return render(*given)

    actions.render = remembered
    actions.ticket_pdf("2026-10", by=make.actor(people[0]))  # the compiler and its font are read once
    began = time.process_time()
    for person in people[1:]:
        actions.ticket_pdf("2026-10", by=make.actor(person))
    spent = time.process_time() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    turn = iter(inputs * 1000)
    compiled = rate(lambda: render(*next(turn)))
    printed = (TICKETS - 1) / spent
    return [
        Row("typst compile alone", compiled, compiled),
        Row(f"{TICKETS:,} tickets ({spent:.1f} s)", printed, compiled, goal=round(1 / TIMES_COMPILE, 2)),
        Row(f"the same beside {SECONDS} s", printed, TICKETS / SECONDS, goal=1),
        Row(f"memory: {megabytes:.0f} MB beside {MEGABYTES}", MEGABYTES, megabytes, goal=1),
    ]


def furnished() -> list[Candidate]:
    """A thousand people with a photo, three seats and their pledge, at the release."""
    sitting, place = make.session(tickets_at=make.clock.now()), make.district()
    make.site(place, [30] * 40)
    people = make.people(TICKETS)
    for number, person in enumerate(people):
        make.give_photo(person, (70, 130, number % 256))
    make.entries(people, sitting, place, [1, 2, 4])
    make.arrange()
    for person in people:
        actions.sign_pledge("2026-10", by=make.actor(person))
    return people
