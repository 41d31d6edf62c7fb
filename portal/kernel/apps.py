from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "portal.kernel"
    label = "kernel"
    verbose_name = "系统"

    def ready(self) -> None:
        from portal.kernel import routes  # noqa: F401, PLC0415 -- registers the path converters
        from portal.kernel.audit import words  # noqa: PLC0415
        from portal.kernel.audit_words import WORDS  # noqa: PLC0415
        from portal.kernel.messages import checks  # noqa: F401, PLC0415 -- registers itself
        from portal.kernel.staff_door import messages  # noqa: F401, PLC0415 -- registers the texts

        words.learn(WORDS)
        for noun in ("audit", "files", "idempotency", "messages", "staff_door", "users"):
            import_module(f"portal.kernel.{noun}.privacy")
