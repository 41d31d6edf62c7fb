"""What staff do to a type of application. A form in the admin holds the values; saving is a verb."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem
from review.offices.rules import of_the_province
from review.types import queries
from review.types.models import ApplicationType
from review.types.states import MAY_CONFIGURE


@transaction.atomic
def save(edited: ApplicationType, *, by: Actor) -> ApplicationType:
    """Keep a new or changed type as its next version. Raises Problem: `permission_denied`, `validation_failed`,
    `state_conflict` where somebody else has saved it meanwhile."""
    require_configurer(by)
    if edited.pk is not None:
        kept = queries.for_update(edited.pk)
        if kept.version != edited.version:
            sentence = _("该业务类型在您打开之后已被他人修改，没有保存。请先抄下您的改动，重新打开后再改。")
            raise Problem(Code.STATE_CONFLICT, sentence)
        edited.version = kept.version + 1
    try:
        edited.full_clean()
    except ValidationError as error:
        errors = [FieldError(name, "invalid", text) for name, texts in error.message_dict.items() for text in texts]
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors) from error
    edited.save()
    record("types.save", edited, by=by, slug=edited.slug, version=edited.version, published=edited.is_published)
    return edited


def require_configurer(by: Actor) -> None:
    """Types are the province's: an administrator there, or the system. Raises `permission_denied`."""
    if by.is_system or of_the_province(by, *MAY_CONFIGURE):
        return
    raise Problem(Code.PERMISSION_DENIED)
