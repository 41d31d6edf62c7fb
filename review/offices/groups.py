"""Wagtail's groups carry the codes of roles; people read what the role is called (审核, 隐私, 用户)."""

from django.contrib.auth.models import Group

from review.offices.states import Role

_WORDS = dict(Role.choices)


def said(group: Group) -> str:
    return str(_WORDS.get(group.name, group.name))


def speak() -> None:
    """From `apps.ready`, once."""
    Group.__str__ = said  # type: ignore[method-assign]
