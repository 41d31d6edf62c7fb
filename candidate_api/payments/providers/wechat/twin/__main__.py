"""`python -m candidate_api.payments.providers.wechat.twin --port 8001 --dir var/wechat`"""

from candidate_api.payments.providers.twin.command import main
from candidate_api.payments.providers.wechat.twin import start

main(start, "wechat", 8001)
