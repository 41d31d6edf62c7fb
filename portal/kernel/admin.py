"""What the kernel's lists at the desk share: one screen, shown by role, quick however long its table grows."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic import BaseListingView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet
from wagtail.utils.urlpatterns import decorate_urlpatterns

from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem, Words


class Pages(WagtailPaginator):
    """Counts no further than people turn pages: counting millions of rows is slow, and a filter finds them."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        found: int = self.object_list[: self.most].count()
        return found


def at_desk(request: HttpRequest) -> Actor:
    """The actor behind a request to the admin, asked for once: the view wants it, every item of the menu, and what
    knows the user alone (Wagtail's permission policies), on whom it is kept."""
    known: Actor | None = getattr(request.user, "actor_at_desk", None)
    if known is None:
        known = actor_of(request, "admin")
        request.user.actor_at_desk = known  # type: ignore[union-attr]
    return known


class ForRoles:
    """A view for some roles only. Wagtail shows everyone else its page of refusal."""

    roles: tuple[str, ...] = ()
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor: Actor = at_desk(request)
        if not self.actor.has_role(*self.roles):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class Listing(ForRoles, BaseListingView):
    """A list with filters, newest first, fifty rows a page."""

    paginate_by = 50
    paginator_class = Pages
    default_ordering = "-pk"


class ListingViewSet(ViewSet):
    """The addresses of a list, and its menu item for the roles that may see it. There are no others."""

    roles: tuple[str, ...] = ()
    listing: type[Listing]
    add_to_admin_menu = True
    menu_order = 8000

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        shared = {
            "roles": self.roles,
            "page_title": self.menu_label,
            "header_icon": self.icon,
            "index_url_name": self.get_url_name("index"),
            "index_results_url_name": self.get_url_name("index_results"),
        }
        common: dict[str, Any] = super().get_common_view_kwargs(**shared, **kwargs)
        return common

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.construct_view(self.listing), name="index"),
            path("results/", self.construct_view(self.listing, results_only=True), name="index_results"),
        ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        roles = self.roles

        class ItemForRoles(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return at_desk(request).has_role(*roles)

        return ItemForRoles


class KeepersChooser(SnippetChooserViewSet):
    """Wagtail lets everybody at the desk look through what a form chooses from: here whoever keeps such things."""

    def get_urlpatterns(self) -> list[URLPattern]:
        patterns: list[URLPattern] = super().get_urlpatterns()
        decorate_urlpatterns(patterns, self._for_keepers)
        return patterns

    def _for_keepers(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        policy = policy_registry.get_by_type(self.model)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not policy.user_has_any_permission(request.user, ["add", "change", "delete", "view"]):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded


class NewSnippet(CreateView):
    """Where staff arrange things by hand, a new one comes last."""

    def save_instance(self) -> Any:
        if field := self.sort_order_field:
            last = self.model._default_manager.aggregate(last=Max(field))["last"]
            setattr(self.form.instance, field, (last or 0) + 1)
        return super().save_instance()


class KeptSnippets(SnippetViewSet):
    """Wagtail's screens of something that some of the desk keep and the others have no business with."""

    chooser_viewset_class = KeepersChooser
    add_view_class = NewSnippet


class Instant(Column):
    """A time to the second: the day, and below it the hour."""

    cell_template_name = "kernel/instant.html"


_TONES = {
    "critical": "w-bg-critical-50 w-text-critical-200 w-font-bold",
    "warning": "w-bg-warning-50 w-text-warning-100 w-font-bold",
}


def toned(words: Words, tone: str = "") -> str:
    """What a cell says, by text, and where it is `warning` or `critical` by weight and colour too."""
    return format_html('<span class="w-status {}">{}</span>', _TONES.get(tone, ""), words)


def yes_or_no(name: str, label: Words) -> BooleanColumn:
    """A column of ticks that can be sorted by; the field's name alone would read True and False."""
    return BooleanColumn(name, label=label, sort_key=name)


class ThroughVerb:
    """For Wagtail's own screens that save by a verb: its refusal is shown on the form, nothing is saved."""

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        self.form = form
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except Problem as problem:
            if problem.code is Code.PERMISSION_DENIED:
                raise PermissionDenied from problem
            form.add_error(None, str(problem.detail))
            answer = self.form_invalid(form)  # type: ignore[attr-defined]
        return answer


class ReasonForm(forms.Form):
    """Why: written into the audit log, which keeps no personal values."""

    reason = forms.CharField(
        label=_("事由"),
        min_length=4,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("4至200字，记入审计日志，请勿填写证件号码或手机号码。"),
        validators=[RegexValidator(r"\d{7}", _("事由中请勿填写证件号码、手机号码等长数字。"), inverse_match=True)],
    )


class ActView(ForRoles, View):
    """One act on one thing: a page that says what it does, a form, a verb.

    `find` raises `not_found` for what the actor may not know of; `act` calls the verb and answers where to go, or
    None for `back`.
    """

    title: Words
    explains: Words = ""
    button: Words
    grave = False
    form_class: type[forms.Form] = ReasonForm
    template_name = "kernel/act.html"

    def find(self, pk: int) -> Any:
        raise Problem(Code.NOT_FOUND)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        raise Problem(Code.NOT_FOUND)

    def back(self) -> str:
        raise Problem(Code.NOT_FOUND)

    def facts(self) -> list[tuple[Words, str]]:
        """What the page says about the thing, masked."""
        return []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise Http404 from problem
            raise PermissionDenied from problem

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.thing = self.find(pk)
        return self.page(self.form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.thing = self.find(pk)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            return self.act(form.cleaned_data) or HttpResponseRedirect(self.back())
        except Problem as problem:
            if problem.code in (Code.NOT_FOUND, Code.PERMISSION_DENIED):
                raise
            for error in problem.errors:
                form.add_error(error.field if error.field in form.fields else None, str(error.detail))
            if not problem.errors:
                form.add_error(None, str(problem.detail))
            return self.page(form, status=problem.status)

    def form(self, data: Any = None) -> forms.Form:
        return self.form_class(data)

    def page(self, form: forms.Form | None, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "header_title": self.title,
            "breadcrumbs_items": [
                {"url": self.back(), "label": _("返回")},
                {"url": "", "label": self.title, "sublabel": str(self.thing)},
            ],
            "explains": self.explains,
            "button": self.button,
            "grave": self.grave,
            "facts": self.facts(),
            "view": self,
            "form": form,
            "back": self.back(),
        }
        return render(self.request, self.template_name, context | more, status=status)

    def done(self, sentence: Words) -> None:
        messages.success(self.request, str(sentence))
