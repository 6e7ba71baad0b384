"""manage.py demo_accounts: the accounts of a trial, which share one printed password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gi_registry.parties.models import User

ADMINISTRATOR = "admin"


class Command(BaseCommand):
    help = "建立或更新试用账号；口令取自环境变量 DEMO_PASSWORD。只在 DEBUG 打开时可用。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("试用账号只能在 DEBUG=1 时建立。")
        if not settings.DEMO_PASSWORD:
            raise CommandError("缺少环境变量 DEMO_PASSWORD。")
        user, _made = User.objects.get_or_create(
            username=ADMINISTRATOR, defaults={"is_demo": True, "is_staff": True, "is_superuser": True}
        )
        if not user.is_demo:
            raise CommandError(f"已有正式账号 {ADMINISTRATOR}，不改成试用账号。")
        if not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
            user.save(update_fields=["password"])
        self.stdout.write(f"试用账号：{ADMINISTRATOR}")
