"""May this maker use the mark, on this day: what the public may read of authorisations, read without a model's rows.

A check is asked for by shops and phones far more often than anything else of the register, so that each question is one
statement over indexed columns, and its rows become plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from django.db import connection

from gi_registry.marks.models import standing_on
from gi_registry.marks.numbers import announcements_numbered, trademark_number
from gi_registry.marks.states import Basis, Standing
from gi_registry.parties.models import Kind, masked

AT_ONCE = 500  # values in one statement; SQLite of old takes 999
MOST = 200  # answers that anybody reads at once

# What is public: course is empty until the State has announced something. The names are those of the day.
COLUMNS = """
SELECT p.id, a.code, a.basis, a.trademark_number, a.standard_number, a.valid_from, a.valid_until, a.course, a.grade,
  p.name, p.kind, p.uscc, r.slug, r.common_name, n.issuer, n.number, n.issued_on, s.key, s.title,
  (SELECT f.name FROM parties_formerparticulars f WHERE f.party_id = p.id AND f.valid_until > %(day)s
    AND (f.valid_from IS NULL OR f.valid_from <= %(day)s) ORDER BY f.valid_until, f.id LIMIT 1),
  (SELECT t.text FROM products_name t WHERE t.product_id = r.id AND t.kind = 'common'
    AND (t.valid_from IS NULL OR t.valid_from <= %(day)s) AND (t.valid_until IS NULL OR t.valid_until > %(day)s)
    ORDER BY t.valid_from DESC NULLS LAST, t.id DESC LIMIT 1)
FROM marks_authorisation a
  JOIN parties_party p ON p.id = a.producer_id
  JOIN products_product r ON r.id = a.product_id
  JOIN gazette_source s ON s.id = a.source_id
  LEFT JOIN gazette_announcement n ON n.id = a.announcement_id
WHERE a.course <> '[]' AND """
IN_ORDER = " ORDER BY r.slug, p.name, a.code"
SO_MANY = f"{IN_ORDER} LIMIT %(limit)s"
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
    slug: str
    common_name: str
    issuer: str | None
    number: str | None
    issued_on: date | str | None
    source_key: str
    source: str
    former_name: str | None
    product_name: str | None


class Answer(NamedTuple):
    """What the register says of one authorisation on `day`.

    `producer` is the public name of that day, `producer_now` today's; `since` is the day from which `standing` holds,
    for NOT_YET the day from which the mark may be used. `course` is that of `models.Authorisation`.
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
    course: list[list[str | None]]

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
        return standing_on(self.course, self.valid_until, day) or Standing.NOT_YET


BY_TRADEMARK = frozenset({str(Basis.MEMBER), str(Basis.LICENSEE)})


# --- One question, one statement -------------------------------------------------------------------------------------


def by_code(code: str, day: date) -> Answer | None:
    """The authorisation of that very code (`codes.read_code` reads what people type); None where none is public."""
    return next((answer for _party, answer in asked("a.code = %(code)s", {"code": code}, day, "")), None)


def by_uscc(uscc: str, day: date, product: str | None = None, *, limit: int = MOST) -> list[Answer]:
    """All of the producer with that code (`parties.validators.read_uscc`), of one product where its slug is given."""
    where, values = of_one_product(product)
    return found(BY_USCC.format("= %(uscc)s") + where, {"uscc": uscc} | values, day, limit)


def by_usccs(usccs: Iterable[str], day: date, product: str | None = None) -> dict[str, list[Answer]]:
    """All of each of the producers; codes without an authorisation have no key."""
    wanted, answers = list(dict.fromkeys(uscc for uscc in usccs if uscc)), dict[str, list[Answer]]()
    where, values = of_one_product(product)
    for some in parts(wanted):
        for _party, answer in asked(BY_USCC.format(among(some)) + where, some | values, day):
            answers.setdefault(answer.uscc, []).append(answer)
    return answers


def by_producers(parties: Sequence[int], day: date) -> dict[int, list[Answer]]:
    """All of each of the parties, by their rows; those without an authorisation have no key."""
    answers: dict[int, list[Answer]] = {}
    for some in parts(parties):
        for party, answer in asked(f"p.id {among(some)}", some, day):
            answers.setdefault(party, []).append(answer)
    return answers


def by_number(text: str, day: date, *, limit: int = MOST) -> list[Answer]:
    """All under a trade-mark number or an announcement, as people write them: 4409718, 第475号, 2011年第178号."""
    answers: list[Answer] = []
    if number := trademark_number(text):
        answers = found("a.trademark_number = %(number)s", {"number": number}, day, limit)
    rows = next(parts(announcements_numbered(text)), {})
    if rows and not answers:
        answers = found(f"a.announcement_id {among(rows)}", rows, day, limit)
    return answers


def of_product(slug: str, day: date) -> list[Answer]:
    """All that were ever announced for one product, those who may use the mark on `day` first."""
    return sorted(found("r.slug = %(product)s", {"product": slug}, day), key=lambda answer: not answer.may_use)


# --- Rows ------------------------------------------------------------------------------------------------------------


Values = dict[str, Any]  # by the names under which they stand in a statement, which the driver fills in fastest


def found(where: str, values: Values, day: date, limit: int | None = None) -> list[Answer]:
    """The answers that `where` selects, by product and name."""
    if limit is None:
        return [answer for _party, answer in asked(where, values, day)]
    return [answer for _party, answer in asked(where, values | {"limit": limit}, day, SO_MANY)]


def asked(where: str, values: Values, day: date, ending: str = IN_ORDER) -> Iterator[tuple[int, Answer]]:
    """One statement: the party's row and the answer of each authorisation."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS + where + ending, values | {"day": day.isoformat()})
        rows = cursor.fetchall()
    for row in map(Row._make, rows):
        yield row.party, answer_of(row, day)


def of_one_product(slug: str | None) -> tuple[str, Values]:
    """What is added to a question about one product only."""
    return ("", {}) if slug is None else (" AND r.slug = %(product)s", {"product": slug})


def answer_of(row: Row, day: date) -> Answer:
    """One row as it is said of the day."""
    course, until = orjson.loads(row.course), as_day(row.valid_until)
    standing = standing_on(course, until, day) or Standing.NOT_YET
    public = masked if row.kind == Kind.PERSON else str
    return Answer(
        row.code,
        public(row.former_name or row.name),
        public(row.name),
        row.uscc,
        row.slug,
        row.product_name or row.common_name,
        row.basis,
        row.trademark_number,
        row.standard_number,
        f"{row.issuer}公告 {row.number}" if row.number else "",
        as_day(row.issued_on),
        as_day(row.valid_from),
        until,
        day,
        standing,
        since(course, until, standing, day),
        row.source_key,
        row.source,
        row.grade,
        course,
    )


def since(course: list[list[str | None]], valid_until: date | None, standing: Standing, day: date) -> date:
    """The day from which `standing` holds without a break; for what does not hold yet the day on which it begins."""
    said = [span for span in course if str(span[0]) <= day.isoformat()]
    if not said:
        return date.fromisoformat(str(course[0][0]))
    if standing == Standing.EXPIRED and said[-1][2] != Standing.EXPIRED and valid_until is not None:
        return valid_until
    first = str(said[-1][0])
    for start, until, word in reversed(said):
        if word != standing or (until is not None and str(until) < first):
            break
        first = str(start)
    return date.fromisoformat(first)


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
