from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("review", "0004_bulk_and_filters"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state", "draft"), _negated=True),
                fields=["due_at", "id", "state", "turn", "office", "origin", "type"],
                name="application_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("turn", "office")),
                fields=["office", "due_at", "submitted_at", "first_approver", "claimed_by", "claimed_until", "id"],
                name="application_waiting",
            ),
        ),
    ]
