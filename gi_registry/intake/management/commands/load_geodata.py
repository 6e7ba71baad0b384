"""manage.py load_geodata: read geodata/ into the register and say what was done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gi_registry.core.history import Outcome
from gi_registry.intake.actions import load


class Command(BaseCommand):
    help = "把 geodata/ 的数据装入登记簿；重复运行不会改变什么。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.GEODATA_DIR, help="数据文件夹")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        report = load(folder)
        for name, tally in report.files.items():
            made, changed = tally.outcomes[Outcome.MADE], tally.outcomes[Outcome.CHANGED]
            self.stdout.write(
                f"{name}：读取 {tally.read} 行，新增 {made}，更改 {changed}，"
                f"未变 {tally.outcomes[Outcome.SAME]}，拒绝 {len(tally.refused)}"
            )
        for line in report.refused:
            self.stderr.write(f"拒绝：{line}")
        if report.refused:
            raise CommandError(f"有 {len(report.refused)} 处被拒绝，其余已装入。")
