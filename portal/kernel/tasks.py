"""Table of contents: the kernel's tasks by noun."""

from portal.kernel.audit.tasks import seal
from portal.kernel.files.tasks import forget_expired
from portal.kernel.idempotency.tasks import forget
from portal.kernel.messages.tasks import deliver_due

__all__ = ["deliver_due", "forget", "forget_expired", "seal"]
