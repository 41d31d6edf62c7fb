"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

import portal.celery  # noqa: F401 -- tasks sent by a request need the configured app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()
