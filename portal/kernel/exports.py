"""What Wagtail's lists are taken away as."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from portal.kernel import clock
from portal.kernel.admin import at_desk
from portal.kernel.audit.actions import record
from portal.kernel.downloads import private_table
from portal.kernel.tables import Columns, Format, stream
from portal.kernel.users.models import User


class InertExport:
    """Wagtail's export of a list as the house hands out tables: no cell runs in a spreadsheet, values are as a screen
    shows them, and the log says who has taken what."""

    request: HttpRequest
    model: Any
    list_export: Any

    def as_spreadsheet(self, rows: Any, format: Format) -> StreamingHttpResponse:
        facts = {"list": self.model._meta.label_lower, "format": format, "rows": rows.count()}
        by = at_desk(self.request)
        record("desk.export", User.objects.get(pk=by.user_id or 0), by=by, **facts)
        columns: Columns = [
            (self.get_heading(rows, name), self._value(name))  # type: ignore[attr-defined]
            for name in self.list_export
        ]
        name = f"{self.model._meta.verbose_name_plural}-{clock.today()}"
        return private_table(stream(rows.iterator(chunk_size=500), columns, format=format), name, format)

    @staticmethod
    def _value(name: str) -> Callable[[Any], Any]:
        def shown(row: Any) -> Any:
            labelled = getattr(row, f"get_{name}_display", None)
            value = labelled() if labelled else getattr(row, name)
            return {True: str(_("是")), False: str(_("否"))}[value] if isinstance(value, bool) else value

        return shown
