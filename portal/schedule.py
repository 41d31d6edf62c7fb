"""What happens by itself, and how often. Every job may run twice at once or not at all for an hour: verbs allow it."""

from datetime import timedelta

SCHEDULE = {
    "deliver-messages": {"task": "messages.deliver_due", "schedule": timedelta(seconds=15)},
    "seal-audit": {"task": "audit.seal", "schedule": timedelta(seconds=10)},
    "publish-news": {"task": "news.publish_due", "schedule": timedelta(seconds=30)},
}
