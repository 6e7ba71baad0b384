"""manage.py work_on: examine or treat one received file; the doctor's libraries are loaded only here."""

from __future__ import annotations

import resource
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gi_registry.intake.work import work


class Command(BaseCommand):
    help = "检查或处理一个收到的文件；由网页启动，也可以手工运行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file_number", help="收件号，例如 2026-0001")
        parser.add_argument("--limit-mb", type=int, default=0, help="最多用多少内存（MB）；0 为不限")

    def handle(self, *args: Any, file_number: str, limit_mb: int, **options: Any) -> None:
        if limit_mb:
            limit = limit_mb * 1024 * 1024
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        work(file_number)
