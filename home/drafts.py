"""What somebody had typed when their session ended, or when it was asked who they are, waits, sealed, until they have
shown it; for nobody else."""

import json
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from candidate_api.accounts.sessions import WHO, mark_of
from portal.kernel.crypto.sealing import Undecipherable, open_sealed, seal

_KEY = "draft"
_LIMIT = 32_000  # characters; a form is far smaller
# Secrets are typed again; a stale token would only be refused.
_NEVER = (
    *("csrfmiddlewaretoken", "captcha_id", "captcha_value", "password", "old_password", "new_password"),
    *("confirm_password", "sms_code", "email_code", "code"),
)


def keep(request: HttpRequest) -> bool:
    """Remember this refused POST for after the next sign-in or proof; the draft before it is forgotten.
    Whether there was something to remember."""
    fields = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name not in _NEVER]
    encoded = urlencode(fields)
    is_kept = bool(fields) and len(encoded) <= _LIMIT
    if is_kept:
        owner = mark_of(request.user) if request.user.is_authenticated else request.COOKIES.get(WHO, "")
        draft = {"path": request.path, "data": encoded, "owner": owner}
        request.session[_KEY] = seal(json.dumps(draft), _KEY)
    return is_kept


def keep_at_once(request: HttpRequest) -> None:
    """The same beside an answer of 500 and more, after which no session is saved by itself."""
    if keep(request):
        request.session.save()


def restore(request: HttpRequest) -> QueryDict | None:
    """What this person had typed on this page, once."""
    sealed = request.session.get(_KEY)
    if sealed is None:
        return None
    try:
        draft = json.loads(open_sealed(sealed, _KEY))
    except Undecipherable:
        del request.session[_KEY]
        return None
    if draft["path"] != request.path:
        return None
    del request.session[_KEY]
    return QueryDict(draft["data"]) if draft["owner"] == mark_of(request.user) else None


def kept(request: HttpRequest) -> QueryDict | None:
    """The same for a form that shows it; the person is told, and sends it once more."""
    draft = restore(request)
    if draft is not None:
        messages.info(request, _("已为您保留刚才填写的内容，请核对后提交。"))
    return draft
