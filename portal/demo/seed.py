"""The demo's world: reference data from `fixtures/`, and people to sign in as."""

from dataclasses import dataclass
from io import StringIO

from django.core.management import call_command

from portal.kernel.users.models import User


@dataclass(frozen=True)
class Account:
    """Who can sign in to the demo, and where."""

    who: str
    login: str
    password: str
    address: str


ACCOUNTS = [
    Account("管理员", "admin", "zikao-demo-2026", "/admin/"),
]


def is_empty() -> bool:
    return not User.objects.exists()


def seed() -> None:
    """Fill an empty demo."""
    call_command("load_catalogue", stdout=StringIO())
    for account in ACCOUNTS:
        User.objects.create_superuser(account.login, account.password, name=account.who)
