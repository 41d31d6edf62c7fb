"""The API contract's addresses (docs/api.md), by noun."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from candidate_api.catalogue import api as catalogue
from candidate_api.sessions import api as sessions

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
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
