from importlib import import_module

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "内容"

    def ready(self) -> None:
        # Models and what they import can be touched only now.
        from wagtail.documents import get_document_model  # noqa: PLC0415
        from wagtail.images import get_image_model  # noqa: PLC0415

        from cms import models  # noqa: PLC0415
        from cms.audit_words import WORDS  # noqa: PLC0415

        for page in ("complaints.messages", "complaints.privacy", "windows.messages", "windows.privacy"):
            import_module(f"cms.{page}")
        from cms.complaints.queries import may_open  # noqa: PLC0415
        from cms.editions.actions import watch  # noqa: PLC0415
        from portal.kernel.audit import words  # noqa: PLC0415
        from portal.kernel.files.queries import let_in  # noqa: PLC0415

        watch(
            "news", models.NewsPage, models.NewsChannel, models.NewsIndexPage, get_document_model(), get_image_model()
        )
        watch("faq", models.FaqCategory, models.FaqQuestion)
        watch("pages", models.PlainPage, models.FaqPage, models.FormPage)
        watch("windows", models.BusinessWindow)
        watch("service", models.ServiceNotice)
        let_in("complaint", may_open)
        watch("tiles", models.Tile, models.Banner)
        words.learn(WORDS)
