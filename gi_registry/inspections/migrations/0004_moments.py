from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


def reckoned(apps, schema_editor):
    """When the inspections so far were, as `arrival.moment_of` reckons it today."""
    record = apps.get_model("inspections", "Record")
    for one in record.objects.select_related("task__plan").defer("body"):
        off = timedelta(seconds=one.skew_s) if one.skew_s is not None and abs(one.skew_s) > 300 else timedelta()
        moment = min(one.device_at - off, one.received_at)
        unlikely = one.skew_s is None and moment.astimezone(LEGAL_ZONE).date() < one.task.plan.starts_on
        record.objects.filter(pk=one.pk).update(inspected_at=one.received_at if unlikely else moment)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0003_signs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="record",
            name="inspected_at",
            field=models.DateTimeField(null=True, verbose_name="检查时间"),
        ),
        migrations.RunPython(reckoned, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="record",
            name="inspected_at",
            field=models.DateTimeField(verbose_name="检查时间"),
        ),
        migrations.AlterModelOptions(
            name="record",
            options={
                "ordering": ["-inspected_at", "-pk"],
                "verbose_name": "检查记录",
                "verbose_name_plural": "检查记录",
            },
        ),
        migrations.AddField(
            model_name="task",
            name="formerly",
            field=models.ManyToManyField(
                blank=True,
                help_text="带走了任务的仍可送来",
                related_name="former_tasks",
                to=settings.AUTH_USER_MODEL,
                verbose_name="改派以前的检查员",
            ),
        ),
    ]
