"""The roles as groups; their names are those of `parties.permissions.Role`."""

from __future__ import annotations

from django.db import migrations

ROLES = ["农业农村部门", "市场监管部门", "协会", "检查员", "生产者", "乡镇联络员", "审计员", "管理员"]


def make_groups(apps, schema_editor):
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_desk"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
