"""On PostgreSQL the trigger that guards the audit log guards what the payment channels said, too."""

from django.db import migrations

TABLE = "candidate_api_paymentevent"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER append_only ON {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("candidate_api", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
