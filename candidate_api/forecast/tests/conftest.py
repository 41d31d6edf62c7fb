from candidate_api.catalogue.tests.reference import reference

__all__ = ["reference"]
