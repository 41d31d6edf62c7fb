"""Wagtail's own list of users, which the whole house shares: at the desk it is of staff. Candidates are in 考籍管理,
masked, by office and with a log; here a superuser would read, change and delete them without any of that."""

from wagtail.users.apps import WagtailUsersAppConfig


class StaffUsers(WagtailUsersAppConfig):
    user_viewset = "review.offices.user_views.StaffUserViewSet"
