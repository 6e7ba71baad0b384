"""Is a candidate ready to apply: the tests of 令第80号 art. 3, the name of art. 7, the bars of art. 8, one by one.

The answer is never a score: it is what is missing, which article asks for it, and who supplies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from gi_registry.applications.models import Answer, Survey, Verdict


class Group(Enum):
    """Which part of the law asks."""

    TEST = "四项条件"
    NAME = "名称"
    BAR = "不予认定的情形"


class Question(NamedTuple):
    """One question: what must be answered, how, by whom, under which article."""

    key: str
    group: Group
    title: str
    asks: str
    wanted: Verdict
    who: str
    article: str


YES, NO = Verdict.YES, Verdict.NO
ASSOCIATION, AGRICULTURE, MARKET, LIAISON = "协会或申请人", "农业农村部门", "市场监管（知识产权）部门", "乡镇联络员"
ART_3, ART_7, ART_8 = "令第80号第三条", "令第80号第七条", "令第80号第八条"

QUESTIONS: tuple[Question, ...] = (
    Question("truth", Group.TEST, "真实性", "名称是否长久使用、为公众普遍知晓？", YES, ASSOCIATION, ART_3),
    Question("place", Group.TEST, "地域性", "全部或者主要生产环节是否在产地范围内？", YES, AGRICULTURE, ART_3),
    Question("distinct", Group.TEST, "特异性", "是否有明显的质量特色、声誉或者其他特性？", YES, ASSOCIATION, ART_3),
    Question("cause", Group.TEST, "关联性", "特性是否由产地的自然因素和人文因素决定？", YES, AGRICULTURE, ART_3),
    Question(
        "name", Group.NAME, "名称的构成", "名称是否为地名加通用名称，或者约定俗成的名称？", YES, ASSOCIATION, ART_7
    ),
    Question(
        "unlawful", Group.BAR, "违法、违背公序良俗", "产品或者名称是否有此情形？", NO, MARKET, f"{ART_8}第（一）项"
    ),
    Question("generic", Group.BAR, "仅为通用名称", "名称是否仅为产品的通用名称？", NO, MARKET, f"{ART_8}第（二）项"),
    Question("trademark", Group.BAR, "他人商标", "名称是否为他人的商标并误导公众？", NO, MARKET, f"{ART_8}第（三）项"),
    Question(
        "protected", Group.BAR, "已受保护的同名产品", "是否同名并使人误认产地？", NO, MARKET, f"{ART_8}第（四）项"
    ),
    Question(
        "variety",
        Group.BAR,
        "植物品种或者动物育种名称",
        "是否同名并使人误认产地？",
        NO,
        AGRICULTURE,
        f"{ART_8}第（五）项",
    ),
    Question(
        "safety", Group.BAR, "安全、卫生、环保", "产品或者工艺是否违反要求？", NO, AGRICULTURE, f"{ART_8}第（六）项"
    ),
)
BY_KEY: dict[str, Question] = {question.key: question for question in QUESTIONS}

ART_11 = "令第80号第十一条第（三）项"
FIELDS: tuple[tuple[str, str, str], ...] = (  # a column of the survey, who fills it, what asks for it
    ("origin", LIAISON, f"{ART_11}2"),
    ("output", LIAISON, f"{ART_11}6"),
    ("history", ASSOCIATION, f"{ART_11}5"),
    ("traits", ASSOCIATION, f"{ART_11}2"),
    ("link", AGRICULTURE, f"{ART_11}2"),
    ("producers", LIAISON, f"{ART_11}6"),
    ("standard", ASSOCIATION, f"{ART_11}4"),
)


class Gap(NamedTuple):
    """One thing that stands between a candidate and an application."""

    what: str
    reason: str
    who: str
    article: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was answered and what is missing; `barred` where an answer rules recognition out."""

    answered: int
    asked: int
    gaps: tuple[Gap, ...]

    @property
    def ready(self) -> bool:
        """Nothing is missing and nothing bars it."""
        return not self.gaps

    @property
    def barred(self) -> bool:
        """Whether an answer rules recognition out."""
        return any(gap.fatal for gap in self.gaps)

    @property
    def sentence(self) -> str:
        """The finding in one sentence."""
        if self.barred:
            return f"按现有回答不能认定：{'、'.join(gap.what for gap in self.gaps if gap.fatal)}。"
        if self.gaps:
            return f"{self.asked} 项中已有依据地回答 {self.answered} 项，还缺：{'、'.join(g.what for g in self.gaps)}。"
        return f"{self.asked} 项都已有依据地回答，可以准备申请。"


def readiness(survey: Survey) -> Readiness:
    """What is missing before the surveyed product can apply, and who supplies it. One query."""
    answers = {answer.question: answer for answer in survey.answers.all()}
    gaps = [gap_of(question, answers.get(question.key)) for question in QUESTIONS]
    found = [gap for gap in gaps if gap is not None]
    open_fields = [field_gap(survey, *row) for row in FIELDS if not getattr(survey, row[0])]
    return Readiness(len(QUESTIONS) - len(found), len(QUESTIONS), (*found, *open_fields))


def gap_of(question: Question, answer: Answer | None) -> Gap | None:
    """What one question still lacks; None where it is answered as the law wants it, with evidence."""
    if answer is None or answer.verdict == Verdict.UNKNOWN:
        return Gap(question.title, "尚未回答", question.who, question.article)
    if answer.verdict != question.wanted:
        return Gap(question.title, "回答不符合要求", question.who, question.article, fatal=True)
    if not (answer.evidence.strip() or answer.document_id or answer.source_id):
        return Gap(question.title, "回答没有依据", question.who, question.article)
    return None


def field_gap(survey: Survey, name: str, who: str, article: str) -> Gap:
    """A column of the survey that nobody has filled."""
    return Gap(str(survey._meta.get_field(name).verbose_name), "普查表未填", who, article)  # type: ignore[union-attr]
