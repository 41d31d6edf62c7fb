"""The captcha of a page: of the browser that asked, and of no other."""

from django.http import HttpRequest
from django.middleware.csrf import get_token

from candidate_api.accounts import captcha
from portal.kernel.edges import actor_of


def fresh(request: HttpRequest) -> captcha.Challenge:
    """A new challenge for this browser, which the CSRF cookie names from now on."""
    get_token(request)
    return captcha.issue(by=actor_of(request, "web"))
