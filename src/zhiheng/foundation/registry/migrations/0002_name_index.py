"""Make the index of names, each database's own."""

from django.db import migrations

from zhiheng.foundation.registry import name_index


def up(apps, schema_editor):
    name_index.create(schema_editor.connection)


def down(apps, schema_editor):
    name_index.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunPython(up, down)]
