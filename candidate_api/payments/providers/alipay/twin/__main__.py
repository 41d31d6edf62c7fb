"""`python -m candidate_api.payments.providers.alipay.twin --port 8002 --dir var/alipay`"""

from candidate_api.payments.providers.alipay.twin import start
from candidate_api.payments.providers.twin.command import main

main(start, "alipay", 8002)
