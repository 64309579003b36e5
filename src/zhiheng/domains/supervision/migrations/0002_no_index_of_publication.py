from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]

    operations = [migrations.RemoveIndex("result", "supervision_result_public")]
