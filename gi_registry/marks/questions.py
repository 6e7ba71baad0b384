"""One box for whatever a reader has at hand: a code, a number or a name; what it was taken for, and what that tells.

The page and the API ask here, so that they understand the same text alike and never answer with nothing at all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.core.text import plain
from gi_registry.marks import answers, inquiries, search
from gi_registry.marks.answers import Answer
from gi_registry.marks.codes import ALPHABET, LENGTH, plain_code, read_code, show_code
from gi_registry.marks.models import Authorisation
from gi_registry.marks.numbers import read_number, trademark_number
from gi_registry.marks.states import Standing
from gi_registry.parties.validators import WHOLE, plain_uscc, read_uscc
from gi_registry.products.models import Name

LONGEST = 100  # characters of a question
SHOWN = 20  # authorisations in one reply
PRODUCTS = 5
IN_AN_ADDRESS = re.compile(r"/v/([^/?#\s]+)")  # what a phone reads from the QR code of an authorisation


class TakenFor(models.TextChoices):
    """What a text was read as."""

    CODE = "code", gettext_lazy("核准编码")
    USCC = "uscc", gettext_lazy("统一社会信用代码")
    NUMBER = "number", gettext_lazy("公告号或商标注册号")
    NAME = "name", gettext_lazy("名称")
    PRODUCT = "product", gettext_lazy("产品名单")


class Line(NamedTuple):
    """One authorisation found, and the former name by which it was found, where it was."""

    answer: Answer
    former: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the register says to a text on a day.

    `alike` are producers with names nearly like the text where none is called so: no answer, but whom to choose from.
    `understood` are sentences on how it was read; `products` (slug and name) are those that a name may have meant
    instead; `empty` says, where nothing was found, that the register holds no public authorisation at all.
    """

    text: str
    day: date
    taken_for: TakenFor
    understood: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    alike: tuple[Line, ...] = ()
    more: bool = False
    products: tuple[tuple[str, str], ...] = ()
    empty: bool = False

    @property
    def answers(self) -> list[Answer]:
        return [line.answer for line in self.lines]

    @property
    def valid(self) -> int:
        """How many of them may use the mark on the day."""
        return sum(answer.may_use for answer in self.answers)

    @property
    def conclusion(self) -> str:
        """The answer in one sentence."""
        if self.alike:
            return _("登记簿没有查到“{text}”：没有使用人的名称带这几个字。").format(text=self.text)
        if not self.lines:
            return _("登记簿没有查到“{text}”的用标核准。").format(text=self.text)
        if len(self.lines) == 1 and not self.more:
            return said(self.lines[0].answer)
        found = several(more=self.more)
        return found.format(n=len(self.lines), m=self.valid, day=on_the_day(self.day))

    @property
    def product_meant(self) -> str:
        """The slug of the product whose name the text is, where it is nothing else."""
        found = self.lines or self.alike
        return next((slug for slug, name in self.products if not found and plain(name) == plain(self.text)), "")

    @property
    def proves(self) -> tuple[str, ...]:
        """What the answer does and does not prove."""
        return what_it_proves(found=bool(self.lines), empty=self.empty)


