"""Who may open a private file: its owner, or whom the noun of its kind lets in."""

from collections.abc import Callable
from uuid import UUID

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.files.models import PrivateFile

Rule = Callable[[Actor, PrivateFile], bool]

_RULES: dict[str, Rule] = {}


def let_in(kind: str, rule: Rule) -> None:
    """Register, at start, the rule by which others than the owner open files of `kind`."""
    _RULES[kind] = rule


def visible(file_id: UUID, *, to: Actor) -> PrivateFile:
    """The file, or `not_found` for whoever may not know that it exists."""
    file = PrivateFile.objects.filter(pk=file_id).first()
    if file is None or to.user_id is None or (file.expires_at and file.expires_at <= clock.now()):
        raise Problem(Code.NOT_FOUND)
    rule = _RULES.get(file.kind)
    if file.owner_id != to.user_id and not (rule and rule(to, file)):
        raise Problem(Code.NOT_FOUND)
    return file
