from django.db import migrations

LISTS = {"conversation.tags", "contact.tags"}


def named(tree, ids):
    """The same tree with ids in the place of names; what is no name stays as it is."""
    if isinstance(tree, list):
        return [named(each, ids) for each in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("fact") not in LISTS or "value" not in tree:
        return {word: named(inner, ids) for word, inner in tree.items()}
    value = tree["value"]
    if isinstance(value, list):
        return tree | {"value": [ids.get(str(each).lower(), each) for each in value]}
    return tree | {"value": ids.get(str(value).lower(), value)}


def hold_ids(apps, schema_editor):
    tags = apps.get_model("people", "Tag").objects.values_list("name", "public_id")
    ids = {name.lower(): public_id for name, public_id in tags}
    for model in ("SavedView", "Batch"):
        for row in apps.get_model("inbox", model).objects.exclude(condition=None):
            tree = named(row.condition, ids)
            if tree != row.condition:
                row.condition = tree
                row.save(update_fields=["condition"])


class Migration(migrations.Migration):
    dependencies = [("inbox", "0024_batches_say_why"), ("people", "0009_distinctions")]

    operations = [migrations.RunPython(hold_ids, migrations.RunPython.noop)]
