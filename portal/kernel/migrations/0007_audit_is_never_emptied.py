"""On PostgreSQL the audit log cannot be emptied as a whole either: TRUNCATE asks no trigger for update and delete."""

from django.db import migrations

TABLES = ("kernel_auditentry", "kernel_auditlink")
CREATE = "".join(
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER never_emptied ON {table};" for table in TABLES)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0006_staff_door")]
    operations = [migrations.RunPython(create, drop)]
