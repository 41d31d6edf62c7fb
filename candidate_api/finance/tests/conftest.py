from candidate_api.invariants.tests.conftest import Province, province
from candidate_api.payments.tests.conftest import alipay, box, till, twin, user

__all__ = ["Province", "alipay", "box", "province", "till", "twin", "user"]
