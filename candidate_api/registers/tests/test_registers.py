"""申请表 and 登记表: a faithful PDF of what was handed in, a code that proves it, a new version for what changes."""

import io
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from candidate_api.applications.tests.acts import MINE, by
from candidate_api.applications.tests.conftest import app, person  # noqa: F401 -- fixtures
from candidate_api.applications.tests.test_exemption import DIPLOMA, at_the_province, student  # noqa: F401
from candidate_api.registers.models import Register
from portal.kernel.audit.models import AuditEntry
from portal.kernel.users.models import User
from review.applications import actions
from review.applications.rules import Remark
from review.applications.tests.scene import GUILIN, fresh, made, reviewer
from tests import life

pytestmark = pytest.mark.django_db
GRADE = re.compile(r"(?<!\d)91(?!\d)")  # by itself, and not within the number of an application


def text_of(answer) -> str:
    content = answer.content
    reader = PdfReader(io.BytesIO(content))
    assert all(round(float(page.mediabox.width)) == 595 for page in reader.pages)  # A4
    return "".join(page.extract_text() for page in reader.pages)


def test_the_form_says_what_was_handed_in_and_its_code_proves_it(app, student):  # noqa: F811
    application = at_the_province(student)
    url = f"{MINE}{application.number}/register.pdf"
    text = text_of(app.get(url))
    for words in ("课程免考申请表", "韦小莉", student.id_number, "高等数学", "85", "广西大学", "桂林市招生考试院"):
        assert words in text
    register = Register.objects.get()
    assert text_of(app.get(url)) == text  # the same paper again
    assert Register.objects.count() == 1
    proof = app.get(f"/api/v1/verify/{register.code}/").json()
    assert (proof["kind"], proof["name"], proof["current"], proof["signed"]) == ("register", "韦*莉", True, False)
    page = Client().get(f"/verify/{register.code}/").content.decode()
    assert "课程免考申请表" in page
    assert "核验通过" in page


def test_what_is_handed_in_again_is_a_new_version(app, student):  # noqa: F811
    application = at_the_province(student)
    url = f"{MINE}{application.number}/register.pdf"
    assert GRADE.findall(text_of(app.get(url))) == []
    first = reviewer("first_reviewer", "45")
    actions.return_(application.pk, application.revision, [Remark("lines", "成绩有误")], by=first)
    rows = [DIPLOMA["lines"][0], DIPLOMA["lines"][1] | {"grade": "91"}]
    actions.save_draft(application.number, {"lines": rows}, by=by(student))
    assert GRADE.findall(text_of(app.get(url))) == []  # not handed in yet
    actions.submit(application.number, by=by(student))
    assert GRADE.findall(text_of(app.get(url))) == ["91"]
    old, new = Register.objects.order_by("pk").values_list("code", flat=True)[:: Register.objects.count() - 1]
    assert app.get(f"/api/v1/verify/{old}/").json()["current"] is False
    assert app.get(f"/api/v1/verify/{new}/").json()["current"] is True


def test_nobody_elses_and_none_where_there_is_none(app, api, student):  # noqa: F811
    application = at_the_province(student)
    made()
    draft = actions.start("practice", {}, by=by(student))
    assert app.get(f"{MINE}{draft.number}/register.pdf").status_code == 404
    api.force_authenticate(life.enrolled(name="陆大海").user)
    assert api.get(f"{MINE}{application.number}/register.pdf").status_code == 404
    assert Register.objects.count() == 0


def test_reviewers_open_it_and_that_is_written_down(student):  # noqa: F811
    application = at_the_province(student)
    address = f"/admin/applications/{application.pk}/register.pdf"

    def desk(role: str, office: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=reviewer(role, office).user_id))
        return client

    answer = desk("archive", "45").get(address)
    assert "课程免考申请表" in text_of(answer)
    assert AuditEntry.objects.filter(verb="registers.open", subject_id=str(application.pk)).count() == 1
    assert desk("first_reviewer", "450100").get(address).status_code == 404
    assert fresh(application).state == "submitted"
    assert GUILIN
