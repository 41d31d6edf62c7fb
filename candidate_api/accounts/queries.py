from django.core.cache import cache
from django.db.models import Q

from candidate_api.accounts.rules import CAPTCHA_AFTER_FAILURES, FAILURES_FORGOTTEN
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import clean_id_number
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.text import clean
from portal.kernel.users.models import User


def by_mobile(mobile: str) -> User | None:
    return User.objects.filter(blind_lookup(User, "mobile_index", mobile), is_candidate=True, is_active=True).first()


def by_account(account: str) -> User | None:
    """The candidate's user behind a mobile, an ID number or a 准考证号; None for staff and strangers."""
    number = clean_id_number(account)
    document = Candidate.objects.filter(blind_lookup(Candidate, "id_number_index", number))
    known = Q(pk__in=document.values("user")) | Q(candidate__candidate_number=number)
    known |= blind_lookup(User, "mobile_index", number)
    found = list(User.objects.filter(known, is_candidate=True, is_active=True)[:2])
    return found[0] if len(found) == 1 else None


def _failures_key(account: str) -> str:
    return "signin-failures:" + blind_index(clean(account).upper(), "accounts.signin")


def needs_captcha(account: str) -> bool:
    """Whether signing in to this account, known or not, has failed so often that a captcha is asked for.

    A captcha and never a lock: nobody can shut another person out.
    """
    return cache.get(_failures_key(account), 0) >= CAPTCHA_AFTER_FAILURES


def count_failure(account: str) -> None:
    key = _failures_key(account)
    cache.add(key, 0, int(FAILURES_FORGOTTEN.total_seconds()))
    cache.incr(key)


def forget_failures(account: str) -> None:
    cache.delete(_failures_key(account))
