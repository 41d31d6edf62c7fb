from importlib import import_module

from django.apps import AppConfig


class CandidateApiConfig(AppConfig):
    name = "candidate_api"
    verbose_name = "考生业务"

    def ready(self) -> None:
        for noun in ("accounts", "candidates", "payments"):
            import_module(f"candidate_api.{noun}.messages")
        # Models, and what imports them, can be touched only now.
        from candidate_api.payments import fulfilment  # noqa: PLC0415
        from candidate_api.registrations.actions import KIND  # noqa: PLC0415
        from candidate_api.registrations.fulfilment import RegistrationFulfilment  # noqa: PLC0415

        fulfilment.register(KIND, RegistrationFulfilment())
        from candidate_api.catalogue import stamps  # noqa: F401, PLC0415 -- connects to the signals of the models
