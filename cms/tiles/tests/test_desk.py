"""The front page, arranged by whoever edits it, through Wagtail's real screens."""

import pytest
from django.test import Client

from cms.tiles.models import Banner, Tile
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db
