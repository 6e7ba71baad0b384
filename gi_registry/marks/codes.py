"""The codes of authorisations: our own, not official ones; short enough to read out, with a check character.

The alphabet has 30 characters, so that 31 is prime and ISO 7064 (Mod x+1, x) finds every single wrong character and
nearly every pair swapped; codes of which it would not find one are not given. Letters that are easily taken for others
are not in the alphabet and are read as those.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from stdnum.iso7064 import mod_37_36

from gi_registry.core.errors import BadInput, NotInRegister

ALPHABET = "0123456789ABCDEFGHJKMNPQRTVWXY"
RANDOM, LENGTH = 8, 9  # characters: random ones, and all of them
EXAMPLE = "7KQM2X4HA"
TAKEN_FOR = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "Z": "2", "U": "V"})
SEPARATORS = str.maketrans("", "", " -_.·\t\r\n\u00ad\u200b‐‑‒–—−")


def new_code() -> str:
    """Nine characters that say nothing of producer, product or order: 30^8 codes, so a guess finds nobody."""
    code = drawn()
    while any(mod_37_36.is_valid(twin, ALPHABET) for twin in swapped(code)):
        code = drawn()
    return code


def drawn() -> str:
    """Any whole code."""
    return checked("".join(secrets.choice(ALPHABET) for _ in range(RANDOM)))


def swapped(code: str) -> Iterator[str]:
    """The codes that it becomes where two neighbours change places."""
    for at, (one, other) in enumerate(pairwise(code)):
        if one != other:
            yield f"{code[:at]}{other}{one}{code[at + 2 :]}"


def checked(random: str) -> str:
    """`random` with its check character."""
    return random + str(mod_37_36.calc_check_digit(random, ALPHABET))


def show_code(code: str) -> str:
    """The code as people read it out: 7KQ-M2X-4HA."""
    return "-".join(code[at : at + 3] for at in range(0, len(code), 3))


def read_code(text: str) -> str:
    """The code that somebody typed, full-width, in lower case, with spaces, hyphens or letters easily taken for others.

    Raises NotInRegister where it is no code at all, BadInput where its check character shows a slip.
    """
    code = plain_code(text)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise NotInRegister(
            f"“{text.strip()[:40]}”不是核准编码：编码有 {LENGTH} 位字母和数字，例如 {show_code(EXAMPLE)}。"
        )
    if not mod_37_36.is_valid(code, ALPHABET):
        raise BadInput(f"核准编码 {show_code(code)} 的校验位不对：有一位写错了，请对照标签再输入一次。")
    return code


def plain_code(text: str) -> str:
    """`text` without what people put between the characters, each read as the one that it is taken for."""
    half_width = unicodedata.normalize("NFKC", text[:100]).translate(SEPARATORS).upper()
    return half_width.translate(TAKEN_FOR)
