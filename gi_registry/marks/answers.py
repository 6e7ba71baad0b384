"""May this maker use the mark, on this day: what the public may read of authorisations, read without a model's rows.

A check is asked for by shops and phones far more often than anything else of the register, so that each question is one
statement over indexed columns, and its rows become plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import F

from gi_registry.core.held import Held
from gi_registry.gazette.models import Announcement, Source
from gi_registry.marks.models import Course, standing_on, turns_of
from gi_registry.marks.numbers import announcements_numbered, trademark_number
from gi_registry.marks.protected import Lapses, read_lapses
from gi_registry.marks.states import Basis, Standing
from gi_registry.parties.models import FormerParticulars, Kind, Party, masked
from gi_registry.products.models import Name, NameKind, Product, Protection

AT_ONCE = 500  # values in one statement; SQLite of old takes 999
MOST = 200  # answers that anybody reads at once

# What is public: course is empty until the State has announced something. The name is that of the day.
COLUMNS = """
SELECT p.id, a.code, a.basis, a.trademark_number, a.standard_number, a.valid_from, a.valid_until, a.course, a.grade,
  p.name, p.kind, p.uscc, a.product_id, a.announcement_id, a.source_id,
  (SELECT f.name FROM parties_formerparticulars f WHERE f.party_id = p.id AND f.valid_until > %(day)s
    AND (f.valid_from IS NULL OR f.valid_from <= %(day)s) ORDER BY f.valid_until, f.id LIMIT 1)
