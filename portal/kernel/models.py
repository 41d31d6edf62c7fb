"""Table of contents: the kernel's models by noun."""

from portal.kernel.audit.models import AuditEntry, AuditLink
from portal.kernel.files.models import PrivateFile
from portal.kernel.idempotency.models import IdempotencyRecord
from portal.kernel.messages.models import Message, Muted, Wording
from portal.kernel.staff_door.models import Authenticator, RecoveryCode
from portal.kernel.users.models import User

__all__ = [
    "AuditEntry",
    "AuditLink",
    "Authenticator",
    "IdempotencyRecord",
    "Message",
    "Muted",
    "PrivateFile",
    "RecoveryCode",
    "User",
    "Wording",
]
