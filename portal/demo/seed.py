"""The demo's world: reference data from `fixtures/`, and people to sign in as."""

from dataclasses import dataclass

from django.conf import settings
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
    fixtures = sorted(str(path) for path in (settings.ROOT / "fixtures").glob("*.json"))
    if fixtures:
        call_command("loaddata", *fixtures, verbosity=0)
    for account in ACCOUNTS:
        User.objects.create_superuser(account.login, account.password, name=account.who)
