"""What can be done to many at once, and to how many."""

from django.utils.translation import gettext_lazy as _

VERBS = (("approve", _("通过")), ("release", _("公布结果")))
MOST = 2000
