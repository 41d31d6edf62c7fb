"""On PostgreSQL a trigger refuses to change or delete what the audit log holds, whoever asks."""

from django.db import migrations

TABLES = ("kernel_auditentry", "kernel_auditlink")

CREATE = """
CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER append_only ON {table};" for table in TABLES) + "DROP FUNCTION kernel_append_only();"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
