from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0028_later_discarded"),
    ]

    operations = [
        migrations.AddField(
            model_name="latermessage",
            name="overrode",
            field=models.JSONField(
                blank=True, db_default=models.Value([], models.JSONField()), default=list
            ),
        ),
    ]
