from importlib import import_module

from django.apps import AppConfig


class CandidateApiConfig(AppConfig):
    name = "candidate_api"
    verbose_name = "考生业务"

    def ready(self) -> None:
        for noun in (
            *("accounts", "arrangements", "broadcasts", "cancellations", "candidates", "graduations", "identity"),
            "passkeys",
            *("payments", "registrations", "registry", "rights", "transfers"),
        ):
            import_module(f"candidate_api.{noun}.messages")
        for noun in (
            *("accommodations", "accounts", "arrangements", "cancellations", "candidates", "graduations", "identity"),
            *("imports", "passkeys", "payments", "reconciliation", "registers", "registrations", "registry", "results"),
            *("rights", "sheets", "tickets", "transfers", "waiting"),
        ):
            import_module(f"candidate_api.{noun}.privacy")
        # Models, and what imports them, can be touched only now.
        # `sessions` hears who signs in.
        from candidate_api.accounts import recovery, sessions  # noqa: F401, PLC0415
        from candidate_api.accounts.proofs import demand  # noqa: PLC0415
        from candidate_api.applications import applicants, kinds  # noqa: PLC0415
        from candidate_api.audit_words import WORDS  # noqa: PLC0415
        from candidate_api.cancellations import queries as cancellations  # noqa: PLC0415
        from candidate_api.candidates import passed, proving  # noqa: PLC0415
        from candidate_api.candidates.groups import groups_of, name_of  # noqa: PLC0415
        from candidate_api.passkeys.actions import remove_all as remove_passkeys  # noqa: PLC0415
        from candidate_api.passkeys.door import FACTOR  # noqa: PLC0415
        from candidate_api.payments import fulfilment  # noqa: PLC0415
        from candidate_api.reconciliation.actions import hindrances  # noqa: PLC0415
        from candidate_api.registers import actions as registers  # noqa: PLC0415
        from candidate_api.registers.queries import proof  # noqa: PLC0415
        from candidate_api.registrations.actions import KIND  # noqa: PLC0415
        from candidate_api.registrations.fulfilment import RegistrationFulfilment  # noqa: PLC0415
        from candidate_api.results.queries import has_passed  # noqa: PLC0415
        from candidate_api.sessions import closing  # noqa: PLC0415
        from candidate_api.sessions.actions import follow_release  # noqa: PLC0415
        from candidate_api.tickets import queries as tickets  # noqa: PLC0415
        from cms.news import readers  # noqa: PLC0415
        from cms.windows import releases  # noqa: PLC0415
        from portal.kernel.audit import words  # noqa: PLC0415
        from portal.kernel.staff_door import factors  # noqa: PLC0415
        from review.types.kinds import applicants as engine  # noqa: PLC0415

        words.learn(WORDS)
        readers.register(groups_of, name_of)
        passed.register(has_passed)
        proving.register(demand)
        tickets.register(proof)
        recovery.register(remove_passkeys)
        factors.plug(FACTOR)
        releases.follow(follow_release)
        closing.register(hindrances)
        closing.register(cancellations.hindrances)
        applicants.plug_in()
        engine.form = lambda application_id, by: registers.of_case(application_id, by=by)
        kinds.plug_in()
        fulfilment.register(KIND, RegistrationFulfilment())
        from candidate_api.catalogue import stamps  # noqa: F401, PLC0415 -- connects to the signals of the models