FROM marks_authorisation a JOIN parties_party p ON p.id = a.producer_id
WHERE a.course <> '[]' AND """
SO_MANY = """
ORDER BY (SELECT r.slug FROM products_product r WHERE r.id = a.product_id), p.name, a.code LIMIT %(limit)s"""
OF_PRODUCT = "a.product_id = (SELECT r.id FROM products_product r WHERE r.slug = %(product)s)"
# The second half is the condition of the index over codes that are there at all, without which it is not used.
BY_USCC = "p.uscc {} AND NOT (p.uscc = '')"


class Row(NamedTuple):
    """What `COLUMNS` gives, as the driver gives it."""

    party: int
    code: str
    basis: str
    trademark_number: str
    standard_number: str
    valid_from: date | str | None
    valid_until: date | str | None
    course: str
    grade: str
    name: str
    kind: str
    uscc: str
    product: int
    announcement: int | None
    source: int
    former_name: str | None


class KnownProduct(NamedTuple):
    """A product as answers name it: its slug and its common names, the newest first, each with the days it held."""

    slug: str
    common_name: str
    names: tuple[tuple[str, str, str], ...]  # from (ISO, "" where unknown), until ("9" where it goes on), name

    def name_on(self, day: str) -> str:
        """The common name of a day (ISO)."""
        return next((name for since, until, name in self.names if since <= day < until), self.common_name)


class Named(NamedTuple):
    """What authorisations name, by row number: products, announcements with their day, sources as (key, title); and
    when products were protected no more."""

    products: dict[int, KnownProduct]
    announcements: dict[int, tuple[str, date]]
    sources: dict[int, tuple[str, str]]
    lapses: dict[tuple[int, str], Lapses]


def read_named() -> Named:
    """Everything that an answer names beside the producer; so few rows, and so seldom written, that they are held."""
    common: dict[int, list[tuple[str, str, str]]] = {}
    names = Name.objects.filter(kind=NameKind.COMMON).order_by(F("valid_from").desc(nulls_last=True), "-pk")
    for product, text, since, until in names.values_list("product", "text", "valid_from", "valid_until"):
        held = (since.isoformat() if since else "", until.isoformat() if until else "9", text)
        common.setdefault(product, []).append(held)
    return Named(
        {
            key: KnownProduct(slug, name, tuple(common.get(key, ())))
            for key, slug, name in Product.objects.values_list("pk", "slug", "common_name")
        },
        {
            key: (f"{issuer}公告 {number}", issued_on)
            for key, issuer, number, issued_on in Announcement.objects.values_list(
                "pk", "issuer", "number", "issued_on"
            )
        },
        {key: (slug, title) for key, slug, title in Source.objects.values_list("pk", "key", "title")},
        read_lapses(),
    )


known = Held(read_named, Product, Name, Announcement, Source, Protection)


class FormerName(NamedTuple):
    """What a producer was called before, and the last day on which it was."""

    name: str
    last_day: date


def read_former_names() -> dict[str, tuple[FormerName, ...]]:
    """The former names of those with a 统一社会信用代码, by that code, the last one first. One query."""
    others = FormerParticulars.objects.exclude(name=F("party__name")).exclude(party__uscc="")
    ended = others.filter(valid_until__isnull=False).order_by("valid_until")
    rows: Any = ended.values_list("party__uscc", "party__kind", "name", "valid_until")
    found: dict[str, dict[str, date]] = {}
    for uscc, kind, name, until in rows:
        public = masked(name) if kind == Kind.PERSON else name
        found.setdefault(uscc, {})[public] = until - timedelta(days=1)
    return {uscc: tuple(FormerName(*one) for one in reversed(names.items())) for uscc, names in found.items()}


former_names = Held(read_former_names, FormerParticulars, Party)


class Answer(NamedTuple):
    """What the register says of one authorisation on `day`.

    `producer` is the public name of that day, `producer_now` today's; `since` is the day from which `standing` holds,
    for NOT_YET the day from which the mark may be used. `course` and `lapses` are those of `models.Authorisation`.
    """

    code: str
    producer: str
    producer_now: str
    uscc: str
    slug: str
    product: str
    basis: str
    trademark_number: str
    standard_number: str
    announcement: str
    announced_on: date | None
    valid_from: date | None
    valid_until: date | None
    day: date
    standing: Standing
    since: date
    source_key: str
    source: str
    grade: str
    course: Course
    lapses: Lapses

    @property
    def may_use(self) -> bool:
        """Whether the mark may be used on the day."""
        return self.standing is Standing.VALID

    @property
    def number(self) -> str:
        """The number that the label shows for this basis: that of the trade mark, else that of the announcement."""
        return self.trademark_number if self.basis in BY_TRADEMARK else self.announcement

    def standing_on(self, day: date) -> Standing:
        """What holds on another day."""
        return standing_on(self.course, self.valid_until, day, self.lapses) or Standing.NOT_YET

    @property
    def turns(self) -> list[tuple[date, Standing]]:
        """From which day on what holds."""
        return turns_of(self.course, self.valid_until, self.lapses)


BY_TRADEMARK = frozenset({str(Basis.MEMBER), str(Basis.LICENSEE)})


# --- One question, one statement -------------------------------------------------------------------------------------


def by_code(code: str, day: date) -> Answer | None:
    """The authorisation of that very code (`codes.read_code` reads what people type); None where none is public."""
    return next((answer for _party, answer in asked("a.code = %(code)s", {"code": code}, day)), None)


def by_uscc(uscc: str, day: date, product: str | None = None, *, limit: int = MOST) -> list[Answer]:
    """All of the producer with that code (`parties.validators.read_uscc`), of one product where its slug is given."""
    where, values = of_one_product(product)
    return found(BY_USCC.format("= %(uscc)s") + where, {"uscc": uscc} | values, day)[:limit]


def by_usccs(usccs: Iterable[str], day: date, product: str | None = None) -> dict[str, list[Answer]]:
    """All of each of the producers; codes without an authorisation have no key."""
    wanted, answers = list(dict.fromkeys(uscc for uscc in usccs if uscc)), dict[str, list[Answer]]()
    where, values = of_one_product(product)
    for some in parts(wanted):
        for _party, answer in asked(BY_USCC.format(among(some)) + where, some | values, day):
            answers.setdefault(answer.uscc, []).append(answer)
    return answers


def by_producers(parties: Sequence[int], day: date, product: str | None = None) -> dict[int, list[Answer]]:
    """All of each of the parties, by their rows; those without an authorisation have no key."""
    answers: dict[int, list[Answer]] = {}
    where, values = of_one_product(product)
    for some in parts(parties):
        for party, answer in asked(f"p.id {among(some)}{where}", some | values, day):
            answers.setdefault(party, []).append(answer)
    return answers


def by_number(text: str, day: date, product: str | None = None, *, limit: int = MOST) -> list[Answer]:
    """All under a trade-mark number or an announcement, as people write them: 4409718, 第475号, 2011年第178号."""
    answers: list[Answer] = []
    where, values = of_one_product(product)
    if number := trademark_number(text):
        answers = found(f"a.trademark_number = %(number)s{where}", {"number": number} | values, day, limit)
    rows = next(parts(announcements_numbered(text)), {})
    if rows and not answers:
        answers = found(f"a.announcement_id {among(rows)}{where}", rows | values, day, limit)
    return answers


def of_product(slug: str, day: date) -> list[Answer]:
    """All that were ever announced for one product."""
    return found(OF_PRODUCT, {"product": slug}, day)


# --- Rows ------------------------------------------------------------------------------------------------------------


Values = dict[str, Any]  # by the names under which they stand in a statement, which the driver fills in fastest


def found(where: str, values: Values, day: date, limit: int | None = None) -> list[Answer]:
    """The answers that `where` selects, those first who may use the mark on `day`, then by product and name."""
    if limit is None:
        answers = [answer for _party, answer in asked(where, values, day)]
    else:
        answers = [answer for _party, answer in asked(where, values | {"limit": limit}, day, SO_MANY)]
    return sorted(answers, key=in_order) if len(answers) > 1 else answers


def in_order(answer: Answer) -> tuple[bool, str, str, str]:
    """Where an answer stands among others."""
    return not answer.may_use, answer.slug, answer.producer_now, answer.code


def asked(where: str, values: Values, day: date, ending: str = "") -> Iterator[tuple[int, Answer]]:
    """One statement: the party's row and the answer of each authorisation."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS + where + ending, values | {"day": day.isoformat()})
        rows = cursor.fetchall()
    named = known.now()
    for row in map(Row._make, rows):
        yield row.party, answer_of(row, named, day)


