"""Rules for the lists of the desk that no linter knows."""

from django.db.models import BooleanField
from wagtail.snippets.models import get_snippet_models


def test_no_list_reads_true_or_false() -> None:
    """A yes or no is a tick with a word (`yes_or_no` of portal/kernel/admin.py)."""
    places = [
        f"{model.__name__}.{column}"
        for model in get_snippet_models()
        for column in model.snippet_viewset.list_display
        if isinstance(column, str)
        and column in {field.name for field in model._meta.fields if isinstance(field, BooleanField)}
    ]
    assert places == []
