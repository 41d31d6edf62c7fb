"""How often somebody may say whether an answer has helped."""

from datetime import timedelta

from portal.kernel.limits import Limit

# A classroom behind one address votes too; a script that makes up devices does not get far.
VOTES = Limit("faq.vote", 120, timedelta(hours=1))
