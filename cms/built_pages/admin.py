from datetime import datetime
from typing import ClassVar

from wagtail.contrib.forms.views import SubmissionsListView

from portal.kernel import clock


def _on_our_clock(value: datetime) -> datetime:
    """A cell has no zone: the hour as it is on a wall clock in Guangxi."""
    return clock.local(value).replace(tzinfo=None)


class Answers(SubmissionsListView):
    """CSV would hand a spreadsheet whatever formula somebody has answered; XLSX keeps it as text."""

    FORMATS = (SubmissionsListView.FORMAT_XLSX,)  # what the address may ask for
    export_formats: ClassVar = [SubmissionsListView.FORMAT_XLSX]  # what the page offers
    custom_value_preprocess: ClassVar = {
        **SubmissionsListView.custom_value_preprocess,
        datetime: {SubmissionsListView.FORMAT_XLSX: _on_our_clock},
    }
