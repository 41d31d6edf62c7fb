"""Every state column is protected and moves exactly as its noun's table says."""

import pytest
from django.apps import apps
from django.db import models
from django_fsm import FSMField

from tests.house.machines import machines
from tests.house.source import FLOORS


def columns() -> list[tuple[type[models.Model], FSMField]]:
    return [
        (model, field)
        for model in apps.get_models()
        if model.__module__.split(".")[0] in FLOORS
        for field in model._meta.get_fields()
        if isinstance(field, FSMField)
    ]


@pytest.mark.parametrize(("model", "field"), columns(), ids=lambda it: getattr(it, "__name__", getattr(it, "name", "")))
def test_a_state_column_follows_its_table(model: type[models.Model], field: FSMField) -> None:
    choices = [(code, str(label)) for code, label in field.choices or ()]
    found = {id(m): m for m in machines() if [(code, str(label)) for code, label in m.choices] == choices}
    [machine] = found.values()
    declared = {
        (transition.name, transition.source, transition.target) for transition in field.get_all_transitions(model)
    }

    assert field.protected
    assert field.default == machine.initial
    # A move that stays where it is needs no method: it is a verb with a button, not a change of state.
    moving = {(m.verb, s, m.target) for m in machine.moves.values() for s in m.sources if m.target not in {None, s}}
    assert {step for step in declared if step[2] not in {None, step[1]}} == moving


def test_every_state_can_be_reached() -> None:
    for machine in machines():
        reached = {machine.initial} | {move.target for move in machine.moves.values()}
        assert reached - {None} == set(machine.states), machine.name
