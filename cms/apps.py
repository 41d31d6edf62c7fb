from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "内容"

    def ready(self) -> None:
        # Models and what they import can be touched only now.
        from wagtail.documents import get_document_model  # noqa: PLC0415
        from wagtail.images import get_image_model  # noqa: PLC0415

        from cms import models  # noqa: PLC0415
        from cms.editions.actions import watch  # noqa: PLC0415

        watch(
            "news", models.NewsPage, models.NewsChannel, models.NewsIndexPage, get_document_model(), get_image_model()
        )
        watch("faq", models.FaqCategory, models.FaqQuestion)
        watch("windows", models.BusinessWindow)
        watch("tiles", models.Tile, models.Banner)
