"""The API contract's addresses (docs/api.md), by noun."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from candidate_api.payments import api as payments

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("me/orders/", payments.Orders.as_view(), name="orders"),
    path("me/orders/<str:number>/", payments.OneOrder.as_view(), name="order"),
    path("me/orders/<str:number>/payments/", payments.OrderPayments.as_view(), name="order-payments"),
    path("me/orders/<str:number>/confirm/", payments.OrderConfirmation.as_view(), name="order-confirm"),
    path("me/orders/<str:number>/cancel/", payments.OrderCancellation.as_view(), name="order-cancel"),
    path("payments/wechat/notify/", payments.wechat_notify, name="wechat-notify"),
]
