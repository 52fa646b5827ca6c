from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0024_batches_say_why")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="contact_version",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
