from importlib import import_module

from django.apps import AppConfig

from portal.kernel.actor import staff_scope


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = "审核"

    def ready(self) -> None:
        import_module("review.applications.messages")
        for noun in ("applications", "bulk", "desk", "materials", "offices"):
            import_module(f"review.{noun}.privacy")
        from portal.kernel.audit import words  # noqa: PLC0415
        from review.audit_words import WORDS  # noqa: PLC0415
        from review.offices import groups  # noqa: PLC0415
        from review.offices.queries import scope_of  # noqa: PLC0415 -- models are ready only now

        words.learn(WORDS)
        groups.speak()
        staff_scope.resolve = scope_of
        from cms.windows import extensions  # noqa: PLC0415
        from review.applications.actions.clockwork import follow_extension  # noqa: PLC0415

        extensions.follow(follow_extension)
