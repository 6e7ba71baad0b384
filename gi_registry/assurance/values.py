"""Results as laboratories write them, read as intervals of numbers in a unit, or refused; nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from gi_registry.core.errors import BadInput

LONGEST = 60
NUMBER = r"(?:[+-]?\d{1,15}(?:[.,]\d{1,15})*(?:(?:e|[x×*]10\^?)[+-]?\d{1,2})?)"
TIMES_TEN = re.compile(r"[x×*]10\^?")
SIGNS = {"<": "<", "≤": "≤", "<=": "≤", "≦": "≤", ">": ">", "≥": "≥", ">=": "≥", "≧": "≥"}
SIGN = "|".join(sorted(SIGNS, key=len, reverse=True))
UNIT = r"(?P<unit>(?!e[+-]?\d)[^\d<>≤≥±~^.,+\-].*)?"
COMPARED = re.compile(rf"(?P<sign>{SIGN})(?P<number>{NUMBER}){UNIT}", re.IGNORECASE)
SPREAD = re.compile(rf"(?P<number>{NUMBER})(?:±|\+/-)(?P<by>{NUMBER}){UNIT}", re.IGNORECASE)
RANGE = re.compile(rf"(?P<low>{NUMBER})(?:-|~|至|到)(?P<high>{NUMBER}){UNIT}", re.IGNORECASE)
ALONE = re.compile(rf"(?P<number>{NUMBER}){UNIT}", re.IGNORECASE)
NOT_DETECTED = re.compile(
    rf"(?:未检出|N\.?D\.?)(?:\(?(?:检出限|LOD|定量限|LOQ)?[:=]?<?(?P<number>{NUMBER}){UNIT}\)?|\(\))?", re.IGNORECASE
)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"～": "~", "µ": "μ"})
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
POWER = re.compile(r"(?<=10)([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
EXPONENT = re.compile(r"(?<=[^\W\d_])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")  # of a unit: kg⁻¹
APART = re.compile(r"[\d.,]\s+[\d.,]")
# What a laboratory says where a requirement has no number; only these, whole.
WORDS = dict.fromkeys(("符合", "符合要求", "符合规定", "符合标准", "合格", "正常"), True) | dict.fromkeys(
    ("不符合", "不符合要求", "不符合规定", "不符合标准", "不合格"), False
)


class Reading(NamedTuple):
    """A result: the numbers among which the true one lies, or a laboratory's word.

    `low` and `high` None: without bound on that side; open bounds do not belong. Not detected: from 0 up to the limit
    of detection where that is written, `high` None where it is not. `words`: what the laboratory says, None where it
    gives a number. `understood`: in sentences, what was not plain.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False
    unit: str = ""
    not_detected: bool = False
    words: bool | None = None
    understood: tuple[str, ...] = ()


@lru_cache(maxsize=20_000)
def read_value(text: str, unit: str = "") -> Reading:
    """What a result says; `unit` is that of its column. Raises BadInput with one sentence."""
    written = plain_value(text)
    if not written:
        raise BadInput("没有写检验结果。")
    if len(written) > LONGEST:
        raise BadInput(f"检验结果超过 {LONGEST} 字：这里只写数值。")
    refuse_odd_figures(text)
    if written in WORDS:
        return Reading(words=WORDS[written], unit=unit)
    reading = not_detected(written) or compared(written) or spread(written) or ranged(written) or alone(written)
    if reading is None:
        raise BadInput(f"读不懂检验结果“{text.strip()[:30]}”：请写数值（可带 <、≤、±、范围）、“未检出”或“符合”。")
    return reading._replace(unit=agreed(reading.unit, unit, text))


def refuse_odd_figures(text: str) -> None:
    """Figures that are no part of the number: footnotes (5²), ½, ①, and blanks between figures. Raises BadInput."""
    rest = EXPONENT.sub("", POWER.sub("", text))
    if any(unicodedata.category(sign) == "No" for sign in rest):
        raise BadInput(f"“{text.strip()[:30]}”里有上标、分数或带圈的数字，不知道怎么读：请只写数值。")
    if APART.search(unicodedata.normalize("NFKC", rest)):
        raise BadInput(f"“{text.strip()[:30]}”里有空格隔开的数字，不知道是一个数还是两个：请改写。")


