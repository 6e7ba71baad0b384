"""Keys for what may be taken away: a place in a list would name another row once one before it is gone."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import MinValueValidator
from django.db import migrations, models

KEYED = ("QualityRecord", "TestReport", "Attachment")


def give_keys(apps: Any, schema_editor: Any) -> None:
    """A key of its own for every row that there is."""
    for name in KEYED:
        model = apps.get_model("assurance", name)
        for row in model.objects.filter(key__isnull=True).only("pk").iterator():
            model.objects.filter(pk=row.pk).update(key=uuid.uuid4())


def key(**more: Any) -> models.UUIDField:
    """The column."""
    return models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="标识", **more)


class Migration(migrations.Migration):
    dependencies = [("assurance", "0002_the_three_systems")]

    operations = [
        *(migrations.AddField(name, "key", models.UUIDField(null=True, verbose_name="标识")) for name in KEYED),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
        *(migrations.AlterField(name, "key", key(unique=True)) for name in KEYED),
        migrations.AlterField(
            "LocalClause",
            "fresh",
            models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[MinValueValidator(1, "至少 1 个月；不过期的留空。")],
                help_text="材料没有写有效期时按几个月算；留空表示不过期",
                verbose_name="有效月数",
            ),
        ),
    ]
