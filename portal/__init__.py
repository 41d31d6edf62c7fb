"""The roof and the ground of the house. Whoever imports any of it sends tasks to the configured broker."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
