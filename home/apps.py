from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = "门户"

    def ready(self) -> None:
        from cms.service.edges import keepers  # noqa: PLC0415 -- the models are loaded only now
        from home import drafts  # noqa: PLC0415

        keepers.append(drafts.keep_at_once)
