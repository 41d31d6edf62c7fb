"""Table of contents: the tasks of cms by noun."""

from cms.news.tasks import publish_due

__all__ = ["publish_due"]
