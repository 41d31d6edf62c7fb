"""What the solver finds is what trying everything finds."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candidate_api.catalogue.rules import Swap
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Forecast, Pass, exchanges, forecast
from candidate_api.forecast.solver import best_count, fastest_path
from candidate_api.forecast.states import NoPath
from candidate_api.forecast.tests import brute, invented

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def counted(plan, passes, known) -> Forecast:
    tally = best_count(plan, passes, known)
    assert tally is not None
    return forecast(plan, passes, known, tally)


@calm
@given(st.data())
def test_the_best_count_is_the_best_of_all_counts(data: st.DataObject) -> None:
    plan = data.draw(invented.plans())
    passes = data.draw(invented.passes(plan))
    known = data.draw(invented.substitutions(plan))
    found = counted(plan, passes, known)
    assert (found.remaining, found.credits_earned) == brute.best_count(plan, passes, known)


@calm
@given(st.data())
def test_no_pass_and_no_line_counts_twice(data: st.DataObject) -> None:
    plan = data.draw(invented.plans())
    passes = data.draw(invented.passes(plan))
    known = data.draw(invented.substitutions(plan, most=1))
    tally = best_count(plan, passes, known)
    assert tally is not None
    done = [one.line for one in tally.counted]
    assert len(done) == len(set(done))
    assert not set(done) & set(tally.needed)
    # Two lines share a pass only where one exchange gives both.
    shared = [one.course for counted in tally.counted if not counted.steps for one in counted.passes]
    given_up = {one.course for counted in tally.counted if counted.steps for one in counted.passes}
    assert len(shared) == len(set(shared))
    assert not set(shared) & given_up


@calm
@given(st.data())
def test_passing_one_more_course_never_lowers_the_forecast(data: st.DataObject) -> None:
    plan = data.draw(invented.plans())
    known = data.draw(invented.substitutions(plan))
    passes = data.draw(invented.passes(plan))
    more = [*passes, Pass(data.draw(st.sampled_from([*plan.courses, *invented.OUTSIDE])))]
    before, after = counted(plan, passes, known), counted(plan, more, known)
    assert (-after.remaining, after.credits_earned) >= (-before.remaining, before.credits_earned)


@calm
@given(st.data())
def test_the_order_of_records_does_not_matter(data: st.DataObject) -> None:
    plan = data.draw(invented.plans())
    known = data.draw(invented.substitutions(plan))
    passes = data.draw(invented.passes(plan))
    shuffled, swapped = [*passes], [*known]
    Random(0).shuffle(shuffled)
    Random(0).shuffle(swapped)
    assert counted(plan, passes, known) == counted(plan, shuffled, tuple(sorted(swapped)))


@settings(calm, max_examples=60)
@given(st.data())
def test_the_fastest_path_is_the_fastest_of_all_paths(data: st.DataObject) -> None:
    plan = data.draw(invented.plans(most=2))
    passes = data.draw(invented.passes(plan))
    known = tuple(e for e in data.draw(invented.substitutions(plan, 1)) if len(e.held) == len(e.given) == 1)
    horizon = data.draw(invented.horizons(plan))
    found = fastest_path(plan, passes, known, horizon, remaining=counted(plan, passes, known).remaining)
    limited = [one for one in rules.best_passes(passes).values() if rules.is_limited(plan, one)]
    if len(limited) > rules.exemption_limit(plan):
        return  # trying everything does not sit a course that was exempted in vain
    best = brute.fastest_path(plan, passes, known, horizon)
    if best is None:
        assert found.problem is not None
        assert (found.problem == NoPath.UNKNOWN) == bool(found.unknown)
    else:
        assert (found.length, len(found.steps), sum(step.place for step in found.steps)) == best


def test_exchanges_do_not_depend_on_the_order_of_substitutions() -> None:
    one, other = (
        Swap(frozenset({"03708"}), frozenset({"15043"})),
        Swap(frozenset({"03709"}), frozenset({"15044"}), False),
    )
    assert exchanges([one, other]) == exchanges([other, one])
    assert len(exchanges([one, other])) == 3
