import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CAPABILITIES = [
    ("conversations.reply", "Reply to customers"),
    ("conversations.note", "Write internal notes"),
    ("conversations.manage", "Assign, snooze, close and reopen"),
    ("contacts.edit", "Edit contacts and companies"),
    ("contacts.merge", "Merge contacts"),
    ("conversations.export", "Export lists of conversations"),
    ("teams.watch", "See who has how much"),
    ("replies.release", "Release colleagues' replies"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0014_watch_capability"),
    ]

    operations = [
        migrations.AddField(
            model_name="teammate",
            name="senior",
            field=models.ForeignKey(
                blank=True,
                help_text="Whom they can lean on while they are new: releases their replies, and "
                "is told when one waits.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="teammate",
            name="needs_release",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="What they write to customers waits until their senior, an admin, or "
                "somebody whose role has “Release colleagues' replies” lets it go. Notes do not "
                "wait.",
                verbose_name="a senior releases their replies",
            ),
        ),
        migrations.AlterField(
            model_name="role",
            name="capabilities",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=CAPABILITIES, max_length=40),
                blank=True,
                default=list,
                size=None,
            ),
        ),
    ]
