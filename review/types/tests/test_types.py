"""What staff put together: who may, what makes no sense, the copy and the preview."""

import json

import pytest
from django.test import Client
from wagtail.test.utils.form_data import nested_form_data, streamfield

from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from portal.kernel.tests.staff import member
from review.applications.tests.scene import MATERIALS, OFFICE, QUESTIONS, SYSTEM, block, made
from review.types.actions import save
from review.types.configuration import Configuration
from review.types.models import ApplicationType

pytestmark = pytest.mark.django_db
STREAMS = ("questions", "materials", "consents", "steps")
ADMIN = "/admin/snippets/review/applicationtype/"


def desk(role: str, office: str = "45") -> Client:
    client = Client()
    client.force_login(member(role, office))
    return client


def test_a_configuration_survives_the_way_through_json():
    type_ = made()
    kept = json.loads(json.dumps(type_.configuration.as_json()))
    assert Configuration.of_json(kept) == type_.configuration


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"steps": []}, "至少要有一个机构审核的步骤"),
        ({"questions": [*QUESTIONS, QUESTIONS[0]]}, "重复"),
        ({"questions": [block("choice", key="course", label="空", options="")]}, "没有选项"),
        ({"subject": "nothing"}, "按哪一题区分"),
        ({"materials": [block("material", key="m", label="材料", min=3, max=2)]}, "不能大于"),
        (
            {"materials": [block("material", key="m", label="材料", required_if={"key": "nothing", "value": "x"})]},
            "不存在的题目",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(more, sentence):
    values = {"questions": QUESTIONS, "materials": MATERIALS, "steps": [OFFICE]} | more
    blocks = {name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()}
    type_ = ApplicationType(slug="x", title="x", introduction="x", subject=blocks.pop("subject", ""), **blocks)
    with pytest.raises(Problem) as caught:
        save(type_, by=SYSTEM)
    text = "".join(str(error.detail) for error in caught.value.errors)
    assert sentence in text or (not more.get("steps", True) and text)
    assert ApplicationType.objects.count() == 0


def test_only_the_provinces_administrators_configure():
    type_ = made()
    for role, office in (("administrator", "450100"), ("first_reviewer", "45"), ("archive", "45")):
        with pytest.raises(Problem, match="permission_denied"):
            save(type_, by=Actor.of(member(role, office), "admin"))
        client = Client()
        client.force_login(member(role, office, 2))
        for path in (ADMIN, f"{ADMIN}edit/{type_.pk}/", f"{ADMIN}add/", f"{ADMIN}copy/{type_.pk}/"):
            assert client.get(path).status_code in (302, 403, 404), path
    assert ApplicationType.objects.get().version == 1


def test_somebody_who_saves_an_older_version_is_told():
    first = made()
    second = ApplicationType.objects.get(pk=first.pk)
    first.title = "实践课程报考"
    save(first, by=SYSTEM)
    with pytest.raises(Problem, match="state_conflict"):
        save(second, by=SYSTEM)
    assert ApplicationType.objects.get().title == "实践课程报考"


def test_of_two_administrators_the_later_is_refused_and_keeps_what_was_typed():
    type_ = made()
    here, there = desk("administrator"), Client()
    there.force_login(member("administrator", number=2))
    edit = f"{ADMIN}edit/{type_.pk}/"
    mine, theirs = (form_of(client.get(edit)) for client in (here, there))
    assert here.post(edit, mine | {"title": "实践报名"}).status_code == 302
    before = ApplicationType.objects.values().get()
    answer = there.post(edit, theirs | {"title": "实践课报名", "introduction": "请在此报名。"})
    shown = answer.content.decode()
    assert "该业务类型在您打开之后已被他人修改" in shown
    assert (form_of(answer)["title"], form_of(answer)["introduction"]) == ("实践课报名", "请在此报名。")
    assert ApplicationType.objects.values().get() == before
    assert (before["title"], before["version"]) == ("实践报名", 2)
    # Without a version it is an older form, too; opened anew it is saved.
    there.post(edit, theirs | {"opened_version": ""})
    assert ApplicationType.objects.values().get() == before
    assert there.post(edit, form_of(there.get(edit)) | {"title": "实践课报名"}).status_code == 302
    assert ApplicationType.objects.get().title == "实践课报名"


def form_of(answer) -> dict[str, str]:
    """What a browser would send of the form on the page, its StreamFields as they are."""
    form = answer.context["form"]
    given = {bound.html_name: bound.value() for bound in form if bound.name not in STREAMS}
    given = {name: value for name, value in given.items() if value not in (None, False)}
    streams = {name: streamfield([(b.block_type, b.value) for b in getattr(form.instance, name)]) for name in STREAMS}
    return given | {name: value for name, value in nested_form_data(streams).items() if value is not None}


def test_list_edit_copy_and_preview_at_the_desk():
    type_ = made()
    client = desk("administrator")
    assert "实践课程报名" in client.get(ADMIN).content.decode()
    assert client.get(f"{ADMIN}edit/{type_.pk}/").status_code == 200
    copy = client.get(f"{ADMIN}copy/{type_.pk}/").content.decode()
    assert "practice-copy" in copy
    assert json.dumps("待市考办审核")[1:-1] in copy
    assert client.get(f"{ADMIN}delete/{type_.pk}/").status_code in (302, 403, 404)
    shown = type_.make_preview_request().content.decode()
    assert "第几次" in shown
    assert "待市考办审核" in shown
