"""Model fields for personal data: encrypted at rest, found only by a keyed digest."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from portal.kernel.crypto.sealing import blind_index, blind_indexes, open_sealed, seal


class EncryptedTextField(models.TextField):
    """Text that the database never sees. Only `isnull` can be asked of it; search goes through a BlindIndexField.

    The value is bound to the column by name: renaming model or field needs `purpose=` with the old name.
    """

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self.bound_to = self.purpose or f"{cls._meta.label_lower}.{name}"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.purpose:
            kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None or value == "" or hasattr(value, "as_sql"):  # an expression gives what is sealed already
            return value
        return seal(str(value), self.bound_to)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None or value == "" else open_sealed(value, self.bound_to)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.bound_to} is encrypted: search its blind index")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.CharField):
    """The keyed digest of another field of the row, written by `save` and `bulk_create`; None where that is empty.

    Find rows with `**{f"{name}__in": Model.blind("field", value)}` through `blind_lookup`.
    """

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("max_length", 90)
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self.bound_to = f"{cls._meta.label_lower}.{self.source}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        text = getattr(model_instance, self.source)
        value = blind_index(text, self.bound_to) if text else None
        setattr(model_instance, self.attname, value)
        return value


def blind_lookup(model: type[models.Model], index: str, text: str) -> models.Q:
    """The condition "the encrypted source of `index` equals `text`", under every key of the ring."""
    field = model._meta.get_field(index)
    assert isinstance(field, BlindIndexField)
    return models.Q(**{f"{index}__in": blind_indexes(text, field.bound_to)})