def plain_value(text: str) -> str:
    """Half-width, without spaces; powers of ten keep their sign of being powers."""
    powers = POWER.sub(lambda match: "^" + match[1].translate(SUPERSCRIPTS), text[:200])
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", powers).translate(DASHES))


def not_detected(written: str) -> Reading | None:
    """未检出, ND, with the limit of detection where one is written."""
    match = NOT_DETECTED.fullmatch(written)
    if match is None:
        return None
    unit = (match["unit"] or "").removesuffix(")")
    if match["number"] is None:
        return Reading(low=Decimal(0), not_detected=True, unit=unit)
    number, understood = read_number(match["number"])
    return Reading(Decimal(0), number, high_open=True, not_detected=True, unit=unit, understood=understood)


def compared(written: str) -> Reading | None:
    """<0.01, ≥3.5."""
    match = COMPARED.fullmatch(written)
    if match is None:
        return None
    number, understood = read_number(match["number"])
    sign, unit = SIGNS[match["sign"]], match["unit"] or ""
    if sign in "<≤":
        return Reading(high=number, high_open=sign == "<", unit=unit, understood=understood)
    return Reading(low=number, low_open=sign == ">", unit=unit, understood=understood)


def spread(written: str) -> Reading | None:
    """4.2±0.1: anything from 4.1 to 4.3."""
    match = SPREAD.fullmatch(written)
    if match is None:
        return None
    (number, understood), (by, also) = read_number(match["number"]), read_number(match["by"])
    return Reading(number - abs(by), number + abs(by), unit=match["unit"] or "", understood=understood + also)


def ranged(written: str) -> Reading | None:
    """3.5-4.2, low to high. Raises BadInput where it runs the other way."""
    match = RANGE.fullmatch(written)
    if match is None:
        return None
    (low, understood), (high, also) = read_number(match["low"]), read_number(match["high"])
    if low > high:
        raise BadInput(f"范围“{written}”前大后小：请核对。")
    return Reading(low, high, unit=match["unit"] or "", understood=understood + also)


def alone(written: str) -> Reading | None:
    """A number by itself."""
    match = ALONE.fullmatch(written)
    if match is None:
        return None
    number, understood = read_number(match["number"])
    return Reading(number, number, unit=match["unit"] or "", understood=understood)


def read_number(written: str) -> tuple[Decimal, tuple[str, ...]]:
    """A number with point or comma. Raises BadInput where the comma may be either of its two meanings."""
    mantissa, _sign, power = TIMES_TEN.sub("e", written.lower()).partition("e")
    understood: tuple[str, ...] = ()
    if "," in mantissa:
        mantissa, understood = without_comma(mantissa)
    if mantissa.count(".") > 1:
        raise BadInput(f"“{written}”里有几个小数点：请核对。")
    return Decimal(mantissa) * Decimal(10) ** int(power or 0), understood


def read_bound(text: str) -> Decimal:
    """A bound of a requirement: a plain number with point or comma. Raises BadInput with one sentence."""
    written = plain_value(text)
    if not re.fullmatch(NUMBER, written, re.IGNORECASE):
        raise BadInput(f"“{text.strip()[:30]}”不是一个数：请写数字，例如 10.5。")
    return read_number(written)[0]


def without_comma(mantissa: str) -> tuple[str, tuple[str, ...]]:
    """4,2 is 4.2, and 12,345,678 is one number; 1,234 may be either."""
    if GROUPED.fullmatch(mantissa):
        if mantissa.count(",") == 1 and "." not in mantissa:
            raise BadInput(f"“{mantissa}”里的逗号可能是小数点，也可能是千分位：请改写。")
        return mantissa.replace(",", ""), (f"“{mantissa}”的逗号按千分位读。",)
    if mantissa.count(",") > 1 or "." in mantissa:
        raise BadInput(f"“{mantissa}”里的逗号和小数点不知道怎么读：请改写。")
    return mantissa.replace(",", "."), (f"“{mantissa}”的逗号按小数点读。",)