FOUND = gettext_lazy(
    "查到的是登记簿的记录：名称、代码可以被别人冒用，记录属实不等于手上的货是真的，请再核对标签和二维码。"
)
EMPTY = gettext_lazy("本登记簿还没有录入任何用标核准，所以查不到不说明任何问题。")
MISSING = gettext_lazy(
    "查不到，只说明本登记簿没有录入这样的核准，不说明对方一定没有获准：外地的、尚未录入的名单不在这里。"
)
ANNOUNCED = gettext_lazy("获准使用地理标志产品专用标志的，都经国家知识产权局公告：请对方出示公告号，再按公告核对。")
SENTENCES: dict[Standing, Promise] = {
    Standing.VALID: gettext_lazy("{producer}{day}可以在{product}上使用地理标志专用标志。"),
    Standing.SUSPENDED: gettext_lazy(
        "{producer}{day}不能在{product}上使用地理标志专用标志：使用资格自 {since} 起停止。"
    ),
    Standing.CANCELLED: gettext_lazy("{producer}{day}不能在{product}上使用地理标志专用标志：核准自 {since} 起注销。"),
    Standing.EXPIRED: gettext_lazy("{producer}{day}不能在{product}上使用地理标志专用标志：核准自 {since} 起到期。"),
    Standing.UNPROTECTED: gettext_lazy(
        "{producer}{day}不能在{product}上使用地理标志专用标志：核准所依据的产品保护自 {since} 起终止。"
    ),
    Standing.NOT_YET: gettext_lazy("{producer}{day}还不能在{product}上使用地理标志专用标志：自 {since} 起才核准。"),
}


@cache
def what_it_proves(*, found: bool, empty: bool) -> tuple[str, ...]:
    """What an answer does and does not prove; translated once, like the other words of a check."""
    return (str(FOUND),) if found else (str(EMPTY if empty else MISSING), str(ANNOUNCED))


@cache
def several(*, more: bool) -> str:
    """That several were found, and whether there are more."""
    if more:
        return _("查到的不止 {n} 条，下面是最接近的；其中 {m} 条{day}可以使用专用标志。")
    return _("查到 {n} 条，其中 {m} 条{day}可以使用专用标志。")


@cache
def sentence(standing: Standing) -> str:
    """What a standing says of a producer."""
    return str(SENTENCES[standing])


def said(answer: Answer) -> str:
    """What holds on the day, in one sentence."""
    return sentence(answer.standing).format(
        producer=answer.producer, product=answer.product, day=on_the_day(answer.day), since=answer.since
    )


def on_the_day(day: date) -> str:
    return day_words(today=day == clock.today()).format(day=day)


@cache
def day_words(*, today: bool) -> str:
    """How today, or another day, stands in a sentence."""
    return _("今天") if today else _(" {day} 当日")


# --- Asking ----------------------------------------------------------------------------------------------------------


