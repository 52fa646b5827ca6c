from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0016_handed_over'),
    ]

    operations = [
        migrations.AddField(
            model_name='batchedchange',
            name='last_seq',
            field=models.BigIntegerField(help_text='How far the thread was then: what goes on is not undone.', null=True),
        ),
    ]
