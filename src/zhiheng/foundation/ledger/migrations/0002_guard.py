"""Put the triggers in place that refuse to update or delete what is on record."""

from django.db import migrations

from zhiheng.foundation.ledger import guard


def up(apps, schema_editor):
    guard.raise_guard(schema_editor.connection)


def down(apps, schema_editor):
    guard.lower_guard(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(up, down)]
