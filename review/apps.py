from django.apps import AppConfig

from portal.kernel.actor import staff_scope


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = "审核"

    def ready(self) -> None:
        from review.offices.queries import scope_of  # noqa: PLC0415 -- models are ready only now

        staff_scope.resolve = scope_of
