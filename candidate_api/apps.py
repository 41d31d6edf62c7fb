from importlib import import_module

from django.apps import AppConfig


class CandidateApiConfig(AppConfig):
    name = "candidate_api"
    verbose_name = "考生业务"

    def ready(self) -> None:
        for noun in ("accounts", "candidates"):
            import_module(f"candidate_api.{noun}.messages")
