"""Drop the second index of a result's key, where an earlier version made it: `CodeField` says why."""

from django.db import migrations


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS supervision_result_key_6e35f1de_like")


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_no_index_of_publication")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
