"""An e-mail is from now on one that its candidate has proved: what was only typed into the profile is let go."""

import django.db.models.functions.text
from django.db import migrations, models


def forget_unproved(apps, schema_editor):
    apps.get_model("kernel", "User").objects.filter(is_candidate=True).update(email="")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ("kernel", "0004_messages_expire_and_are_chosen"),
    ]

    operations = [
        migrations.RunPython(forget_unproved, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('email__gt', ''), ('is_candidate', True)), name='user_one_candidate_per_email'),
        ),
    ]
