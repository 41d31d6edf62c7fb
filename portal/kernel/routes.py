"""Path converters: what is no possible key is no address."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowId(IntConverter):
    """`<row:…>`: a database key. A number too large for one is 404 instead of an error of the database."""

    regex = "[0-9]{1,18}"


register_converter(RowId, "row")
