"""The pages of Wagtail's 用户, of staff alone."""

from typing import Any

from django.http import Http404
from wagtail.users.views import users


class _OfStaff:
    def get_object(self, *given: Any) -> Any:
        user = super().get_object(*given)  # type: ignore[misc]  # Wagtail's, beside which this stands
        if not user.is_staff:
            raise Http404
        return user


class StaffIndex(users.IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().filter(is_staff=True)


class StaffEdit(_OfStaff, users.EditView):
    pass


class StaffDelete(_OfStaff, users.DeleteView):
    pass


class StaffHistory(_OfStaff, users.HistoryView):
    pass


class StaffUserViewSet(users.UserViewSet):
    index_view_class = StaffIndex
    edit_view_class = StaffEdit
    delete_view_class = StaffDelete
    history_view_class = StaffHistory