def of_one_product(slug: str | None) -> tuple[str, Values]:
    """What is added to a question about one product only."""
    return ("", {}) if slug is None else (f" AND {OF_PRODUCT}", {"product": slug})


def answer_of(row: Row, named: Named, day: date) -> Answer:
    """One row as it is said of the day."""
    course, until = orjson.loads(row.course), as_day(row.valid_until)
    lapses = named.lapses.get((row.product, row.basis), ())
    standing = standing_on(course, until, day, lapses) or Standing.NOT_YET
    public = masked if row.kind == Kind.PERSON else str
    product, (source_key, source) = named.products[row.product], named.sources[row.source]
    announcement, announced_on = named.announcements[row.announcement] if row.announcement else ("", None)
    return Answer(
        row.code,
        public(row.former_name or row.name),
        public(row.name),
        row.uscc,
        product.slug,
        product.name_on(day.isoformat()),
        row.basis,
        row.trademark_number,
        row.standard_number,
        announcement,
        announced_on,
        as_day(row.valid_from),
        until,
        day,
        standing,
        since(course, until, lapses, day),
        source_key,
        source,
        row.grade,
        course,
        lapses,
    )


def since(course: Course, valid_until: date | None, lapses: Lapses, day: date) -> date:
    """The day from which holds what is said of `day`; before anything holds the day on which it begins."""
    if len(course) == 1 and valid_until is None and not lapses:  # as nearly all are: nothing to be put in order
        return date.fromisoformat(str(course[0][0]))
    turns = turns_of(course, valid_until, lapses)
    return next((start for start, _standing in reversed(turns) if start <= day), turns[0][0])


def as_day(value: Any) -> date | None:
    """A day as the driver gives it: PostgreSQL's as a date, SQLite's as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def parts(values: Sequence[Any]) -> Iterator[Values]:
    """The values in parts that one statement takes, named v0, v1 and so on."""
    return (
        {f"v{number}": value for number, value in enumerate(values[at : at + AT_ONCE])}
        for at in range(0, len(values), AT_ONCE)
    )


def among(values: Values) -> str:
    """A list of the values: IN (%(v0)s, %(v1)s)."""
    return f"IN ({', '.join(f'%({name})s' for name in values)})"
