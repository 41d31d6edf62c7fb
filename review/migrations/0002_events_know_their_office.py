"""What an office did is counted as its own, whoever has the application now. Earlier lines say it by name alone."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

OFFICES_VERBS = ("approve", "return_", "reject", "ask", "release")


def remember(apps: Any, schema_editor: Any) -> None:
    office_model, event_model = apps.get_model("review", "Office"), apps.get_model("review", "Event")
    for office in office_model.objects.iterator():
        event_model.objects.filter(who=office.name, verb__in=OFFICES_VERBS, office=None).update(office=office)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="office",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="review.office",
                verbose_name="办理机构",
            ),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
