from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    # Built while the inbox works: a large table is not locked meanwhile.
    atomic = False

    dependencies = [
        ('inbox', '0020_merges'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=Q(('merged_into__isnull', False)), fields=['merged_into'], name='inbox_conv_parts'),
        ),
        AddConstraintNotValid(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=Q(Q(('merged_into__isnull', False), ('status', 'merged')), Q(Q(('status', 'merged'), _negated=True), ('merged_into', None)), _connector='OR'), name='inbox_conversation_merged_is_a_part'),
        ),
        ValidateConstraint(
            model_name='conversation',
            name='inbox_conversation_merged_is_a_part',
        ),
    ]
