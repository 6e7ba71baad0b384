"""Is this value acceptable: 统一社会信用代码 (GB 32100-2015) as people type them."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from django.core.exceptions import ValidationError
from stdnum.cn import uscc

from gi_registry.core.errors import BadInput

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z; any of them may stand at the end
WHOLE = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
TAKEN_FOR = {"O": "0", "I": "1", "S": "5", "Z": "2"}
SEPARATORS = str.maketrans("", "", " -_.·\t\r\n\u00ad\u200b‐‑‒–—−")
DIVISION = range(2, 8)  # the registering office's division code: digits only
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714: the code of the body within the code, positions 9 to 17
LOOK = "请对照营业执照再填一次。"
ODD_INSIDE = "第 9 至 17 位自带的校验位对不上，不一定有误：请对照营业执照核对。"


class Uscc(NamedTuple):
    """A code with what had to be understood to read it, and what is odd about it though it may be right."""

    code: str
    understood: tuple[str, ...] = ()
    warning: str = ""


def read_uscc(text: str) -> Uscc:
    """The code that somebody typed. Raises BadInput with one sentence that says which character is wrong, and how."""
    code, understood = (text, ()) if WHOLE.fullmatch(text) else in_form(*plain_uscc(text))
    if code[-1] != uscc.calc_check_digit(code[:-1]):
        raise BadInput(f"统一社会信用代码的校验位不对，有一位写错了：{LOOK}")
    inner_fits = code[16] == inner_check_character(code[8:16])
    return Uscc(code, understood, "" if inner_fits else ODD_INSIDE)


def plain_uscc(text: str) -> tuple[str, tuple[str, ...]]:
    """The characters as they count, and in sentences what was done to those that were typed."""
    typed = text.strip()[:100]
    half_width = unicodedata.normalize("NFKC", typed)
    joined = half_width.translate(SEPARATORS)
    upper = joined.upper()
    taken = [letter for letter in TAKEN_FOR if letter in upper]
    understood = [
        sentence
        for said, sentence in (
            (half_width != typed, "全角字符按半角读"),
            (joined != half_width, "空格和连字符已去掉"),
            (upper != joined, "小写按大写读"),
        )
        if said
    ]
    understood += [f"{letter} 按 {TAKEN_FOR[letter]} 读" for letter in taken]
    return upper.translate(str.maketrans("".join(TAKEN_FOR), "".join(TAKEN_FOR.values()))), tuple(understood)


def in_form(code: str, understood: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Both as they are. Raises BadInput with what is wrong with a code that is not `WHOLE`."""
    if not code:
        raise BadInput("请填写统一社会信用代码。")
    if len(code) != LENGTH:
        raise BadInput(f"统一社会信用代码有 {LENGTH} 位，所填的是 {len(code)} 位：{LOOK}")
    for place, character in enumerate(code):
        refuse_character(place, character)
    return code, understood


def refuse_character(place: int, character: str) -> None:
    """Raises BadInput where the character cannot stand there; `place` counts from 0."""
    if character not in ALPHABET:
        raise BadInput(f"统一社会信用代码第 {place + 1} 位不能是“{character}”（不用字母 I、O、S、V、Z）：{LOOK}")
    if place in DIVISION and not character.isdigit():
        raise BadInput(
            f"统一社会信用代码第 3 至 8 位是行政区划码，只能是数字，第 {place + 1} 位却是“{character}”：{LOOK}"
        )


def inner_check_character(body: str) -> str:
    """The ninth character that belongs to the eight of `body` (GB 11714)."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, INNER_WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def whole_uscc(code: str) -> None:
    """For columns: only whole codes are kept, as `read_uscc` gives them. Raises ValidationError."""
    try:
        read = read_uscc(code)
    except BadInput as refusal:
        raise ValidationError(refusal.sentence) from refusal
    if read.understood:
        raise ValidationError(f"应写成 {read.code}。")
