from django.db import transaction
from django.utils.html import format_html

from cms.faq.models import FaqCategory, FaqQuestion
from cms.seed.data import read


@transaction.atomic
def seed_faq() -> None:
    """The questions of `fixtures/faq.json`, by category and in its order."""
    data = read("faq")
    categories = {
        entry["code"]: FaqCategory.objects.get_or_create(
            code=entry["code"], defaults={"label": entry["label"], "order": order}
        )[0]
        for order, entry in enumerate(data["categories"], 1)
    }
    for order, entry in enumerate(data["questions"], 1):
        FaqQuestion.objects.get_or_create(
            question=entry["question"],
            defaults={
                "category": categories[entry["category"]],
                "answer": format_html("<p>{}</p>", entry["answer"]),
                "order": order,
            },
        )
