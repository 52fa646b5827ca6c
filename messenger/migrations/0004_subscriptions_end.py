from datetime import timedelta

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Browsers that ask to be notified lose that with their session; those from before have a week
    to come back."""

    dependencies = [
        ("messenger", "0003_away"),
    ]

    operations = [
        migrations.AddField(
            model_name="pushsubscription",
            name="expires_at",
            field=models.DateTimeField(
                help_text="With the session that asked for it.",
                default=django.utils.timezone.now() + timedelta(days=7),
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="pushsubscription",
            index=models.Index(fields=["expires_at"], name="messenger_push_expires"),
        ),
    ]
