"""manage.py demo_marks: visibly fictional users of the official mark, so that a trial has something to ask for.

Every name carries 示例, every code is made up (it only checks), every announcement says that it is none. Who really
uses the mark is not known here: those come from the announcements that a district imports. Days are counted from the
year of the trial, so that something is always in use, under rectification, expired.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from gi_registry.core import clock
from gi_registry.core.history import put
from gi_registry.gazette.models import Announcement
from gi_registry.intake.management.commands.demo_accounts import BY, NOT_A_FACT, sample
from gi_registry.marks.actions import (
    add_site,
    check_site,
    open_authorisation,
    order_rectification,
    record_announced,
    take_step,
)
from gi_registry.marks.ledger import enter, print_batch
from gi_registry.marks.models import Authorisation, Batch, EntryKind, LabelKind
from gi_registry.marks.reports import file_report
from gi_registry.marks.states import Basis, Ground, State
from gi_registry.parties.actions import rename
from gi_registry.parties.models import Kind, Party, User
from gi_registry.places.models import Place
from gi_registry.products.models import Product

CLERK = "market"  # of demo_accounts
VINEGAR, MELON, PIG = "duliu-laocu", "taitou-xigua", "jinghai-heizhu"
ISSUER = "示例发布机关（虚构）"
YEAR = clock.today().year
USERS = ("示例第1号", date(YEAR - 2, 3, 1))
LICENCES = ("示例第2号", date(YEAR - 3, 6, 1))
SUSPENSION = ("示例第3号", date(YEAR - 1, 5, 6))
CANCELLING = ("示例第4号", date(YEAR - 1, 9, 1))


class Sample(NamedTuple):
    """One fictional user: who, for what, on which basis and announcement, where it works, and what came after."""

    name: str
    uscc: str
    kind: Kind
    product: str
    unit: str
    site: tuple[float, float]
    after: Callable[[Authorisation, User], None]
    basis: Basis = Basis.ANNOUNCED
    announced: tuple[str, date] = USERS
    more: dict[str, Any] = {}


# --- What came after -------------------------------------------------------------------------------------------------


def in_use(user: Authorisation, by: User) -> None:
    """Marks printed, issued and used, and a report of the year that is over."""
    last = YEAR - 1
    sold = printed(user, by, 20_000, date(last, 3, 3), "SL00001", "SL20000")
    enter(sold, EntryKind.ISSUED, 20_000, by=by, on=date(last, 3, 5))
    enter(sold, EntryKind.USED, 18_600, by=by, on=date(last, 11, 28))
    enter(sold, EntryKind.SPOILED, 150, by=by, on=date(last, 12, 1))
    enter(printed(user, by, 10_000, date(last, 12, 8)), EntryKind.ISSUED, 6_000, by=by, on=date(last, 12, 9))
    file_report(
        user,
        last,
        by=by,
        output_t=12.0,
        value_wan=60.0,
        printed=30_000,
        used=18_600,
        left=11_250,
        last_used_on=date(last, 11, 28),
        sold_where="示例市场",
    )


def printed(user: Authorisation, by: User, quantity: int, on: date, *serials: str) -> Batch:
    """A print run of stickers, numbered where the first and the last number are given."""
    first, last = serials or ("", "")
    return print_batch(
        user,
        by=by,
        printer="示例印刷厂",
        label_kind=LabelKind.STICKER,
        quantity=quantity,
        printed_on=on,
        serial_from=first,
        serial_to=last,
        net_kg=0.5,
        note=NOT_A_FACT,
    )


def nothing_printed(user: Authorisation, by: User) -> None:
    """In use by the announcement, and nothing reported so far."""


def suspended(user: Authorisation, by: User) -> None:
    take_step(user, State.SUSPENDED, by=by, announcement=announcement(SUSPENSION))


def cancelled(user: Authorisation, by: User) -> None:
    take_step(user, State.CANCELLED, by=by, announcement=announcement(CANCELLING), ground=Ground.STOPPED)


def rectifying(user: Authorisation, by: User) -> None:
    """Marks printed and issued; then told to mend something; the use goes on meanwhile."""
    enter(printed(user, by, 5_000, date(YEAR - 1, 5, 8)), EntryKind.ISSUED, 5_000, by=by, on=date(YEAR - 1, 5, 10))
    ordered_on = clock.today() - timedelta(days=30)
    demand, due_on = "示例：补做特色质量检验检测。", ordered_on + timedelta(days=90)
    order_rectification(user, Ground.SUBSTANDARD, by=by, demand=demand, ordered_on=ordered_on, due_on=due_on)


def renamed(user: Authorisation, by: User) -> None:
    """In use, and called otherwise since last year."""
    day = date(YEAR - 1, 2, 5)
    rename(user.producer, name="示例酿造有限公司", address="示例路 6 号", day=day, by=str(by), **sample())


IN_DULIU, IN_TAITOU, IN_LIANGTOU = (116.8954, 39.0222), (116.8033, 39.0201), (116.8549, 38.9438)
SAMPLES = [
    Sample("示例合作社", "93120118MA0000007D", Kind.COOPERATIVE, VINEGAR, "120118102", IN_DULIU, in_use),
    Sample("示例同业合作社", "93120118MA00000158", Kind.COOPERATIVE, VINEGAR, "120118102", IN_DULIU, nothing_printed),
    Sample("示例酿造厂", "91120118MA0000007K", Kind.ENTERPRISE, VINEGAR, "120118102", IN_DULIU, renamed),
    Sample("示例停用酿造有限公司", "91120118MA00000239", Kind.ENTERPRISE, VINEGAR, "120118102", IN_DULIU, suspended),
    Sample("示例注销瓜果有限公司", "91120118MA00000314", Kind.ENTERPRISE, MELON, "120118104", IN_TAITOU, cancelled),
    Sample("示例瓜菜合作社", "93120118MA000004XM", Kind.COOPERATIVE, MELON, "120118104", IN_TAITOU, rectifying),
    Sample("示例瓜果经营部", "92120118MA0000058Q", Kind.INDIVIDUAL, MELON, "120118104", IN_TAITOU, nothing_printed),
    Sample(
        *(
            "示例到期养殖有限公司",
            "91120118MA0000066N",
            Kind.ENTERPRISE,
            PIG,
            "120118110",
            IN_LIANGTOU,
            nothing_printed,
        ),
        basis=Basis.LICENSEE,
        announced=LICENCES,
        more={"trademark_number": "00000001", "valid_until": date(YEAR - 1, 6, 1)},
    ),
]
APPLIES = ("示例合作社", MELON)  # one application under way, for its producer to go on with


class Command(BaseCommand):
    help = "载入虚构的专用标志使用人（名称都带“示例”），供试用。只在 DEBUG 打开、已有试用账号时可用。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("虚构的使用人只能在 DEBUG=1 时载入。")
        clerk = User.objects.filter(username=CLERK, is_demo=True).first()
        if clerk is None:
            raise CommandError("还没有试用账号：请先运行 demo_accounts。")
        with transaction.atomic():
            made = sum(brought_in(one, clerk) for one in SAMPLES) + applied(clerk)
        self.stdout.write(f"示例使用人：新增 {made} 个，均为虚构")


def brought_in(one: Sample, clerk: User) -> bool:
    """Whether the sample was made now; where its code is known already, whatever became of it stays."""
    product = Product.objects.filter(slug=one.product).first()
    known = Party.objects.filter(uscc=one.uscc).exists()
    if product is None or known:
        return False
    values = {"uscc": one.uscc, "kind": one.kind, "unit": Place.objects.filter(code=one.unit).first()}
    party, _made = put(Party, {"name": one.name}, values | {"address": "示例路 1 号"} | sample(), by=BY)
    paper = announcement(one.announced)
    user = record_announced(party, product, one.basis, by=clerk, announcement=paper, note=NOT_A_FACT, **one.more)
    lon, lat = one.site
    site = add_site(
        user,
        by=clerk,
        name="示例生产场所",
        lon=lon,
        lat=lat,
        accuracy_m=50.0,
        unit=party.unit,
        hectares=20.0,
        valid_from=paper.issued_on,
    )
    check_site(site, by=clerk, on=paper.issued_on, note="示例：只看了地图。")
    one.after(user, clerk)
    return True


def applied(clerk: User) -> bool:
    """Whether the application under way was opened now."""
    name, slug = APPLIES
    party, product = Party.objects.filter(name=name).first(), Product.objects.filter(slug=slug).first()
    if party is None or product is None or party.authorisations.filter(product=product).exists():
        return False
    open_authorisation(party, product, Basis.ANNOUNCED, by=clerk, note=NOT_A_FACT)
    return True


def announcement(paper: tuple[str, date]) -> Announcement:
    """A fictional announcement that says so; one of an earlier trial stays as it is."""
    number, issued_on = paper
    known = Announcement.objects.filter(issuer=ISSUER, number=number).first()
    if known is not None:
        return known
    key = {"issuer": ISSUER, "number": number, "issued_on": issued_on}
    return put(Announcement, key, {"title": "示例公告（虚构，供试用）"} | sample(), by=BY)[0]
