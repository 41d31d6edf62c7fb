"""Nothing personal in logs, addresses, caches, headers, task arguments or a dump, whatever somebody does here.

Two people and the desk walk through everything that the portal offers. What is offered is read from the URLs and from
the API's document, so that a page or an operation that nobody walks through is named by the last assertions.
"""

from typing import Any

from home.urls import urlpatterns
from portal.kernel.admin import ListingViewSet
from tests import life
from tests.canary import Canary, Watch, dump, watching
from tests.contract import BASE, document, template_of
from tests.e2e.journeys.app import AppJourney
from tests.e2e.journeys.desk import DeskJourney
from tests.e2e.journeys.person import Person
from tests.e2e.journeys.web import WebJourney
from tests.e2e.world import World

# Asked for by machines, about our apps.
ROUTES_OF_MACHINES = {".well-known/assetlinks.json", ".well-known/apple-app-site-association"}
# About colleagues or the house, not about candidates.
# Not walked through here: each has tests of its own for what it tells and to whom. Lists are looked at all the same.
ACTS_TRIED_ELSEWHERE = {
    *(f"applications:{act}" for act in ("export", "filters", "register")),
    *(f"broadcasts:{act}" for act in ("confirm", "discard", "one", "retry")),
    *("bulk:new", "bulk:one", "candidates:end-extension", "candidates:extend"),
    *(f"graduations:{act}" for act in ("collect", "export", "make", "ready")),
    *(f"imports:{act}" for act in ("approve", "ask_undo", "keep", "one", "recheck", "refuse", "refused", "undo")),
    *(f"payments:{act}" for act in ("look-again", "retry-refund", "switch")),
    *("reconciliation:fetch", "reconciliation:handle", "results:export", "results:person"),
    *("transfers:answer", "transfers:hand-over", "wordings:edit", "wordings:restore"),
}
# Needs an application that has a form to print (candidate_api/registers/tests/).
FORMS = "business/applications/<str:number>/register.pdf", ("GET", f"{BASE}me/applications/{{number}}/register.pdf")
DESK_OF_OTHERS = {
    *(f"staff:{act}" for act in ("appoint", "relieve", "reset", "deactivate", "reactivate")),
    *("messages:retry", "invariants:ask"),
}

ANNA = Person("韦莉安", life.id_number(711), ("13977104441", "13977104442"), "anna-wei@example.org", "莉安大道711号")
BERT = Person("陆阿特", life.id_number(713), ("13977104443", "13977104444"), "bert-lu@example.org", "阿特巷713号")
CANARY = Canary(
    (*ANNA.numbers, *BERT.numbers), tuple(word for p in (ANNA, BERT) for word in (p.name, p.email, p.address))
)


def test_nobody_can_be_read_where_they_must_not(world: World, records: Any, now: Any) -> None:
    with watching() as watch:
        WebJourney(watch, world, now, ANNA).walk()
        AppJourney(watch, world, now, BERT).walk()
        DeskJourney(watch, now, ANNA, BERT).walk()
        watch.look_into_the_cache()
        dumped = dump()

    assert watch.leaks(CANARY) == []
    assert CANARY.told_by(dumped) == []
    assert (untrodden_pages(watch), untrodden_operations(watch), untrodden_desk(watch)) == (set(), set(), set())


def untrodden_pages(watch: Watch) -> set[str]:
    return {str(entry.pattern) for entry in urlpatterns} - watch.visited() - ROUTES_OF_MACHINES - {FORMS[0]}


def untrodden_operations(watch: Watch) -> set[tuple[str, str]]:
    """Of those that are about the asker, and of those that lead there."""
    offered = {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
        if path.startswith((f"{BASE}me/", f"{BASE}auth/"))
    }
    asked = [seen for seen in watch.answers if seen.status < 400]
    return offered - {FORMS[1]} - {(seen.method, template_of(seen.url.partition("?")[0]) or "") for seen in asked}


def untrodden_desk(watch: Watch) -> set[str]:
    offered = {
        f"{viewset.name}:{pattern.name}": f"admin/{viewset.name}/{pattern.pattern}"
        for viewset in (made() for made in ListingViewSet.__subclasses__())
        for pattern in viewset.get_urlpatterns()
    }
    return (
        {name for name, route in offered.items() if route not in watch.visited()}
        - DESK_OF_OTHERS
        - ACTS_TRIED_ELSEWHERE
    )
