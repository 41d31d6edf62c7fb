"""Every page of the portal with something on it to see, found from the addresses themselves: none is forgotten."""

from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential

from candidate_api.payments.models import Order
from cms.complaints.tests.desk import complaint
from cms.tests import factories
from home.tests.conftest import SESSION
from home.urls import urlpatterns
from review.applications.models import Application

# What is not a page: files, and addresses that only take a form.
NOT_PAGES = {
    "logout",
    "order-pay",
    "order-confirm",
    "message-read",
    "messages-read",
    "favicon",
    "robots",
    "manifest",
    "worker",
    "alive",
    "file",
    "ticket",
    "application-register",
    "passkey-begin",
    "passkey-sign-in",
    "device-revoke",
    "devices-revoke-others",
    "data-download",
    "erasure-withdraw",
    "application-start",
    "faq-vote",
    "calendar",
    None,  # /.well-known/, for machines
}
EXTRA = ("/register/?notice=2026-10", "/login/?way=sms", "/there-is-nothing-here/", "/demo/components/")


def addresses(order: Order, application: Application) -> list[str]:
    """Every page of the portal, with something on it to see."""
    registration = order.registrations.first()
    assert registration is not None
    passkey = WebAuthnCredential.objects.create(
        user=order.payer,
        name="我的手机",
        credential_id=b"1",
        public_key=b"1",
        sign_count=0,
        aaguid="00000000-0000-0000-0000-000000000000",
    )
    asked = complaint(order.payer, title="准考证上的照片显示不完整" * 3, content="https://example.org/" * 20)
    known = {
        "number": {"order": order.number, "application": application.number, "complaint": asked.number},
        "slug": "practice",
        "session": SESSION,
        "registration_id": registration.pk,
        "passkey_id": passkey.pk,
        "code": {"major": "080901", "verify": "ABCD-EFGH-JKLM-NPQR"},
    }
    found = []
    for entry in urlpatterns:
        if entry.name in NOT_PAGES:
            continue
        given = {name: known[name] for name in entry.pattern.converters}
        if isinstance(given.get("code"), dict):
            given["code"] = given["code"][entry.name]
        if isinstance(given.get("number"), dict):
            given["number"] = given["number"][str(entry.name).partition("-")[0]]
        found.append(reverse(f"home:{entry.name}", kwargs=given))
    notice = factories.news(
        "广西高等教育自学考试2026年下半年报名报考通知（第一号）", text=f"<p>{'https://example.org/' * 9}</p>"
    )
    return [*found, *EXTRA, "/", notice.get_url() or "/"]
