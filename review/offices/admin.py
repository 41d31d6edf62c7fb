"""The office's own people at the desk: who may act as what, and what an administrator does about their accounts."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from portal.kernel.admin import ActView, Instant, Listing, ListingViewSet
from portal.kernel.errors import Code, Problem
from portal.kernel.staff_door import factors
from portal.kernel.staff_door.models import Authenticator
from portal.kernel.text import mask_mobile
from portal.kernel.users.models import User
from review.offices import actions, appointments
from review.offices.queries import staff_visible_to
from review.offices.states import Role


def _roles(user: User) -> str:
    return "；".join(f"{held.office.name} {held.get_role_display()}" for held in user.staff_roles.all())


def _second_factors(user: User) -> str:
    others = [str(f.name) for n, f in enumerate(factors.plugged()) if getattr(user, f"has_factor_{n}")]
    app = [str(_("动态口令"))] if user.has_app else []
    return "、".join([*app, *others]) or str(_("未设置"))


class StaffListing(Listing):
    model = User
    verbose_name_plural = _("工作人员")
    default_ordering = "username"
    columns: ClassVar = [
        TitleColumn("name", label=_("姓名"), get_url=lambda user: reverse("staff:appoint", args=[user.pk])),
        Column("username", label=_("用户名")),
        Column("roles", label=_("角色"), accessor=_roles),
        Column("mobile", label=_("手机号码"), accessor=lambda user: mask_mobile(user.mobile)),
        Column("second_factor", label=_("二次验证"), accessor=_second_factors),
        Instant("password_changed_at", label=_("密码修改时间")),
        BooleanColumn("is_active", label=_("启用")),
    ]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("新增"), reverse("staff:new"), icon_name="plus")]

    def get_base_queryset(self) -> Any:
        app = Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)
        others = {f"has_factor_{n}": Exists(f.of(OuterRef("pk"))) for n, f in enumerate(factors.plugged())}
        staff = staff_visible_to(self.actor).annotate(has_app=Exists(app), **others)
        return staff.prefetch_related("staff_roles__office")


class _Account(ActView):
    """One member of staff; links to what else can be done about their account."""

    template_name = "review/offices/account.html"

    def find(self, pk: int) -> User:
        found = staff_visible_to(self.actor).exclude(pk=self.actor.user_id or 0).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("staff:index")

    def facts(self) -> list[Any]:
        return [(_("姓名"), self.thing.name), (_("用户名"), self.thing.username), (_("角色"), _roles(self.thing))]


class Reset(_Account):
    title = _("重置二次验证")
    explains = _("其动态口令、通行密钥和恢复代码将失效，当前登录立即退出，下次登录须重新设置。系统会通知本人。")
    button = _("重置二次验证")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.reset_second_factor(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已重置二次验证。"))
        return None


class Deactivate(_Account):
    title = _("停用账号")
    explains = _("该工作人员将不能登录，当前登录立即退出。")
    button = _("停用账号")
    grave = True

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.deactivate(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("账号已停用。"))
        return None


class Reactivate(_Account):
    title = _("启用账号")
    explains = _("该工作人员可以重新登录，登录时须重新设置二次验证。")
    button = _("启用账号")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.reactivate(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("账号已启用。"))
        return None


class StaffViewSet(ListingViewSet):
    name = "staff"
    icon = "group"
    menu_label = _("工作人员")
    menu_order = 8020
    roles = (Role.ADMINISTRATOR,)
    listing = StaffListing

    def get_urlpatterns(self) -> list[URLPattern]:
        acts = {
            "appoint": appointments.Appoint,
            "relieve": appointments.Relieve,
            "reset": Reset,
            "deactivate": Deactivate,
            "reactivate": Reactivate,
        }
        return [
            *super().get_urlpatterns(),
            path("new/", appointments.New.as_view(roles=self.roles), name="new"),
            *(path(f"<row:pk>/{name}/", act.as_view(roles=self.roles), name=name) for name, act in acts.items()),
        ]