# --- Units -----------------------------------------------------------------------------------------------------------

# Units of equal dimension, each with what one of it is in the first of its line. A bare % is by itself: it does not say
# of what it is a share.
DIMENSIONS: dict[str, str] = {
    "质量分数": "mg/kg=1 ppm=1 μg/g=1 g/kg=1000 mg/g=1000 g/100g=10000 %(m/m)=10000 mg/100g=10 μg/kg=0.001 ppb=0.001",
    "质量浓度": "mg/l=1 μg/ml=1 g/l=1000 mg/ml=1000 g/100ml=10000 %(m/v)=10000 mg/100ml=10 μg/l=0.001 ng/ml=0.001",
    "体积分数": "%(v/v)=1 %vol=1 ml/100ml=1 ml/l=0.1",
    "质量": "g=1 kg=1000 mg=0.001",
    "长度": "mm=1 cm=10 m=1000",
}
FACTORS = {
    unit: (name, Decimal(factor))
    for name, units in DIMENSIONS.items()
    for unit, _equals, factor in (one.partition("=") for one in units.split())
}
IN_LETTERS = {  # 毫克 before 克: the first that fits counts
    **dict.fromkeys(("千克", "公斤"), "kg"),
    **dict(
        zip(("微克", "毫克", "克", "毫升", "升", "厘米", "毫米"), ("μg", "mg", "g", "ml", "l", "cm", "mm"), strict=True)
    ),
}
NO_UNIT = re.compile(r"[一-鿿](?<![个粒只株头度])")
MEGA = re.compile(r"M(?=[A-Za-z])")  # MPa is no mPa; every other capital is a manner of writing
ODD_UNIT = re.compile(r"^[/:]|[±;*,]")
PER = re.compile(r"[·.]?(kg|g|ml|l)\^?-1$")


@lru_cache(maxsize=2_000)
def plain_unit(text: str) -> str:
    """A unit in one manner of writing: “μg/Kg”, “ug·kg⁻¹” and “微克/千克” are μg/kg."""
    written = MEGA.sub("\0", plain_value(text.translate(SUPERSCRIPTS))).lower().replace("\0", "M").replace("每", "/")
    for word, letters in IN_LETTERS.items():
        written = written.replace(word, letters)
    written = re.sub(r"\bu(?=g|l|m)", "μ", PER.sub(r"/\1", written))
    return re.sub(r"^\((.*)\)$", r"\1", written)


def agreed(inside: str, column: str, text: str) -> str:
    """The unit of a result: that written beside the number and that of its column must not differ. Raises BadInput."""
    if NO_UNIT.search(plain_unit(inside)) or ODD_UNIT.search(inside):
        raise BadInput(f"结果“{text.strip()[:30]}”里的“{inside}”不像单位：这里只写数值和单位。")
    if inside and column and plain_unit(inside) != plain_unit(column):
        raise BadInput(f"结果“{text.strip()[:30]}”里的单位与所填单位“{column}”不同：请核对。")
    return column or inside


@lru_cache(maxsize=2_000)
def factor_between(given: str, asked: str) -> Decimal:
    """By what a number in `given` is multiplied to be in `asked`. Raises BadInput where the two cannot be compared."""
    one, other = plain_unit(given), plain_unit(asked)
    if one == other:
        return Decimal(1)
    if not one or not other:
        raise BadInput(f"报告没有写单位，标准的单位是 {asked}" if not one else f"报告的单位是 {given}，标准没有单位")
    if one.lower() == other.lower():
        raise BadInput(f"报告的单位 {given} 与标准的单位 {asked} 只差大小写（M 是兆，m 是毫），不能当作一个单位")
    if one in FACTORS and other in FACTORS and FACTORS[one][0] == FACTORS[other][0]:
        return FACTORS[one][1] / FACTORS[other][1]
    raise BadInput(f"报告的单位 {given} 与标准的单位 {asked} 不能换算")
