from django.urls import include, path

from candidate_api.services import api, complaints
from candidate_api.services.headless import router

urlpatterns = [
    path("home/", api.Home.as_view(), name="home"),
    path("news/channels/", api.NewsChannels.as_view(), name="news-channels"),
    path("news/", api.NewsList.as_view(), name="news"),
    path("news/<row:news_id>/", api.NewsDetail.as_view(), name="news-detail"),
    path("faq/categories/", api.FaqCategories.as_view(), name="faq-categories"),
    path("faq/", api.FaqList.as_view(), name="faq"),
    path("complaints/categories/", complaints.Categories.as_view()),
    path("me/complaints/", complaints.Complaints.as_view()),
    path("me/complaints/<str:number>/", complaints.OneComplaint.as_view()),
    path("me/complaints/<str:number>/messages/", complaints.Messages.as_view()),
    path("me/complaints/<str:number>/attachments/", complaints.Attachments.as_view()),
    path("me/complaints/<str:number>/attachments/<uuid:file_id>/", complaints.OneAttachment.as_view()),
    path("me/complaints/<str:number>/rating/", complaints.Rating.as_view()),
    path("me/complaints/<str:number>/close/", complaints.Close.as_view()),
    path("me/complaints/<str:number>/reopen/", complaints.Reopen.as_view()),
    path("faq/<row:question_id>/vote/", api.FaqVotes.as_view(), name="faq-vote"),
    path("health/live/", api.HealthLive.as_view(), name="health-live"),
    path("health/ready/", api.HealthReady.as_view(), name="health-ready"),
    path("pages/", include((router.get_urlpatterns(), "headless"), namespace="headless")),
]
