"""Whether it is still they, before a name or a document changes: the noun of accounts knows, and plugs in at start."""

from dataclasses import dataclass
from typing import Protocol

from portal.kernel.actor import Actor


@dataclass(frozen=True)
class Proof:
    """One of: the password, or a code of the purpose `bind` sent to the mobile or e-mail that is bound now."""

    password: str = ""
    sms_code: str = ""
    email_code: str = ""

    def __bool__(self) -> bool:
        return bool(self.password or self.sms_code or self.email_code)


NO_PROOF = Proof()


class Demand(Protocol):
    def __call__(self, proof: Proof, *, by: Actor) -> object: ...


_asked: list[Demand] = []


def register(demand: Demand) -> None:
    """Plug in who knows; from `apps.ready`, once."""
    _asked[:] = [demand]


def demand(proof: Proof, *, by: Actor) -> None:
    """`demand` of `candidate_api/accounts/proofs.py`. Without a proof it asks for a fresh sign-in and writes nothing;
    with one, call it outside a transaction."""
    (ask,) = _asked
    ask(proof, by=by)
