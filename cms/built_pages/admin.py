from typing import ClassVar

from wagtail.contrib.forms.views import SubmissionsListView


class Answers(SubmissionsListView):
    """CSV would hand a spreadsheet whatever formula somebody has answered; XLSX keeps it as text."""

    export_formats: ClassVar = ["xlsx"]
