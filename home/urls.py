"""The portal's addresses, by tab."""

from django.urls import URLPattern, path

from home.doors import public
from home.pages import account, business, me, orders, papers, queries, registration, services, settings
from portal.kernel.files.pages import serve

app_name = "home"

_account = [
    path("register/notice/", account.notice, name="register-notice"),
    path("register/", account.register, name="register"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
]
_business = [
    path("business/", business.index, name="business"),
    path("business/registration/", registration.choose, name="registration"),
    path("business/my-registrations/", registration.mine, name="my-registrations"),
    path("business/my-registrations/<row:registration_id>/cancel/", registration.cancel, name="registration-cancel"),
    path("business/my-registrations/<row:registration_id>/change/", registration.change, name="registration-change"),
    path("business/orders/<str:number>/", orders.order, name="order"),
    path("business/orders/<str:number>/pay/", orders.pay, name="order-pay"),
    path("business/orders/<str:number>/confirm/", orders.confirm, name="order-confirm"),
    path("business/tickets/", papers.tickets, name="tickets"),
    path("business/tickets/<str:session>/pledge/", papers.pledge, name="ticket-pledge"),
    path("business/tickets/<str:session>.pdf", papers.ticket, name="ticket"),
    path("business/arrangements/", papers.arrangements, name="arrangements"),
    path("business/scores/", queries.scores, name="scores"),
    path("business/plan/", queries.plan, name="plan"),
    path("business/majors/", queries.majors, name="majors"),
    path("business/majors/<str:code>/", queries.major, name="major"),
    path("business/textbooks/", queries.textbooks, name="textbooks"),
    path("services/", services.index, name="services"),
    path("verify/", papers.verify, name="verify-any"),
    path("verify/<str:code>/", papers.verify, name="verify"),
]
_me = [
    path("me/", me.index, name="me"),
    path("me/profile/", me.profile, name="profile"),
    path("me/photo/", me.photo, name="photo"),
    path("me/messages/", me.messages, name="messages"),
    path("me/messages/<row:message_id>/read/", me.read, name="message-read"),
    path("elder/", settings.elder, name="elder"),
]

urlpatterns: list[URLPattern] = [
    *_account,
    *_business,
    *_me,
    path("files/<uuid:file_id>/", public(serve), name="file"),
]
