"""A person at a browser, from the notice to the request that their account be closed."""

import json
from typing import Any

import requests
from django.core.files.uploadedfile import SimpleUploadedFile

from candidate_api.accounts.models import Device
from candidate_api.accounts.notice import CURRENT
from candidate_api.candidates.models import Candidate
from candidate_api.identity import texts
from candidate_api.registrations.queries import options
from candidate_api.sessions.models import ExamSession
from cms.faq.models import FaqQuestion
from portal.kernel.messages.models import Message
from review.applications.tests import scene
from tests import life
from tests.authenticator import Authenticator
from tests.canary import Watch
from tests.e2e.journeys.person import PRACTICE, Person, exports_are_made, later, offered, solved
from tests.e2e.world import World

NEW = "liu-zhou-1950"


class WebJourney:
    def __init__(self, watch: Watch, world: World, now: Any, person: Person) -> None:
        self.watch, self.world, self.now, self.person = watch, world, now, person
        # The portal's live server does not see this browser: passkeys are made for localhost.
        self.browser = watch.web(HTTP_HOST="localhost")

    def walk(self) -> None:
        steps = (self.registers, self.forgets_the_password, self.signs_in, self.gets_a_number, self.is_identified)
        steps += (self.keeps_the_account_safe, self.adds_a_passkey, self.wants_to_leave, self.takes_courses)
        for step in (*steps, self.prints, self.applies, self.complains, self.reads, self.wants_a_copy):
            step()
            self.watch.look_into_the_cache()

    # -- what a browser does -----------------------------------------------------------------------------------------
    def get(self, path: str, status: int = 200) -> Any:
        answer = self.browser.get(path)
        assert answer.status_code == status, f"GET {path}: {answer.status_code}"
        return answer

    def send(self, path: str, status: int = 302, **form: Any) -> Any:
        answer = self.browser.post(path, form)
        problems = [str(line) for line in (answer.context or {}).get("problems") or ()]
        assert answer.status_code == status, f"POST {path}: {answer.status_code} {problems}"
        return answer

    def asks_for_a_code(self, page: str, mobile: str, **form: str) -> str:
        later(self.now)
        challenge = self.get(page).context["challenge"]
        self.send(page, 200, act="code", mobile=mobile, **form, **solved(challenge.captcha_id))
        return life.code_sent_to(form.get("email", mobile))

    @property
    def candidate(self) -> Candidate:
        return next(c for c in Candidate.objects.select_related("user") if c.user.name == self.person.name)

    # -- the steps ---------------------------------------------------------------------------------------------------
    def registers(self) -> None:
        self.get("/register/notice/")
        page, mobile = f"/register/?notice={CURRENT}", self.person.mobiles[0]
        code = self.asks_for_a_code(page, mobile, notice_version=CURRENT)
        who = {"name": self.person.name, "id_type": "resident_id", "id_number": self.person.id_number, "mobile": mobile}
        form = who | {"notice_version": CURRENT, "sms_code": code, "password": life.PASSWORD}
        self.send("/register/", 200, **form | {"name": ""})  # a slip: the page comes back with what was typed
        self.send("/register/", **form)
        self.get("/me/")
        self.send("/logout/")
        later(self.now)
        again = watch_another(self.watch)
        challenge = again.get(page).context["challenge"]
        again.post("/register/", {"act": "code", "mobile": mobile, **solved(challenge.captcha_id)})
        again.post("/register/", form | {"sms_code": life.code_sent_to(mobile)})

    def forgets_the_password(self) -> None:
        for way, typed in (("mobile", self.person.mobiles[0]), ("account", self.person.id_number)):
            later(self.now)
            challenge = self.get(f"/login/reset/?way={way}").context["challenge"]
            self.send(f"/login/reset/?way={way}", identifier=typed, **solved(challenge.captcha_id))
            self.get("/login/reset/code/")
        self.send("/login/reset/code/", code=life.code_sent_to(self.person.mobiles[0]))
        self.get("/login/reset/password/")
        self.send("/login/reset/password/", new_password=NEW, confirm_password=NEW)

    def signs_in(self) -> None:
        mobile = self.person.mobiles[0]
        self.get("/login/?next=/me/")
        for account in (mobile, self.person.id_number, self.person.email, self.person.name, mobile, mobile):
            self.send("/login/", 200, account=account, password="wrong")
        challenge = self.send("/login/", 200, account=mobile, password=NEW).context["challenge"]
        self.send("/login/", account=mobile, password=NEW, **solved(challenge.captcha_id))
        self.send("/logout/")
        code = self.asks_for_a_code("/login/?way=sms", mobile)
        self.send("/login/?way=sms", mobile=mobile, sms_code=code)
        # A session that has ended in the middle of a form keeps what was typed.
        self.send("/logout/")
        self.send("/me/profile/", **self.person.profile)
        code = self.asks_for_a_code("/login/?way=sms", mobile)
        self.send("/login/?way=sms", mobile=mobile, sms_code=code)

    def gets_a_number(self) -> None:
        self.get("/me/profile/")
        who = {"name": self.person.name, "id_type": "resident_id", "id_number": self.person.id_number}
        self.send("/me/profile/", **self.person.profile, **who)
        self.get("/me/photo/")
        photo = SimpleUploadedFile(f"{self.person.name}{self.person.id_number}.jpg", life.good_photo(7))
        self.send("/me/photo/", photo=photo)
        self.get("/me/contact/?next=/business/registration/")
        self.send("/me/contact/", address_area="450103", address=self.person.address)
        file = self.candidate.photo
        assert file is not None
        self.get(f"/files/{file.pk}/")

    def is_identified(self) -> None:
        self.get("/me/identity/")
        self.send("/me/identity/")
        self.send("/me/identity/", face="1", consent=texts.CONSENT_VERSION)

    def keeps_the_account_safe(self) -> None:
        later(self.now, 11)  # longer than a sign-in proves who they are
        self.get("/me/security/mobile/", 302)
        self.get("/me/security/proof/?next=/me/security/mobile/")
        self.send("/me/security/proof/?next=/me/security/mobile/", old_password=NEW)
        code = self.asks_for_a_code("/me/security/mobile/", self.person.mobiles[1])
        self.send("/me/security/mobile/", mobile=self.person.mobiles[1], sms_code=code)
        code = self.asks_for_a_code("/me/security/email/", "", email=self.person.email)
        self.send("/me/security/email/", email=self.person.email, email_code=code)
        later(self.now)
        self.send("/me/security/password/?by=email", 200, act="code")
        form = {"email_code": life.code_sent_to(self.person.email), "new_password": life.PASSWORD}
        self.get("/me/security/password/")
        self.send("/me/security/password/?by=email", **form, confirm_password=life.PASSWORD)
        self.get("/me/security/")
        self.get("/me/security/devices/")
        other = watch_another(self.watch)
        other.post("/login/", {"account": self.person.mobiles[1], "password": life.PASSWORD})
        device = Device.objects.filter(user=self.candidate.user).latest("created_at")
        self.send(f"/me/security/devices/{device.pk}/revoke/")
        self.send("/me/security/devices/revoke-others/")

    def adds_a_passkey(self) -> None:
        phone = Authenticator()
        self.get("/me/passkeys/add/")
        begun = self.send("/me/passkeys/add/", 200, name="我的手机").context["begun"]
        made = json.dumps(phone.create(begun.options))
        self.send("/me/passkeys/add/", ceremony_id=str(begun.ceremony_id), credential=made, name="我的手机")
        self.get("/me/passkeys/")
        self.send("/logout/")
        begun = self.send("/login/passkey/begin/", 200).json()
        signed = json.dumps(phone.get(begun["options"]))
        self.send("/login/passkey/", ceremony_id=begun["ceremony_id"], credential=signed)
        page = self.get("/me/passkeys/").context["passkeys"][0]
        self.get(f"/me/passkeys/{page.pk}/")
        self.send(f"/me/passkeys/{page.pk}/", name="手机")
        self.get(f"/me/passkeys/{page.pk}/remove/")

    def wants_to_leave(self) -> None:
        self.send("/me/security/proof/", old_password=life.PASSWORD)
        self.get("/me/data/erasure/")
        self.send("/me/data/erasure/", reason=self.person.complaint["content"], agree="on")
        self.send("/me/data/erasure/withdraw/")

    def takes_courses(self) -> None:
        session = ExamSession.objects.get(code=self.world.session)
        free = {o.offering.slot: o for o in reversed(options(self.candidate, session, None)) if not o.blocked}
        courses = [option.offering.course.code for _slot, option in sorted(free.items())][:3]
        self.get("/business/registration/")
        order = self.send("/business/registration/", submit="1", course=courses, district="450100").url
        self.get("/business/my-registrations/")
        row, changed, *_rest = self.candidate.registrations.order_by("slot")
        self.get(f"/business/my-registrations/{row.pk}/cancel/")
        self.send(f"/business/my-registrations/{row.pk}/cancel/")
        self.get(f"/business/my-registrations/{changed.pk}/change/")
        self.get(order)
        self.get(f"{order}cancel/")
        self.get("/business/waiting/")
        leave = self.send(f"{order}pay/", 200, scene="h5").context["leave"]
        self.send(f"{order}confirm/")
        with requests.Session() as payer:
            payer.trust_env = False
            payer.post(leave, data={"result": "success"}, timeout=20, allow_redirects=False)
        assert self.world.letter().status == 204
        self.send(f"{order}confirm/")

    def prints(self) -> None:
        self.world.release_tickets()
        session = self.world.session
        self.get("/business/tickets/")
        self.get(f"/business/tickets/{session}/pledge/")
        self.send(f"/business/tickets/{session}/pledge/", agree="1")
        self.get(f"/business/tickets/{session}.pdf")
        self.get("/business/arrangements/")
        self.get("/verify/")
        ticket = self.candidate.tickets.latest("pk")
        self.get(f"/verify/{ticket.code}/")

    def applies(self) -> None:
        offered()
        self.get(f"/business/apply/{PRACTICE}/")
        form = self.send(f"/business/apply/{PRACTICE}/start/").url
        one = form.removesuffix("form/")
        self.get(form)
        self.send(form, **self.person.answers)
        self.get(f"{one}materials/")
        paper = SimpleUploadedFile(f"{self.person.id_number}.png", scene.paper(90))
        self.send(f"{one}materials/", key="id_card", file=paper)
        self.get(f"{one}check/")
        self.send(f"{one}check/", **{"consent-terms": "1"})
        self.get(one)
        self.get(f"{one}register.pdf", 404)  # this business has no form to print
        self.get("/business/applications/")

    def complains(self) -> None:
        self.get("/elder/")
        self.get("/language/")
        self.get("/services/")
        self.get("/services/complaints/new/")
        paper = SimpleUploadedFile(f"{self.person.id_number}.png", scene.paper(91))
        one = self.send("/services/complaints/new/", **self.person.complaint, file=paper).url
        self.get(one)
        self.send(one, act="add_message", text=self.person.complaint["content"])
        self.get("/services/complaints/")
        question = FaqQuestion.objects.first()
        assert question is not None
        self.send(f"/services/{question.pk}/vote/", helpful="1")

    def reads(self) -> None:
        for page in ("business/", "business/scores/", "business/forecast/", "business/plan/", "business/majors/"):
            self.get(f"/{page}")
        for page in ("business/majors/080901/", "business/textbooks/", "search/?q=报考", "me/", "me/notifications/"):
            self.get(f"/{page}")
        for page in ("favicon.ico", "robots.txt", "sw.js", "manifest.webmanifest", ".well-known/passkey-endpoints"):
            self.browser.get(f"/{page}")
        for page in (
            "accessibility/",
            "offline/",
            "alive/",
            "windows/",
            "me/calendar.ics",
            "business/transferred-scores/",
        ):
            self.browser.get(f"/{page}")
        self.get("/me/messages/")
        message = Message.objects.filter(recipient=self.candidate.user, channel="in_app").latest("pk")
        self.send(f"/me/messages/{message.pk}/read/")
        self.send("/me/messages/read/")
        self.send("/me/notifications/", wanted=[])
        self.browser.post("/elder/", {"next": "/me/"})
        self.browser.post("/language/", {"language": "zh-hans", "next": "/me/"})

    def wants_a_copy(self) -> None:
        self.send("/me/security/proof/", old_password=life.PASSWORD)
        self.get("/me/data/")
        self.send("/me/data/")
        exports_are_made()
        export = self.get("/me/data/").context["exports"][0][0]
        self.get(f"/me/data/{export.pk}/")


def watch_another(watch: Watch) -> Any:
    """Another browser, somewhere else."""
    return watch.web(HTTP_HOST="localhost", REMOTE_ADDR="198.51.100.7")
