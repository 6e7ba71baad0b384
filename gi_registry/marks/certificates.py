"""The certificate of an authorisation: what stands on it, and its QR code. `drawing.py` makes a picture of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from gi_registry.core import clock
from gi_registry.marks.codes import show_code
from gi_registry.marks.models import Authorisation
from gi_registry.marks.tokens import issue

if TYPE_CHECKING:
    from segno import QRCode

PATH = "/v/"


class Certificate(NamedTuple):
    """What stands on the page; `link` is the content of the QR code."""

    code: str
    rows: tuple[tuple[str, str], ...]
    link: str
    made_on: date


def certificate(authorisation: Authorisation, now: datetime, address: str) -> Certificate:
    """For one who may use the mark today, in a register at `address`. Raises BadInput and NotReady as `issue` does."""
    token = issue(authorisation, now, address)
    link = f"{address}{PATH}{authorisation.code}#{token}"
    rows = tuple((label, value) for label, value in lines(authorisation) if value)
    return Certificate(authorisation.code, rows, link, clock.legal_time(now).date())


def lines(held: Authorisation) -> Iterator[tuple[str, str]]:
    """Label and value of each line; the value is empty where there is nothing to say."""
    announced = f"{held.announcement}（{held.announcement.issued_on}）" if held.announcement else ""
    yield _("使用人"), held.producer.public_name
    yield _("统一社会信用代码"), held.producer.uscc
    yield _("产品"), held.product.common_name
    yield _("依据"), held.get_basis_display()
    yield _("公告"), announced
    yield _("商标注册号"), held.trademark_number
    yield _("标准"), held.standard_number
    yield _("自何日起可以使用"), str(held.valid_from or "")
    yield _("期限届满（不含）"), str(held.valid_until or "")
    yield _("核准编码"), _("{code}（本登记簿自编，不是官方编码）").format(code=show_code(held.code))


def notes(made_on: date) -> list[str]:
    """What the page says of itself."""
    return [
        _("本页由{register}按所载公告于 {day} 生成；核准以国家知识产权局的公告为准。").format(
            register=settings.REGISTER_NAME, day=made_on
        ),
        _("扫二维码可核验记录真伪和当日状态，打开过一次以后断网也能核验。真码不等于真货：请同时核对产品名称和生产者。"),
    ]


def place_of_the_mark() -> str:
    """What stands where the mark would be."""
    return _("专用标志位置，由使用人按国家知识产权局公布的矢量图印制")


# --- The QR code ------------------------------------------------------------------------------------------------------


def qr(link: str) -> QRCode:
    """With error correction Q: a quarter of it may be dirty or torn."""
    import segno  # noqa: PLC0415 -- only where a code is drawn

    return segno.make(link, error="q", micro=False, boost_error=False)


def qr_svg(link: str, *, standalone: bool = False) -> str:
    """As a drawing of any size: for the page, or (`standalone`) a file for the printer of labels."""
    out = io.BytesIO()
    qr(link).save(out, kind="svg", xmldecl=standalone, svgns=standalone, omitsize=True, border=4, svgclass="qr")
    return out.getvalue().decode()
