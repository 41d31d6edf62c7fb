from django.db.models import F

from portal.kernel.users.models import User


def end_sessions(user: User) -> None:
    """End every session of a member of staff at once, in the caller's transaction.

    Django compares a digest of the password and of this number with the session's at every request. Candidates are
    signed in by devices (`candidate_api.accounts.actions.end_all`).
    """
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])
