from django.db import migrations, models


def each_by_itself(apps, schema_editor):
    """What is running asked one tree; from now on it is a list of them."""
    batch = apps.get_model("inbox", "Batch")
    for row in batch.objects.filter(state="running", condition__isnull=False):
        row.condition = [row.condition]
        row.save(update_fields=["condition"])


class Migration(migrations.Migration):
    dependencies = [("inbox", "0023_batch_conversations")]

    operations = [
        migrations.AlterField(
            model_name="batch",
            name="condition",
            field=models.JSONField(
                help_text="What the view and its filter asked when it began, each by itself.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="reason",
            field=models.CharField(
                blank=True, help_text="Why it stopped, or the first one failed.", max_length=300
            ),
        ),
        migrations.RemoveField(model_name="batchedchange", name="last_seq"),
        migrations.AddField(
            model_name="batchedchange",
            name="left",
            field=models.JSONField(
                help_text=(
                    "What an undo overwrites, as it was then: what changed is not undone."
                ),
                null=True,
            ),
        ),
        migrations.RunPython(each_by_itself, migrations.RunPython.noop),
    ]
