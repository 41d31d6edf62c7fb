"""The API contract's addresses (docs/api.md), by noun."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from candidate_api.accounts import api as accounts
from candidate_api.applications import api as applications
from candidate_api.arrangements import api as arrangements
from candidate_api.candidates import api as candidates
from candidate_api.catalogue import api as catalogue
from candidate_api.forecast import api as forecast
from candidate_api.identity import api as identity
from candidate_api.passkeys import api as passkeys
from candidate_api.payments import api as payments
from candidate_api.registrations import api as registrations
from candidate_api.results import api as results
from candidate_api.rights import api as rights
from candidate_api.search import api as search
from candidate_api.sessions import api as sessions
from candidate_api.tickets import api as tickets
from candidate_api.waiting import api as waiting
from portal.kernel.api import nowhere
from portal.kernel.messages import api as messages

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/notice/", accounts.Notice.as_view()),
    path("auth/captcha/", accounts.NewCaptcha.as_view()),
    path("auth/sms-codes/", accounts.SmsCodes.as_view()),
    path("auth/email-codes/", accounts.EmailCodes.as_view()),
    path("auth/register/", accounts.Register.as_view()),
    path("auth/login/password/", accounts.PasswordLogin.as_view()),
    path("auth/login/sms/", accounts.SmsLogin.as_view()),
    path("auth/login/passkey/begin/", passkeys.PasskeySignInBegin.as_view()),
    path("auth/login/passkey/complete/", passkeys.PasskeySignIn.as_view()),
    path("auth/logout/", accounts.Logout.as_view()),
    path("auth/password-reset/", accounts.PasswordResets.as_view()),
    path("auth/password-reset/verify/", accounts.PasswordResetVerification.as_view()),
    path("auth/password-reset/confirm/", accounts.PasswordResetConfirmation.as_view()),
    path("me/", accounts.Me.as_view()),
    path("me/sign-ins/", accounts.SignIns.as_view()),
    path("me/devices/", accounts.Devices.as_view()),
    path("me/devices/revoke-others/", accounts.RevokeOthers.as_view()),
    path("me/devices/<uuid:device_id>/", accounts.OneDevice.as_view()),
    path("me/proof/", accounts.Prove.as_view()),
    path("me/proof/code/", accounts.ProofCodes.as_view()),
    path("me/password/", accounts.Password.as_view()),
    path("me/mobile/", accounts.Mobile.as_view()),
    path("me/email/", accounts.Email.as_view()),
    path("me/profile/", candidates.Profile.as_view()),
    path("me/contact-confirmation/", candidates.ContactConfirmation.as_view()),
    path("me/photo/", candidates.Photo.as_view()),
    path("me/photo/check/", candidates.PhotoCheck.as_view()),
    path("me/messages/", messages.Messages.as_view()),
    path("me/messages/<row:message_id>/read/", messages.ReadMessage.as_view()),
    path("me/notification-settings/", messages.NotificationSettings.as_view()),
    path("me/passkeys/", passkeys.Passkeys.as_view()),
    path("me/passkeys/begin/", passkeys.AddPasskeyBegin.as_view()),
    path("me/passkeys/complete/", passkeys.AddPasskey.as_view()),
    path("me/passkeys/<row:passkey_id>/", passkeys.OnePasskey.as_view()),
    path("me/identity-verification/", identity.IdentityVerification.as_view()),
    path("me/export/", rights.Exports.as_view()),
    path("me/export/<row:export_id>/", rights.ExportFile.as_view()),
    path("me/erasure/", rights.Erasure.as_view()),
    path("me/admission-tickets/", tickets.AdmissionTickets.as_view()),
    path("me/admission-tickets/<str:session>/pledge/", tickets.AdmissionTicketPledge.as_view()),
    path("me/admission-tickets/<str:session>.pdf", tickets.AdmissionTicketPdf.as_view()),
    path("me/exam-arrangements/", arrangements.ExamArrangements.as_view()),
    path("verify/public-key/", tickets.VerificationKey.as_view()),
    path("verify/<str:code>/", tickets.Verify.as_view()),
    path("me/scores/", results.Scores.as_view()),
    path("me/transferred-scores/", results.TransferredScores.as_view()),
    path("me/graduation-forecast/", forecast.GraduationForecast.as_view()),
    path("", include("candidate_api.services.urls")),
    path("search/", search.Search.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("me/orders/", payments.Orders.as_view(), name="orders"),
    path("me/orders/<str:number>/", payments.OneOrder.as_view(), name="order"),
    path("me/orders/<str:number>/payments/", payments.OrderPayments.as_view(), name="order-payments"),
    path("me/orders/<str:number>/confirm/", payments.OrderConfirmation.as_view(), name="order-confirm"),
    path("me/orders/<str:number>/cancel/", payments.OrderCancellation.as_view(), name="order-cancel"),
    path("payments/wechat/notify/", payments.wechat_notify, name="wechat-notify"),
    path("payments/alipay/notify/", payments.alipay_notify, name="alipay-notify"),
    path("me/waiting-room/", waiting.WaitingRoomStanding.as_view()),
    path("me/registration-options/", registrations.Options.as_view()),
    path("me/registrations/", registrations.Registrations.as_view()),
    path("me/registrations/<row:registration_id>/", registrations.OneRegistration.as_view()),
    path("application-types/", applications.ApplicationTypes.as_view()),
    path("application-types/<slug:slug>/", applications.OneApplicationType.as_view()),
    path("me/applications/", applications.Applications.as_view()),
    path("me/applications/<str:number>/", applications.OneApplication.as_view()),
    path("me/applications/<str:number>/materials/", applications.Materials.as_view()),
    path("me/applications/<str:number>/materials/<row:material_id>/", applications.OneMaterial.as_view()),
    path("me/applications/<str:number>/register.pdf", applications.RegisterPdf.as_view()),
    path("me/applications/<str:number>/consent/", applications.Consent.as_view()),
    path("me/applications/<str:number>/submit/", applications.Submit.as_view()),
    path("me/applications/<str:number>/withdraw/", applications.Withdraw.as_view()),
    path("me/applications/<str:number>/confirm/", applications.Confirm.as_view()),
    path("me/applications/<str:number>/dispute/", applications.Dispute.as_view()),
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
    re_path(r"^(?:.*/)?$", nowhere),
]
