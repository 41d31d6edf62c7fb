import structlog
from celery import shared_task

from candidate_api.arrangements import actions, queries
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem

log = structlog.get_logger("portal.arrangements")


@shared_task(name="arrangements.draw_due")
def draw_seats() -> None:
    """Draw the seats of sessions that wait; runs after each request, and by the schedule where a worker has gone."""
    actions.draw_due(by=Actor.system("draw-seats"))


@shared_task(name="arrangements.seat_late_entrants")
def seat_late_entrants() -> None:
    """Seat who was confirmed after the session's seats were published; nobody who has a seat is moved."""
    for code in queries.sessions_to_complete():
        try:
            actions.complete(code, by=Actor.system("seat-late-entrants"))
        except Problem as problem:  # seats are short: the office has to add rooms
            log.error("arrangements.short", session=code, why=str(problem.detail))
