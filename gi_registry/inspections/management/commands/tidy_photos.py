"""Parts of photos that nobody went on sending: dropped, unless a record waits for them. Run now and then; safe to run
twice and while photos arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gi_registry.core import clock
from gi_registry.inspections.photos import tidy


class Command(BaseCommand):
    help = "清理多日没有接着送完、也没有检查记录在等的照片残片；检查记录在等的照片一律不动。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="多少日没有动过（默认 30）")

    def handle(self, *args: Any, **options: Any) -> None:
        dropped = tidy(clock.now() - timedelta(days=options["days"]))
        self.stdout.write(f"清理了 {dropped} 份照片残片。")
