"""A person with the app: every operation under `auth/` and `me/`, by the API."""

from typing import Any
from uuid import uuid4

import requests
from django.core.files.uploadedfile import SimpleUploadedFile

from candidate_api.accounts.notice import CURRENT
from candidate_api.identity import texts
from cms.complaints import actions as complaints
from cms.complaints.models import Complaint, SupportTeam
from cms.complaints.queries import whole_thread
from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from review.applications.models import Application
from review.applications.tests import scene
from tests import life
from tests.authenticator import Authenticator
from tests.canary import Watch
from tests.e2e.journeys.person import PRACTICE, Person, exports_are_made, later, solved
from tests.e2e.world import World

NEW = "liu-zhou-1950"
FIRST, SECOND = 0, 1


class AppJourney:
    def __init__(self, watch: Watch, world: World, now: Any, person: Person) -> None:
        self.watch, self.world, self.now, self.person = watch, world, now, person
        self.app = watch.api()
        self.app.defaults |= {"HTTP_X_DEVICE_ID": str(uuid4()), "HTTP_HOST": "localhost"}

    def walk(self) -> None:
        steps = (self.registers, self.forgets_the_password, self.signs_in, self.keeps_the_account_safe)
        steps += (self.adds_a_passkey, self.gets_a_number, self.wants_to_leave, self.takes_courses, self.prints)
        for step in (*steps, self.applies, self.complains, self.reads, self.wants_a_copy, self.goes):
            step()
            self.watch.look_into_the_cache()

    # -- what an app does --------------------------------------------------------------------------------------------
    def call(self, method: str, path: str, status: int, body: Any = None, **how: Any) -> Any:
        headers = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())} if method == "POST" else {}
        answer = getattr(self.app, method.lower())(f"/api/v1/{path}", body, **how, **headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {getattr(answer, 'content', '')}"
        return answer.json() if answer.headers.get("Content-Type", "").partition(";")[0].endswith("json") else answer

    def get(self, path: str, status: int = 200) -> Any:
        return self.call("GET", path, status)

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return self.call("POST", path, status, body)

    def captcha(self) -> dict[str, str]:
        return solved(self.post("auth/captcha/")["captcha_id"])

    def asks_for_a_code(self, purpose: str, mobile: str) -> str:
        later(self.now)
        self.post("auth/sms-codes/", 202, mobile=mobile, purpose=purpose, **self.captcha())
        return life.code_sent_to(mobile)

    def carry(self, answer: Any) -> None:
        self.app.credentials(HTTP_AUTHORIZATION=f"Bearer {answer['token']}", HTTP_X_DEVICE_ID=str(uuid4()))

    @property
    def user(self) -> User:
        return next(user for user in User.objects.filter(is_candidate=True) if user.name == self.person.name)

    # -- the steps ---------------------------------------------------------------------------------------------------
    def registers(self) -> None:
        self.get("auth/notice/")
        person, mobile = self.person, self.person.mobiles[FIRST]
        who = {"name": person.name, "id_type": "resident_id", "id_number": person.id_number, "mobile": mobile}
        form = who | {"notice_version": CURRENT, "password": life.PASSWORD}
        code = self.asks_for_a_code("register", mobile)
        self.post("auth/register/", 400, **form | {"name": ""}, sms_code=code)
        self.post("auth/register/", 201, **form, sms_code=code)
        code = self.asks_for_a_code("register", person.mobiles[SECOND])
        self.post("auth/register/", 409, **form | {"mobile": person.mobiles[SECOND]}, sms_code=code)

    def forgets_the_password(self) -> None:
        for channel, typed in (("account", self.person.id_number), ("mobile", self.person.mobiles[FIRST])):
            later(self.now)
            started = self.post("auth/password-reset/", 202, channel=channel, identifier=typed, **self.captcha())
        code = life.code_sent_to(self.person.mobiles[FIRST])
        told = self.post("auth/password-reset/verify/", reset_id=started["reset_id"], code=code)
        secrets = {"new_password": NEW, "confirm_password": NEW}
        self.post("auth/password-reset/confirm/", 204, reset_token=told["reset_token"], **secrets)

    def signs_in(self) -> None:
        for account in (self.person.id_number, self.person.email, self.person.mobiles[FIRST]):
            self.post("auth/login/password/", 401, account=account, password="wrong")
        self.carry(self.post("auth/login/password/", account=self.person.id_number, password=NEW, device="手机"))
        self.post("auth/logout/", 204)
        self.app.credentials()
        code = self.asks_for_a_code("login", self.person.mobiles[FIRST])
        self.carry(self.post("auth/login/sms/", mobile=self.person.mobiles[FIRST], sms_code=code))

    def keeps_the_account_safe(self) -> None:
        person = self.person
        later(self.now, 11)  # longer than a sign-in proves who they are
        self.post("me/mobile/", 403, mobile=person.mobiles[SECOND], new_sms_code="000000")
        self.post("me/proof/code/", 202, to="mobile")
        self.post("me/proof/", 204, sms_code=life.code_sent_to(person.mobiles[FIRST]))
        code = self.asks_for_a_code("bind", person.mobiles[SECOND])
        self.post("me/mobile/", 204, mobile=person.mobiles[SECOND], new_sms_code=code)
        later(self.now)
        self.post("auth/email-codes/", 202, email=person.email, purpose="bind", **self.captcha())
        self.post("me/email/", 204, email=person.email, new_email_code=life.code_sent_to(person.email))
        later(self.now)
        secrets = {"new_password": life.PASSWORD, "confirm_password": life.PASSWORD}
        self.post("me/password/", 204, old_password=NEW, **secrets)
        self.get("me/sign-ins/")
        device = self.get("me/devices/")["results"][0]["id"]
        self.get(f"me/devices/{device}/")
        other = self.post("auth/login/password/", account=person.mobiles[SECOND], password=life.PASSWORD, device="平板")
        assert other["token"]
        [gone] = [one["id"] for one in self.get("me/devices/")["results"] if not one["current"]]
        self.call("DELETE", f"me/devices/{gone}/", 204)
        self.post("me/devices/revoke-others/")

    def adds_a_passkey(self) -> None:
        phone = Authenticator()
        begun = self.post("me/passkeys/begin/", password=life.PASSWORD)
        answer = {"ceremony_id": begun["ceremony_id"], "credential": phone.create(begun["options"]), "name": "手机"}
        key = self.post("me/passkeys/complete/", 201, **answer)["id"]
        self.get("me/passkeys/")
        self.call("PATCH", f"me/passkeys/{key}/", 200, {"name": "旧手机"})
        begun = self.post("auth/login/passkey/begin/")
        answer = {"ceremony_id": begun["ceremony_id"], "credential": phone.get(begun["options"])}
        self.carry(self.post("auth/login/passkey/complete/", **answer))
        self.call("DELETE", f"me/passkeys/{key}/", 204)

    def gets_a_number(self) -> None:
        person = self.person
        self.call("PATCH", "me/profile/", 200, person.profile | {"name": person.name, "id_number": person.id_number})
        self.get("me/profile/")
        self.call("POST", "me/photo/check/", 200, self._photo(), format="multipart")
        self.call("PUT", "me/photo/", 200, self._photo(), format="multipart")
        self.get("me/photo/")
        self.post("me/contact-confirmation/", session=self.world.session)
        self.post("me/identity-verification/", kind="name_number")
        self.post("me/identity-verification/", kind="face", consent_version=texts.CONSENT_VERSION)
        self.get("me/identity-verification/")

    def _photo(self) -> dict[str, Any]:
        name = f"{self.person.name}{self.person.id_number}.jpg"
        return {"photo": SimpleUploadedFile(name, life.good_photo(8), "image/jpeg")}

    def wants_to_leave(self) -> None:
        self.post("me/erasure/", 201, reason=self.person.complaint["content"], password=life.PASSWORD)
        self.get("me/erasure/")
        self.call("DELETE", "me/erasure/", 200)

    def takes_courses(self) -> None:
        session = self.world.session
        found = self.get(f"me/registration-options/?session={session}&page_size=100")["results"]
        free = {option["slot"]: option["course"] for option in reversed(found) if option["blocked"] is None}
        for number in (2, 1):  # the first order is given up, the second is paid
            courses = [free[slot] for slot in sorted(free)][: number + 1]
            entries = [{"course": course, "district": "450100"} for course in courses]
            made = self.post("me/registrations/", 201, session=session, entries=entries)
            one, other = made["registrations"][0], made["registrations"][-1]
            self.call("PATCH", f"me/registrations/{one['id']}/", 200, {"district": "450300"})
            self.call("DELETE", f"me/registrations/{other['id']}/", 204)
            self.get(f"me/registrations/{one['id']}/")
            order = f"me/orders/{made['order']['number']}/"
            if number == 2:
                self.post(f"{order}cancel/")
        self.get("me/registrations/")
        self.get("me/waiting-room/")
        self.post("me/waiting-room/", 200)
        self.get("me/orders/")
        self.get(order)
        started = self.post(f"{order}payments/", 201, channel="wechat", scene="h5")
        self.post(f"{order}confirm/")
        with requests.Session() as payer:
            payer.trust_env = False
            payer.post(started["invoke"]["h5_url"], data={"result": "success"}, timeout=20, allow_redirects=False)
        assert self.world.letter().status == 204

    def prints(self) -> None:
        session = self.world.session
        self.world.release_tickets()
        self.get("me/admission-tickets/")
        self.post(f"me/admission-tickets/{session}/pledge/", 201)
        self.get(f"me/admission-tickets/{session}.pdf")
        self.get("me/exam-arrangements/")

    def applies(self) -> None:
        self.get("application-types/")
        self.get(f"application-types/{PRACTICE}/")
        for ending in ("withdraw", "dispute", "confirm"):
            number = self.post("me/applications/", 201, type=PRACTICE, data=self.person.answers)["number"]
            one = f"me/applications/{number}/"
            self.call("PATCH", one, 200, {"data": {"phone": self.person.mobiles[FIRST]}})
            self.post(f"{one}consent/", key="terms", version="1")
            for _time in range(2):
                name = f"{self.person.id_number}.png"
                paper = {"key": "id_card", "file": SimpleUploadedFile(name, scene.paper(92), "image/png")}
                held = self.call("POST", f"{one}materials/", 201, paper, format="multipart")
            self.get(f"{one}materials/{held['id']}/")
            self.call("DELETE", f"{one}materials/{held['id']}/", 204)
            self.post(f"{one}submit/")
            if ending != "withdraw":
                scene.passed(Application.objects.get(number=number), scene.reviewer())
            self.get(one)
            self.post(f"{one}{ending}/")
            if ending == "dispute":
                self.post(f"{one}withdraw/")
        self.get("me/applications/")

    def complains(self) -> None:
        number = self.post("me/complaints/", 201, **self.person.complaint)["number"]
        one = f"me/complaints/{number}/"
        file = {"file": SimpleUploadedFile(f"{self.person.id_number}.png", scene.paper(93), "image/png")}
        held = self.call("POST", f"{one}attachments/", 201, file, format="multipart")["attachments"][0]
        self.get(f"{one}attachments/{held['id']}/")
        self.post(f"{one}messages/", 201, text=self.person.complaint["content"])
        self._is_answered(number)
        self.post(f"{one}rating/", rating=5, comment=self.person.complaint["content"])
        self.post(f"{one}reopen/", text=self.person.complaint["content"])
        self.post(f"{one}close/")
        self.get(one)
        self.get("me/complaints/")

    def _is_answered(self, number: str) -> None:
        user = User.objects.get(username="support")
        for team in SupportTeam.objects.all():
            team.members.add(user)
        desk, asked = Actor.of(user, "admin"), Complaint.objects.get(number=number)
        complaints.accept(asked.pk, by=desk)
        seen = max(message.pk for message in whole_thread(asked))
        complaints.answer(asked.pk, "已经公布。", seen=seen, by=desk)

    def reads(self) -> None:
        for path in ("me/", "me/scores/", "me/transferred-scores/", "me/graduation-forecast/", "me/messages/", "home/"):
            self.get(path)
        message = self.get("me/messages/")["results"][0]
        self.post(f"me/messages/{message['id']}/read/")
        optional = self.get("me/notification-settings/")["optional"]
        chosen = [{"message": one["message"], "channel": one["channel"], "wanted": False} for one in optional]
        self.call("PATCH", "me/notification-settings/", 200, {"optional": chosen})

    def wants_a_copy(self) -> None:
        made = self.post("me/export/", 202, password=life.PASSWORD)
        exports_are_made()
        self.get("me/export/")
        self.get(f"me/export/{made['id']}/")

    def goes(self) -> None:
        """Without a token, the same things are asked for in vain."""
        self.app.credentials()
        self.get("me/profile/", 401)
