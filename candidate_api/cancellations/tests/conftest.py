from candidate_api.payments.tests.conftest import box, twin

__all__ = ["box", "twin"]
