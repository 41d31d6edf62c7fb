"""A verb and the broker: work is woken after the commit alone, and a dead broker costs nobody their answer."""

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.kernel.messages.actions import due_ids, say
from portal.kernel.work import wake
from tests import life

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_task_is_sent_by_name_and_only_after_the_commit(monkeypatch):
    sent = []
    monkeypatch.setattr(current_app, "send_task", sent.append)
    with transaction.atomic():
        wake("messages.deliver_due")
        assert sent == []
    assert sent == ["messages.deliver_due"]

    with transaction.atomic():
        wake("messages.deliver_due")
        transaction.set_rollback(True)
    assert sent == ["messages.deliver_due"]


def test_a_dead_broker_loses_nothing(monkeypatch):
    def refuse(task):
        raise OperationalError("nobody listens")

    monkeypatch.setattr(current_app, "send_task", refuse)
    with transaction.atomic():
        say("fact:1", "code_login", {"code": "123456"}, mobile="13800009999")
    assert len(due_ids()) == 1
    monkeypatch.undo()
    life.deliver()
    assert life.code_sent_to("13800009999") == "123456"
