"""Photos of labels: handed to a process of their own, read there, never kept; what was read, as fields to correct."""

from __future__ import annotations

import fcntl
import json
import logging
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gi_registry.core.errors import BadInput, Refusal
from gi_registry.marks.comparisons import is_ours
from gi_registry.marks.labels import Seen, read_announcement, read_standard
from gi_registry.parties.validators import read_uscc
from gi_registry.products.models import Name

READER = Path(__file__).with_name("reader.py")
LIMIT_S = 25  # a worker of the web waits for 30
BEGINNINGS = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (4, b"ftyp", "HEIC"),
)


log = logging.getLogger(__name__)


class Busy(Refusal):
    """Another photo is being read; the same request will do in a few seconds."""

    status = 503


@dataclass(frozen=True, slots=True)
class Reading:
    """What a photo shows: what each QR code says, and the lines of text from the top; None where no text was read."""

    codes: tuple[str, ...]
    lines: tuple[str, ...] | None


def read(content: bytes) -> Reading:
    """What the photo shows. Raises BadInput where it cannot be read, Busy while another one is."""
    format_name = format_of(content)
    with turn():
        answer = asked(content, format_name)
    if answer["refusal"]:
        raise BadInput(answer["refusal"])
    return Reading(tuple(answer["codes"]), None if answer["lines"] is None else tuple(answer["lines"]))


def format_of(content: bytes) -> str:
    """The format as Pillow calls it, told by how the file begins. Raises BadInput for what is not read."""
    limit = settings.UPLOAD_LIMIT_MB["photo"]
    if not content:
        raise BadInput("文件是空的：请重新选择照片。")
    if len(content) > limit * 1024 * 1024:
        raise BadInput(f"照片太大：最大 {limit} MB，请缩小后再交。")
    format_name = next((name for at, bytes_, name in BEGINNINGS if content[at:].startswith(bytes_)), "")
    if format_name == "HEIC":
        raise BadInput("这是 HEIC 格式的照片，这里读不了：请在手机上另存为 JPEG，或截一张屏再交。")
    if not format_name:
        raise BadInput("只读 JPEG、PNG 和 WebP 照片，这个文件的内容不是其中任何一种。")
    return format_name


@contextmanager
def turn() -> Iterator[None]:
    """One photo at a time on this machine, so that strangers' photos never take more than one worker. Raises Busy."""
    settings.VAR_DIR.mkdir(exist_ok=True)
    with (settings.VAR_DIR / "photo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("正在读另一张照片：请过几秒再交一次，也可以直接填写标签上的内容。") from error
        yield


def asked(content: bytes, format_name: str) -> dict:
    """The answer of the reading process, which knows nothing of the register: no settings, no secrets, no database."""
    command = [sys.executable, "-I", str(READER), format_name, str(int(settings.READ_TEXT))]
    try:
        done = subprocess.run(  # noqa: S603 -- our own program and a name of ours
            command, input=content, capture_output=True, timeout=LIMIT_S, check=True, env={}
        )
        answer: dict = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        log.warning("a photo was not read: %s %s", error, getattr(error, "stderr", None))
        raise BadInput("读这张照片超出了时间或内存的限度：请拍近一些、缩小后再交，或直接填写。") from error
    return answer


# --- What was read, field by field -----------------------------------------------------------------------------------


def fields(reading: Reading) -> dict[str, str]:
    """What the photo shows as the fields of `labels.Label`; only a proposal, for the person who sent it to correct."""
    lines = [unicodedata.normalize("NFKC", line) for line in reading.lines or ()]
    found = {name: first(rule, lines) for name, rule in RULES.items()}
    found["product"] = product_in("".join(lines))
    found["mark"] = Seen.YES.value if MARK.search("".join(lines)) else ""
    found["qr"] = next((code for code in reading.codes if is_ours(code)), "")
    return {name: text for name, text in found.items() if text}


def first(rule: Callable[[str], str], lines: Iterable[str]) -> str:
    """What the first line that has it says."""
    return next((text for text in map(rule, lines) if text), "")


# Two characters, the six digits of a division (with what a reader takes for digits), ten characters.
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z][ -]?[0-9A-Z](?:[ -]?[0-9OI]){6}(?:[ -]?[0-9A-Z]){10}(?![0-9A-Z])")
NAMED = re.compile(
    r"(?:生产者|生产商|生产企业|生产单位|制造商|制造者|委托方|委托单位|企业名称|经销商)(?:名称)?\s*:\s*(?P<name>.+)"
)
COMPANY = re.compile(r"[\u4e00-\u9fff()]{4,}(?:公司|合作社|合作联社|厂|家庭农场|经营部)$")
ANNOUNCED = re.compile(r"(?:\d{4}年)?第[\d〇零○一二三四五六七八九]+号")
TRADEMARK = re.compile(r"(?:商标|注册号|注册证)\D{0,12}(?P<number>\d{5,9}[A-Z]?)(?!\d)")
MADE_ON = re.compile(r"生产日期\D{0,3}(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})")
MARK = re.compile(r"中华人民共和国地理标志|GEOGRAPHICAL\s*INDICATION", re.IGNORECASE)


def uscc_in(line: str) -> str:
    """A whole code, else what looks like one and has a slip in it."""
    candidates = [found[0] for found in CODE.finditer(line.upper())]
    return next((text for text in candidates if is_whole(text)), candidates[0] if candidates else "")


def is_whole(text: str) -> bool:
    """Whether it reads as a code."""
    try:
        read_uscc(text)
    except BadInput:
        return False
    return True


def producer_in(line: str) -> str:
    """Who stands behind 生产者 and the like, or a line that is a company's name."""
    named = NAMED.search(line)
    company = COMPANY.search(line.strip())
    return named["name"].strip() if named else company[0] if company else ""


def announcement_in(line: str) -> str:
    found = ANNOUNCED.search("".join(line.split())) if "公告" in line else None
    return read_announcement(found[0]) if found else ""


def trademark_number_in(line: str) -> str:
    found = TRADEMARK.search(line)
    return found["number"] if found else ""


def day_in(line: str) -> str:
    """The day of making, as forms take it."""
    found = MADE_ON.search(line)
    return "{:0>4}-{:0>2}-{:0>2}".format(*found.groups()) if found else ""


def product_in(text: str) -> str:
    """The longest name of a product of the register that stands in the text."""
    names = [name for name in Name.objects.values_list("text", flat=True) if name in text]
    return max(names, key=len, default="")


RULES: dict[str, Callable[[str], str]] = {
    "uscc": uscc_in,
    "producer": producer_in,
    "standard": read_standard,
    "announcement": announcement_in,
    "trademark_number": trademark_number_in,
    "on": day_in,
}
