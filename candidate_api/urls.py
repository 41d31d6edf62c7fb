"""The API contract's addresses (docs/api.md), by noun."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from candidate_api.accounts import api as accounts
from candidate_api.arrangements import api as arrangements
from candidate_api.candidates import api as candidates
from candidate_api.catalogue import api as catalogue
from candidate_api.payments import api as payments
from candidate_api.registrations import api as registrations
from candidate_api.results import api as results
from candidate_api.sessions import api as sessions
from candidate_api.tickets import api as tickets

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
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
    path("me/admission-tickets/", tickets.AdmissionTickets.as_view()),
    path("me/admission-tickets/<str:session>/pledge/", tickets.AdmissionTicketPledge.as_view()),
    path("me/admission-tickets/<str:session>.pdf", tickets.AdmissionTicketPdf.as_view()),
    path("me/exam-arrangements/", arrangements.ExamArrangements.as_view()),
    path("verify/public-key/", tickets.VerificationKey.as_view()),
    path("verify/<str:code>/", tickets.Verify.as_view()),
    path("me/scores/", results.Scores.as_view()),
    path("", include("candidate_api.services.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("me/orders/", payments.Orders.as_view(), name="orders"),
    path("me/orders/<str:number>/", payments.OneOrder.as_view(), name="order"),
    path("me/orders/<str:number>/payments/", payments.OrderPayments.as_view(), name="order-payments"),
    path("me/orders/<str:number>/confirm/", payments.OrderConfirmation.as_view(), name="order-confirm"),
    path("me/orders/<str:number>/cancel/", payments.OrderCancellation.as_view(), name="order-cancel"),
    path("payments/wechat/notify/", payments.wechat_notify, name="wechat-notify"),
    path("me/registration-options/", registrations.Options.as_view()),
    path("me/registrations/", registrations.Registrations.as_view()),
    path("me/registrations/<row:registration_id>/", registrations.OneRegistration.as_view()),
    # the catalogue and its sessions
    path("majors/", catalogue.Majors.as_view(), name="majors"),
    path("majors/<str:code>/", catalogue.MajorByCode.as_view(), name="major"),
    path("courses/", catalogue.Courses.as_view(), name="courses"),
    path("courses/<str:code>/", catalogue.CourseByCode.as_view(), name="course"),
    path("textbooks/", catalogue.Textbooks.as_view(), name="textbooks"),
    path("districts/", catalogue.Districts.as_view(), name="districts"),
    path("schools/", catalogue.Schools.as_view(), name="schools"),
    path("codes/<slug:name>/", catalogue.CodeList.as_view(), name="codes"),
    path("exam-sessions/", sessions.ExamSessions.as_view(), name="exam-sessions"),
    path("exam-sessions/<str:code>/", sessions.ExamSessionByCode.as_view(), name="exam-session"),
    path("exam-plans/", sessions.ExamPlans.as_view(), name="exam-plans"),
]
