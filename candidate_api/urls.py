"""The API contract's addresses (docs/api.md), by noun."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from candidate_api.accounts import api as accounts
from candidate_api.candidates import api as candidates

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("auth/notice/", accounts.Notice.as_view()),
    path("auth/captcha/", accounts.NewCaptcha.as_view()),
    path("auth/sms-codes/", accounts.SmsCodes.as_view()),
    path("auth/register/", accounts.Register.as_view()),
    path("auth/login/password/", accounts.PasswordLogin.as_view()),
    path("auth/login/sms/", accounts.SmsLogin.as_view()),
    path("auth/logout/", accounts.Logout.as_view()),
    path("me/", accounts.Me.as_view()),
    path("me/profile/", candidates.Profile.as_view()),
    path("me/photo/", candidates.Photo.as_view()),
    path("me/photo/check/", candidates.PhotoCheck.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
]
