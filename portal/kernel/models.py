"""Table of contents: the kernel's models by noun."""

from portal.kernel.audit.models import AuditEntry, AuditLink
from portal.kernel.files.models import PrivateFile
from portal.kernel.idempotency.models import IdempotencyRecord
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User

__all__ = ["AuditEntry", "AuditLink", "IdempotencyRecord", "Message", "PrivateFile", "User"]
