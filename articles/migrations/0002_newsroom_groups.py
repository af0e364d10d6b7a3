"""The two groups of a newsroom. Their permissions may not exist yet on a new database, so
they are made here, as Django itself would make them after the last migration."""

from django.db import migrations

EDITOR = {
    "relays": {
        "relay": ["add", "change", "view"],
        "contributor": ["add", "change", "view", "delete"],
        "theme": ["view"],
    },
    "articles": {
        "article": ["add", "change", "view", "delete"],
        "tag": ["add", "change", "view"],
    },
}
CHIEF_EDITOR = {
    "relays": {
        "relay": ["add", "change", "view"],
        "contributor": ["add", "change", "view", "delete"],
        "theme": ["add", "change", "view", "delete"],
        "user": ["add", "change", "view"],
    },
    "articles": {
        "article": ["add", "change", "view", "delete"],
        "tag": ["add", "change", "view", "delete"],
    },
}


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    editor, _ = Group.objects.get_or_create(name="Editor")
    editor.permissions.add(*permissions(apps, EDITOR))
    chief, _ = Group.objects.get_or_create(name="Chief editor")
    chief.permissions.add(*permissions(apps, CHIEF_EDITOR))
    chief.permissions.add(
        permission(
            apps,
            "articles",
            "article",
            "lead_newsroom",
            "Can withdraw articles, and approve their own text with a reason",
        )
    )


def permissions(apps, wanted):
    for app, models in wanted.items():
        for model, actions in models.items():
            name = apps.get_model(app, model)._meta.verbose_name_raw
            for action in actions:
                yield permission(apps, app, model, f"{action}_{model}", f"Can {action} {name}")


def permission(apps, app, model, codename, name):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _ = ContentType.objects.get_or_create(app_label=app, model=model)
    found, _ = Permission.objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
