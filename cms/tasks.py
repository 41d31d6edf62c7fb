"""Table of contents: the tasks of cms by noun."""

from cms.built_pages.tasks import forget_answers
from cms.news.tasks import publish_due

__all__ = ["forget_answers", "publish_due"]
