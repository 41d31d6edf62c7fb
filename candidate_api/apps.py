from django.apps import AppConfig


class CandidateApiConfig(AppConfig):
    name = "candidate_api"
    verbose_name = "考生业务"
