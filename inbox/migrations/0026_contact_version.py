from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0025_conditions_hold_tags_by_id")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="contact_version",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
