"""The Celery app. What runs when stands in `portal.schedule`; tasks only take ids and call a verb."""

import os

from celery import Celery

from portal.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
app = Celery("portal")
app.set_default()  # for every thread: without it only the thread that imports this would know the broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
