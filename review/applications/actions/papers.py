"""Papers: given, taken from an earlier application, taken away; and what a reviewer has looked at."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.files.actions import keep, remove
from portal.kernel.files.models import PrivateFile
from portal.kernel.limits import Uncounted, take
from portal.kernel.papers import judge
from portal.kernel.states import Who
from review.applications import queries
from review.applications.models import Application
from review.applications.states import check
from review.materials.models import Material
from review.materials.rules import MOST_PAPERS, UPLOADS

FILE_KIND = "material"


def add_paper(number: str, key: str, content: bytes, *, by: Actor) -> Material:
    """Keep a file as a paper of the application, in draft or after a return.

    Raises Problem: `not_found`, `state_conflict`, `throttled`, `validation_failed` (no paper, or one too many).
    """
    try:
        take(UPLOADS, str(by.user_id), _("上传太频繁，请%(wait)s后再试。"))
    except Uncounted as error:
        raise Problem(Code.THROTTLED, _("系统繁忙，请稍后再试。"), retry_after=60) from error
    paper = judge(content)  # before anything is locked: it takes a while
    with transaction.atomic():
        application = _open_to_papers(number, key, by)
        file = keep(
            paper.content,
            kind=FILE_KIND,
            owner=application.applicant,
            name=f"{application.configuration.label(key)}{paper.suffix}",
            content_type=paper.content_type,
        )
        return _add(application, key, file, by)


@transaction.atomic
def reuse_paper(number: str, key: str, material_id: int, *, by: Actor) -> Material:
    """Use a paper of one's own earlier application once more. Raises as `add_paper`."""
    application = _open_to_papers(number, key, by)
    earlier = Material.objects.select_related("file").filter(
        pk=material_id, application__applicant_id=by.user_id, file__owner_id=by.user_id
    ).first()  # fmt: skip
    if earlier is None:
        raise Problem(Code.NOT_FOUND, _("没有这份材料。"))
    return _add(application, key, earlier.file, by)


@transaction.atomic
def remove_paper(number: str, material_id: int, *, by: Actor) -> None:
    """Take a paper away. The file goes too, unless an application has been handed in with it.

    Raises Problem: `not_found`, `state_conflict`.
    """
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "save", Who.CANDIDATE)
    material = application.papers.select_related("file").filter(pk=material_id).first()
    if material is None:
        raise Problem(Code.NOT_FOUND, _("没有这份材料。"))
    file = material.file
    material.delete()
    record("applications.remove_paper", application, by=by, key=material.key, sha256=file.sha256)
    if application.round == 0 and not Material.objects.filter(file=file).exists():
        remove(file)


@transaction.atomic
def open_paper(application_id: int, material_id: int, *, by: Actor) -> PrivateFile:
    """A paper for a reviewer's eyes; who looked at it is written down. Raises Problem: `not_found`."""
    material = queries.paper(by, application_id, material_id)
    record("applications.open_paper", material, by=by, application=application_id, sha256=material.file.sha256)
    return material.file


@transaction.atomic
def look(application_id: int, *, by: Actor) -> Application:
    """An application for a reviewer's eyes. Where its form shows somebody's number whole, it is written down who looked
    at which question. Raises Problem: `not_found`."""
    application = queries.one(by, application_id)
    if read := queries.whole_numbers(application):
        record("applications.open_numbers", application, by=by, fields=read)
    return application


def _open_to_papers(number: str, key: str, by: Actor) -> Application:
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "save", Who.CANDIDATE)
    rule = application.configuration.material(key)
    if rule is None:
        raise invalid("key", "invalid", _("这项业务没有这种材料。"))
    if application.papers.filter(key=key).count() >= rule.max:
        raise invalid("file", "too_many", _("%(label)s最多%(max)d份。") % {"label": rule.label, "max": rule.max})
    if application.papers.count() >= MOST_PAPERS:
        raise invalid("file", "too_many", _("一件申请最多%(max)d份材料。") % {"max": MOST_PAPERS})
    return application


def _add(application: Application, key: str, file: PrivateFile, by: Actor) -> Material:
    try:
        with transaction.atomic():
            made = Material.objects.create(application=application, key=key, file=file, added_at=clock.now())
    except IntegrityError as error:
        raise invalid("file", "duplicate", _("这份材料已经添加。")) from error
    record("applications.add_paper", application, by=by, key=key, sha256=file.sha256, size=file.size)
    return made
