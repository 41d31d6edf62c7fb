"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()
# What has been loaded lives as long as the process: walking it again would hold somebody's answer for a quarter second.
gc.collect()
gc.freeze()
