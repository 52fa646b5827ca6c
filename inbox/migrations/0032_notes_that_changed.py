from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while the inbox works: a large table is not locked meanwhile.
    atomic = False

    dependencies = [
        ("inbox", "0031_notes_change"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("changed_at__isnull", False)),
                fields=["conversation", "-changed_at"],
                name="inbox_message_changed",
            ),
        ),
    ]
