"""manage.py rotate_key: a new key that signs the QR codes and the list of revocations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from gi_registry.core import clock
from gi_registry.marks.keys import kept, published, rotate


class Command(BaseCommand):
    help = "换签名密钥：新密钥从此签名，旧密钥的私钥删去，公钥再留三年多，已印的二维码照样能核验。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--distrust", action="store_true", help="旧密钥已泄露：它们签过的二维码从此都不予承认，须重新签发"
        )
        parser.add_argument("--if-none", action="store_true", help="已有密钥就什么也不做")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        if options["if_none"] and kept():
            self.stdout.write("已有签名密钥，没有更换。")
            return
        new = rotate(now, distrust=options["distrust"])
        others = len(published(now)) - 1
        self.stdout.write(
            f"新密钥 {new.kid} 已在 {settings.KEYS_DIR}，只有运行登记簿的账号能读；"
            f"仍承认的旧密钥 {others} 个。请把这个文件夹单独备份，不要与数据库放在一起。"
        )
