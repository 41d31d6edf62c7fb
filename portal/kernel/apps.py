from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "portal.kernel"
    label = "kernel"
    verbose_name = "系统"

    def ready(self) -> None:
        from portal.kernel import routes  # noqa: F401, PLC0415 -- registers the path converters
