from django.urls import include, path

from candidate_api.services import api
from candidate_api.services.headless import router

urlpatterns = [
    path("home/", api.Home.as_view(), name="home"),
    path("news/channels/", api.NewsChannels.as_view(), name="news-channels"),
    path("news/", api.NewsList.as_view(), name="news"),
    path("news/<row:news_id>/", api.NewsDetail.as_view(), name="news-detail"),
    path("faq/categories/", api.FaqCategories.as_view(), name="faq-categories"),
    path("faq/", api.FaqList.as_view(), name="faq"),
    path("health/live/", api.HealthLive.as_view(), name="health-live"),
    path("health/ready/", api.HealthReady.as_view(), name="health-ready"),
    path("pages/", include((router.get_urlpatterns(), "headless"), namespace="headless")),
]
