"""The peer's server: production's settings and middleware, and its address beside the product's."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "tests.bench.naive"
application = get_wsgi_application()
