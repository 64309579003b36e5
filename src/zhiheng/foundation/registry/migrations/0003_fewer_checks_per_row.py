"""Drop what an import paid for in every row and nothing needs: second indexes of keys, lookups of products."""

import django.db.models.deletion
from django.db import migrations, models

# Django's names for them; they are there where an earlier version made the tables.
SECOND_INDEXES = (
    "registry_product_key_198731f8_like",
    "registry_productmodel_key_82345914_like",
    "registry_batch_key_80406260_like",
)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in SECOND_INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_name_index")]
    operations = [
        migrations.RunPython(drop, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="productmodel",
            name="product",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="models", to="registry.product",
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="product",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="batches", to="registry.product",
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="model",
            field=models.ForeignKey(
                blank=True, db_constraint=False, db_index=False, null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="batches",
                to="registry.productmodel",
            ),
        ),
    ]