def ask(text: str, day: date, product: str = "", *, limit: int = SHOWN) -> Reply:
    """What the register says to `text` on `day`, of one product where its slug is given.

    Raises BadInput for a text that is too long, or a code in which a character is wrong.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text[: 10 * LONGEST]).replace("\x00", " ").split())
    in_address = IN_AN_ADDRESS.search(typed)
    if in_address:
        typed = in_address[1]
    if len(typed) > LONGEST:
        raise BadInput(f"写得太长：最多 {LONGEST} 个字，写名称的一部分就可以。")
    for way in (as_uscc, as_code, as_number, as_name):
        reply = way(text if way is as_uscc else typed, day, product, limit)
        if reply is not None:
            return reply
    return nothing(typed, day, TakenFor.NAME)


def as_uscc(text: str, day: date, product: str, limit: int) -> Reply | None:
    """The text read as a 统一社会信用代码; None where it does not look like one. Raises BadInput for a wrong one."""
    code, _understood = plain_uscc(text)
    looks_like_one = 15 <= len(code) <= 21 and code.isascii() and sum(map(str.isdigit, code)) >= 8
    return of_uscc(text, day, product, limit) if looks_like_one else None


def of_uscc(text: str, day: date, product: str, limit: int) -> Reply:
    """What the register says to a 统一社会信用代码. Raises BadInput for a wrong one."""
    found = answers.by_uscc(text, day, product or None, limit=limit + 1) if WHOLE.fullmatch(text) else []
    if found:  # what the register holds was checked when it was written
        return reply_of(text, day, TakenFor.USCC, found, limit=limit)
    read = read_uscc(text)
    understood = (*said_to_be_read(read.code, read.understood), *([read.warning] if read.warning else []))
    if read.code != text:
        found = answers.by_uscc(read.code, day, product or None, limit=limit + 1)
    return reply_of(read.code, day, TakenFor.USCC, found, limit=limit, understood=understood)


def said_to_be_read(code: str, understood: tuple[str, ...]) -> tuple[str, ...]:
    """How a code was read, where it was not typed as it is."""
    return (_("按 {code} 查询：{how}。").format(code=code, how="，".join(understood)),) if understood else ()


def as_code(text: str, day: date, product: str, limit: int) -> Reply | None:
    """The text read as one of our codes; None where it may as well be a word. Raises BadInput for a wrong character."""
    plain = plain_code(text)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        return None
    try:
        code = read_code(text)
    except BadInput:
        if text.isalpha() or text.isdigit():
            return None
        raise
    found = answers.by_code(code, day)
    if found is None and text.isalpha():
        return None
    if found is not None:
        inquiries.count(code, clock.today())
    fits = [found] if found is not None and product in {"", found.slug} else []
    return reply_of(show_code(code), day, TakenFor.CODE, fits, limit=limit)


def as_number(text: str, day: date, product: str, limit: int) -> Reply | None:
    """The text read as the number of a trade mark or an announcement; None where it may as well be a name."""
    a_number = read_number(text) or trademark_number(text)
    found = answers.by_number(text, day, product or None, limit=limit + 1) if a_number else []
    if not found and not (text.isdigit() or trademark_number(text)):
        return None
    return reply_of(text, day, TakenFor.NUMBER, found, limit=limit)


def as_name(text: str, day: date, product: str, limit: int) -> Reply | None:
    """Producers with such a name, today or of old; None where there is none."""
    matches, more = search.find(text, limit, product or None)
    of_party = answers.by_producers([match.party for match in matches], day, product or None)
    found = [(match, answer) for match in matches for answer in of_party.get(match.party, [])]
    if not found:
        return None
    found.sort(key=lambda one: (one[0].closeness, not one[1].may_use))
    lines = [Line(answer, match.name if match.former else "") for match, answer in found]
    shown, more = lines[:limit], more or len(lines) > limit
    products = tuple(search.products_named(text, PRODUCTS))
    if matches[0].closeness == search.ONE_SLIP:
        return Reply(text, day, TakenFor.NAME, alike=tuple(shown), more=more, products=products)
    return Reply(text, day, TakenFor.NAME, tuple(former_names(shown)), tuple(shown), more=more, products=products)


def former_names(lines: list[Line]) -> list[str]:
    """Who is meant by the former names that were found."""
    named = dict.fromkeys((line.former, line.answer.producer_now) for line in lines if line.former)
    return [_("“{former}”是{now}的曾用名。").format(former=former, now=now) for former, now in named]


def of_product(slug: str, day: date) -> list[Answer]:
    """All that were ever announced for the product. Raises NotInRegister where the register has no such product."""
    found = answers.of_product(slug.replace("\x00", ""), day)
    if not found and not Name.objects.filter(product__slug=slug.replace("\x00", "")).exists():
        raise NotInRegister(f"登记簿没有网址名为“{slug[:60]}”的产品。")
    return found


def reply_of(
    text: str, day: date, taken_for: TakenFor, found: list[Answer], *, limit: int, understood: tuple[str, ...] = ()
) -> Reply:
    """The reply to a code or a number, of which one more than `limit` was asked for."""
    if not found:
        return nothing(text, day, taken_for, understood)
    lines = tuple(Line(answer) for answer in found[:limit])
    return Reply(text, day, taken_for, understood, lines, more=len(found) > limit)


def nothing(text: str, day: date, taken_for: TakenFor, understood: tuple[str, ...] = ()) -> Reply:
    """Nothing was found: the products that may have been meant, and whether there was anything to find."""
    products = tuple(search.products_named(text, PRODUCTS)) if taken_for is TakenFor.NAME else ()
    empty = not Authorisation.objects.public().exists()
    return Reply(text, day, taken_for, understood, products=products, empty=empty)
