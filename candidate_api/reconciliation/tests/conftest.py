from candidate_api.payments.tests.conftest import box, till, twin, user

__all__ = ["box", "till", "twin", "user"]
