"""How many papers, and how often."""

from datetime import timedelta

from portal.kernel.limits import Limit

MOST_PAPERS = 40  # of one application
UPLOADS = Limit("materials.upload", 120, timedelta(hours=1))
