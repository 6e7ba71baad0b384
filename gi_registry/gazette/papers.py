"""What a step of a procedure rests on: an act of the district, a written notice of the State, or its announcement."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import NamedTuple

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import Announcement, Document


class Rests(Enum):
    """What a step rests on: our own act, a written notice of the State, or its announcement."""

    OURS = "ours"
    NOTICE = "notice"
    ANNOUNCEMENT = "announcement"


class Paper(NamedTuple):
    """What a step of the State rests on: its notice, or what it announced."""

    document: Document | None = None
    announcement: Announcement | None = None

    @property
    def published_on(self) -> date | None:
        """The day on which the paper appeared; None where that is not known."""
        if self.announcement is not None:
            return self.announcement.issued_on
        return self.document.source.published_on if self.document is not None else None


def day_of(on: date | None, paper: Paper) -> date:
    """The day of a step: that of its announcement, else the given one, else that of its notice, else today.

    Raises BadInput where an announcement appeared on another day than the given one.
    """
    announcement = paper.announcement
    if announcement is not None and on is not None and on != announcement.issued_on:
        raise BadInput(f"{announcement}发布于 {announcement.issued_on}，与所填的 {on} 不同。")
    if announcement is not None:
        return announcement.issued_on
    return on or paper.published_on or clock.today()


def refuse_future(day: date) -> None:
    """Only what has happened is recorded."""
    if day > clock.today():
        raise BadInput(f"{day} 还没有到，不能先记。")


def refuse_before_paper(day: date, paper: Paper) -> None:
    """Nothing rests on a paper that appears later. Raises BadInput."""
    published = paper.published_on
    if published is not None and day < published:
        raise BadInput(f"{day} 早于所依据文件“{paper.announcement or paper.document}”的发布日 {published}。")


def refuse_unfounded(rests: Rests, step: str, paper: Paper) -> None:
    """The State's steps are recorded from its own papers."""
    if rests == Rests.ANNOUNCEMENT and paper.announcement is None:
        raise BadInput(f"“{step}”是国家的决定：请选定所依据的公告。")
    if rests == Rests.NOTICE and paper == Paper():
        raise BadInput(f"“{step}”是国家的步骤：请附上所依据的通知或公告。")
