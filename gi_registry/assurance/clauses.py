"""What the three systems ask: 45 clauses, who answers for each, which law asks for it, what satisfies it, how long.

Every clause carries its citations with the grade at which the wording was seen. Model clauses come from another
province's rule or a closed regime: they are shown and counted apart, since no law binds this district to them; so is
the condition of the national zones, which only an applicant for one has to meet. How long evidence stays fresh is said
by law in two cases; everywhere else it is this register's own assumption (`FreshBasis.ASSUMED`), and every page says
so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.text import plain
from gi_registry.gazette.models import Grade
from gi_registry.products.models import Category, Regime


class System(models.TextChoices):
    """The three systems (令第80号 art. 17), under the names of the district's plan."""

    STANDARDS = "standards", _("标准化体系")
    QUALITY = "quality", _("质量管理体系")
    TESTING = "testing", _("检验检测体系")


# The same system under the names of other documents.
ALIASES: dict[System, tuple[str, ...]] = {
    System.STANDARDS: ("标准体系",),
    System.QUALITY: ("质量保证体系", "质量控制体系"),
    System.TESTING: ("检测体系",),
}


class Who(models.TextChoices):
    """Who answers for a clause."""

    GOVERNMENT = "government", _("政府")
    APPLICANT = "applicant", _("申请人或注册人")
    PRODUCER = "producer", _("生产者")
    LABORATORY = "laboratory", _("检验机构")


class FreshBasis(models.TextChoices):
    """Where it is said how long evidence stays fresh."""

    PAPER = "paper", _("以材料自身的有效期为准")
    LAW = "law", _("法律规定")
    ASSUMED = "assumed", _("本登记簿的假定，法律没有规定")


class RecordKind(models.TextChoices):
    """What sort of quality record it is, and so which clauses it satisfies."""

    PLAN_STANDARDS = "plan_standards", _("标准体系规划文件")
    PLAN_QUALITY = "plan_quality", _("质量保证体系规划和申请、保护机制文件")
    PLAN_TESTING = "plan_testing", _("检测体系规划文件")
    MATCH = "match", _("标准与保护要求的对照核对")
    SAMPLE = "sample", _("标准样品研制材料")
    CONTENT = "content", _("标准文本内容核对")
    DRAFTING = "drafting", _("标准编写规则核对")
    TERMS = "terms", _("术语核对")
    TECHNICAL_CODE = "technical_code", _("质量控制技术规范")
    RULES = "rules", _("使用管理规则及其公告")
    DECLARATION = "declaration", _("执行标准自我声明公开")
    MANDATORY = "mandatory", _("与强制性国家标准的比对")
    LABEL = "label", _("标签样张核对")
    PRODUCTION = "production", _("按标准组织生产的自查报告")
    MANAGEMENT = "management", _("名称、专用标志和特色质量管理措施")
    INTERNAL = "internal", _("内部质量管理制度、岗位规范和考核办法")
    FARMING = "farming", _("农产品生产记录")
    LEDGER = "ledger", _("生产、仓储、销售台账和使用档案")
    TRACING = "tracing", _("产地溯源办法")
    CONTROL = "control", _("原辅材料、工艺、环境、设备控制记录")
    PROMISE = "promise", _("承诺达标合格证")
    USE = "use", _("专用标志使用情况公开和报送")
    DISCLOSURE = "disclosure", _("使用人和规则公开、检查、取消与备案的记录")
    TRAINING = "training", _("生产指导、培训和技术服务记录")
    BYLAWS = "bylaws", _("生产管理细则")
    NO_ACCIDENT = "no_accident", _("无重大责任事故的说明")
    GRADING = "grading", _("产区等级或质量品级划分文件")
    STAFF = "staff", _("专业技术人员和检测设备材料")
    SUPERVISION = "supervision", _("检验监督制度")
    SELF_TEST = "self_test", _("自行检测记录")
    TRUTHFUL = "truthful", _("检验报告真实性核查")
    SPOT_CHECK = "spot_check", _("监督抽查计划和结果")
    LOCAL_LAB = "local_lab", _("产地检验检测机构建设材料")
    ASSESSED_LAB = "assessed_lab", _("产地环境和品质鉴定机构考核材料")
    OTHER = "other", _("其他质量记录")


class Rule(Enum):
    """What satisfies a clause without anybody deciding; attachments by officials satisfy any of them."""

    RECORD = "record"  # a quality record of one of the clause's kinds
    STANDARD_KNOWN = "standard_known"  # any standard that had been made by the day
    STANDARD_IN_FORCE = "standard_in_force"  # a national, local or group standard in force
    STANDARD_REVIEWED = "standard_reviewed"  # all standards in force reviewed in time
    APPOINTED = "appointed"  # a laboratory named for the product
    QUALIFIED = "qualified"  # a laboratory of the product with a qualification that holds
    REPORTED = "reported"  # a test report
    COVERED = "covered"  # test reports that cover every parameter of the standards in force
    RETESTED = "retested"  # every failed line tested again
    TESTED = "tested"  # a test report, or a quality record of the clause's kinds
    PASSED = "passed"  # a test report whose values pass, and no failed line left open


class Law(NamedTuple):
    """One version of a law or rule; `since` is the day on which it came into force, None where that was not found."""

    title: str
    version: str
    since: date | None = None


class Citation(NamedTuple):
    """Where a clause is asked for, and how far the wording can be relied on."""

    law: Law
    article: str
    grade: Grade = Grade.PRIMARY

    def __str__(self) -> str:
        return (
            f"{self.law.title}（{self.law.version}）{self.article}"
            if self.law.version
            else f"{self.law.title}{self.article}"
        )


@cache
def named(choices: tuple[models.TextChoices, ...]) -> str:
    """Choices as sentences call them; asked 45 times for each product."""
    return "、".join(str(choice.label) for choice in choices)


class Clause(NamedTuple):
    """One version of a clause, in force over [since, until)."""

    key: str
    system: System
    wording: str
    who: tuple[Who, ...]
    cited: tuple[Citation, ...]
    rule: Rule = Rule.RECORD
    kinds: tuple[RecordKind, ...] = ()
    noun: str = ""  # what the evidence is called in sentences
    fresh: int | None = None  # months, for evidence that says no end itself
    fresh_basis: FreshBasis = FreshBasis.PAPER
    edition: str = ""  # a standard for all products: what was checked against an older edition ends with that edition
    model: bool = False
    local: bool = False
    regimes: frozenset[str] = frozenset(Regime.values)
    categories: frozenset[str] = frozenset(Category.values)
    per_producer: bool = False
    once_protected: bool = False  # asked only of what is protected already
    at_application: bool = False  # asks what there was when protection was applied for
    zone: bool = False  # a condition of the national zones: shown and counted apart, as model clauses are
    since: date | None = None
    until: date | None = None

    def in_force_on(self, day: date) -> bool:
        """Whether this version is the one that holds on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    @property
    def apart(self) -> str:
        """Why the clause is shown and does not count, "" where it counts."""
        return "样板" if self.model else "示范区申报条件" if self.zone else ""

    @property
    def undated(self) -> bool:
        """Whether the day on which its law came into force was not found: it is asked of all days."""
        return self.since is None and not self.local

    @property
    def evidence(self) -> str:
        """What is to be handed in, as sentences call it."""
        return self.noun or named(self.kinds)

    @property
    def grade(self) -> Grade:
        """That of the firmest citation."""
        return min((citation.grade for citation in self.cited), key=list(Grade).index)


# --- The laws --------------------------------------------------------------------------------------------------------

R80 = Law("地理标志产品保护办法", "令第80号", date(2024, 2, 1))
R79 = Law("集体商标、证明商标注册和管理规定", "令第79号", date(2024, 2, 1))
N354 = Law("地理标志专用标志使用管理办法（试行）", "公告第三五四号", date(2020, 4, 3))
STD = Law("标准化法", "版本未见")
PQL = Law("产品质量法", "版本未见")
AGRI = Law("农产品质量安全法", "2022年修订")
AGI = Law("农产品地理标志登记程序文件", "标题未见")
GUANGDONG = Law("广东省地理标志条例", "版本未见")
PROVINCE = Law("某省地理标志产品规章", "省份未见，仅作样板")
FEBRUARY_2021 = date(2021, 2, 1)  # the month of 国知办发保字〔2021〕4号; its day was not found
ZONE = Law("国家地理标志产品保护示范区建设管理办法（试行）", "国知办发保字〔2021〕4号")
TRACING = Law("DB22/T 2171-2014 地理标志产品专用标志使用溯源管理规范", "")
GI_STANDARDS = Law("T/HIBT 12-2023 等地理标志标准的范围一章", "")
DRAFTING = Law("GB/T 17924", "")
TERMS = Law("GB/T 44584-2024 地理标志 基础术语", "", date(2024, 9, 29))

PRODUCT = frozenset({Regime.PRODUCT.value})
TRADEMARK = frozenset({Regime.COLLECTIVE.value, Regime.CERTIFICATION.value})
AGRICULTURAL = frozenset({Regime.AGRICULTURAL.value})
# 其他 is among them: grain, fish and herbs have no category of their own. An official's word sets aside what is none.
FARM = frozenset(Category.values) - {Category.CONDIMENT.value}

G, M, P, L = Who.GOVERNMENT, Who.APPLICANT, Who.PRODUCER, Who.LABORATORY
S, Q, T = System.STANDARDS, System.QUALITY, System.TESTING
K = RecordKind
TOLD = Grade.SECONDARY

YEARLY: dict[str, Any] = {"fresh": 12, "fresh_basis": FreshBasis.ASSUMED}
THREE_YEARS: dict[str, Any] = {"fresh": 36, "fresh_basis": FreshBasis.ASSUMED}
FIVE_YEARS: dict[str, Any] = {"fresh": 60, "fresh_basis": FreshBasis.LAW}  # 标准化法 art. 29
OF_PRODUCTS: dict[str, Any] = {"regimes": PRODUCT, "since": R80.since}
PROTECTED: dict[str, Any] = {"once_protected": True}
APPLYING: dict[str, Any] = {"at_application": True}
EACH: dict[str, Any] = {"per_producer": True}


def cite(law: Law, article: str, grade: Grade = Grade.PRIMARY) -> Citation:
    """A citation whose wording was seen itself, unless a grade says otherwise."""
    return Citation(law, article, grade)


# fmt: off
CLAUSES: tuple[Clause, ...] = (
    # --- 标准化体系 ---
    Clause("S1", S, "政府规划并实施标准体系", (G,), (cite(R80, "第十七条"),), kinds=(K.PLAN_STANDARDS,), **OF_PRODUCTS),
    Clause("S2", S, "申请时已有拟保护产品的技术标准", (M,), (cite(R80, "第十一条第（三）项4"),), Rule.STANDARD_KNOWN, noun="产品的技术标准", **OF_PRODUCTS, **APPLYING),
    Clause("S3", S, "获保护后有国家标准、地方标准、团体标准之一，申请人配合制定", (M, G), (cite(R80, "第十八条"),), Rule.STANDARD_IN_FORCE, noun="现行的国家标准、地方标准或团体标准", **OF_PRODUCTS, **PROTECTED),
    Clause("S4", S, "标准没有改变保护要求中的名称、产品类型、产地范围、质量特色", (M, G), (cite(R80, "第十八条"),), kinds=(K.MATCH,), **OF_PRODUCTS, **PROTECTED),
    Clause("S5", S, "按产品类别研制国家标准样品", (M,), (cite(R80, "第十八条"),), kinds=(K.SAMPLE,), **OF_PRODUCTS, **PROTECTED),
    Clause("S6", S, "标准文本含术语和定义，保护范围，自然环境，种植或工艺要求，质量（理化、感官）要求，试验方法，检验规则，标志、包装、运输、贮存", (M,), (cite(GI_STANDARDS, "", TOLD),), kinds=(K.CONTENT,), regimes=PRODUCT),
    Clause("S7", S, "标准的起草符合 GB/T 17924（当日现行的版本）", (M,), (cite(DRAFTING, "", TOLD),), kinds=(K.DRAFTING,), edition="GB/T 17924", regimes=PRODUCT),
    Clause("S8", S, "术语使用 GB/T 44584-2024", (G, M), (cite(TERMS, "", TOLD),), kinds=(K.TERMS,), since=TERMS.since),
    Clause("S9", S, "有质量控制技术规范：产地环境条件、生产技术规范、质量安全技术规范", (M,), (cite(AGI, "第四条"),), kinds=(K.TECHNICAL_CODE,), model=True, regimes=AGRICULTURAL),
    Clause("S10", S, "使用管理规则六项齐全（证明商标另有使用条件）并公告", (M,), (cite(R79, "第六条"),), kinds=(K.RULES,), regimes=TRADEMARK, since=R79.since),
    Clause("S11", S, "企业公开所执行标准的编号和名称（自我声明公开）", (P,), (cite(STD, "第二十七条"),), kinds=(K.DECLARATION,), **EACH),
    Clause("S12", S, "技术要求不低于强制性国家标准", (M, P), (cite(STD, "第二十一条"),), kinds=(K.MANDATORY,)),
    Clause("S13", S, "标准的复审周期一般不超过五年", (G,), (cite(STD, "第二十九条"),), Rule.STANDARD_REVIEWED, noun="标准的复审记录", **FIVE_YEARS),
    Clause("S14", S, "标签标注标准代号或批准公告号", (P,), (cite(N354, "使用要求（条序未见）"),), kinds=(K.LABEL,), regimes=PRODUCT, since=N354.since, **EACH, **PROTECTED, **THREE_YEARS),
    Clause("S15", S, "生产者按相应标准组织生产", (P,), (cite(R80, "第二十三条"),), kinds=(K.PRODUCTION,), **OF_PRODUCTS, **EACH, **PROTECTED, **YEARLY),
    # --- 质量管理体系 ---
    Clause("Q1", Q, "政府规划并实施质量保证体系，有申请、保护机制文件", (G,), (cite(R80, "第十七条、第十一条第（二）项"),), kinds=(K.PLAN_QUALITY,), **OF_PRODUCTS),
    Clause("Q2", Q, "申请人对名称和专用标志的使用、产品特色质量进行管理，有措施", (M,), (cite(R80, "第二十三条"),), kinds=(K.MANAGEMENT,), **OF_PRODUCTS, **PROTECTED),
    Clause("Q3", Q, "生产者有内部产品质量管理制度、岗位质量规范、质量责任和考核办法", (P,), (cite(PQL, "第三条"), cite(PROVINCE, "第二十二条")), kinds=(K.INTERNAL,), **EACH),
    Clause("Q4", Q, "农产品生产记录：投入品的名称、来源、用法、用量、日期，疫病虫害，收获日期，保存不少于二年", (P,), (cite(AGRI, "第二十七条"),), kinds=(K.FARMING,), categories=FARM, **EACH, **YEARLY),
    Clause("Q5", Q, "生产、仓储、销售台账和地理标志使用档案，如实记载产量和使用情况", (P,), (cite(GUANGDONG, "第十九条"),), kinds=(K.LEDGER,), model=True, **EACH, **YEARLY),
    Clause("Q6", Q, "产地可溯源，有过程控制、产地溯源方法", (M, P), (cite(GUANGDONG, "第十八条、第十九条"), cite(TRACING, "（只见其存在，条款未见）", TOLD)), kinds=(K.TRACING,), model=True),
    Clause("Q7", Q, "原辅材料、生产工艺、环境、设备受控", (P,), (cite(PROVINCE, "第二十五条"),), kinds=(K.CONTROL,), model=True, **EACH, **YEARLY),
    Clause("Q8", Q, "承诺达标合格证", (P,), (cite(AGRI, "第三十九条"),), kinds=(K.PROMISE,), categories=FARM, **EACH, **YEARLY),
    Clause("Q9", Q, "产品标识真实、齐全", (P,), (cite(PQL, "第二十七条"),), kinds=(K.LABEL,), **EACH, **THREE_YEARS),
    Clause("Q10", Q, "专用标志使用情况向社会公开并定期报送", (P,), (cite(N354, "合法使用人的义务（条序未见）"),), kinds=(K.USE,), since=N354.since, **EACH, **PROTECTED, **YEARLY),
    Clause("Q11", Q, "成员或使用人的信息、规则及时公开；检查使用与品质；取消不合格者并办理变更、备案", (M,), (cite(R79, "第十一条"),), kinds=(K.DISCLOSURE,), regimes=TRADEMARK, since=R79.since, **PROTECTED, **YEARLY),
    Clause("Q12", Q, "对分散农户有生产指导和技术服务", (M, G), (cite(PROVINCE, "第二十三条"), cite(GUANGDONG, "第二十二条")), kinds=(K.TRAINING,), model=True, **YEARLY),
    Clause("Q13", Q, "保护机构制定生产管理细则", (M,), (cite(PROVINCE, "第二十四条"),), kinds=(K.BYLAWS,), model=True),
    Clause("Q14", Q, "三年内未发生重大质量、安全健康、环境保护责任事故（示范区）", (P,), (cite(ZONE, "申报条件（条序未见）", TOLD),), kinds=(K.NO_ACCIDENT,), regimes=PRODUCT | TRADEMARK, zone=True, since=FEBRUARY_2021, **EACH, **YEARLY),
    Clause("Q15", Q, "鼓励划分产区等级、产品质量品级", (M, P), (cite(GUANGDONG, "第十八条、第十九条"),), kinds=(K.GRADING,), model=True),
    # --- 检验检测体系 ---
    Clause("T1", T, "政府规划并实施检测体系", (G,), (cite(R80, "第十七条"),), kinds=(K.PLAN_TESTING,), **OF_PRODUCTS),
    Clause("T2", T, "申请材料含特色质量检验检测机构信息", (M,), (cite(R80, "第十一条第（三）项7"),), Rule.APPOINTED, noun="承担检验检测的机构", **OF_PRODUCTS, **APPLYING),
    Clause("T3", T, "有产品质量检验检测报告（申请）", (M,), (cite(R80, "第十一条第（三）项3"),), Rule.REPORTED, noun="产品质量检验检测报告", **OF_PRODUCTS, **APPLYING),
    Clause("T4", T, "承担机构具备相关资质条件", (L,), (cite(R80, "第十九条（以 CMA 为资质条件是本登记簿的理解）"), cite(PQL, "第十九条"), cite(AGRI, "第四十八条")), Rule.QUALIFIED, noun="承担机构的资质证书"),
    Clause("T5", T, "用标申请附特色质量检验检测报告", (P,), (cite(R80, "第二十条"),), Rule.REPORTED, noun="特色质量检验检测报告", **OF_PRODUCTS, **EACH, **PROTECTED, **YEARLY),
    Clause("T6", T, "检测项目覆盖保护要求的理化、感官指标", (L, M), (cite(R80, "第十一条第（三）项2（覆盖规则为本登记簿的理解）"),), Rule.COVERED, noun="覆盖全部指标的检验检测报告", **OF_PRODUCTS, **YEARLY),
    Clause("T7", T, "必要时国家知识产权局组织复检", (L,), (cite(R80, "第十九条"),), Rule.RETESTED, noun="复检报告", **OF_PRODUCTS),
    Clause("T8", T, "注册人有自有或委托的专业技术人员、专业检测设备", (M,), (cite(R79, "第四条、第五条"),), kinds=(K.STAFF,), regimes=TRADEMARK, since=R79.since),
    Clause("T9", T, "注册人有检验监督制度", (M,), (cite(R79, "第六条第（六）项"),), kinds=(K.SUPERVISION,), regimes=TRADEMARK, since=R79.since),
    Clause("T10", T, "企业、合作社自行或委托检测，不合格的不得销售", (P,), (cite(AGRI, "第三十四条"),), Rule.TESTED, kinds=(K.SELF_TEST,), noun="检验检测报告或自行检测记录", categories=FARM, **EACH, **YEARLY),
    Clause("T11", T, "产品检验合格", (P,), (cite(PQL, "第十二条"),), Rule.PASSED, noun="检验合格的检验检测报告", **EACH, **YEARLY),
    Clause("T12", T, "报告客观、真实，禁止虚假报告", (L,), (cite(PQL, "第二十一条"), cite(AGRI, "第四十九条、第六十五条")), kinds=(K.TRUTHFUL,), **YEARLY),
    Clause("T13", T, "监督抽查：有计划，随机，委托合格机构，不收费", (G,), (cite(AGRI, "第四十六条、第四十七条"),), kinds=(K.SPOT_CHECK,), categories=FARM, **YEARLY),
    Clause("T14", T, "鼓励产地建设专业化检验检测机构，第三方提供数据", (G,), (cite(GUANGDONG, "第二十三条"),), kinds=(K.LOCAL_LAB,), model=True),
    Clause("T15", T, "产地环境和品质鉴定由考核合格的机构承担", (L,), (cite(AGI, "第五条"),), kinds=(K.ASSESSED_LAB,), model=True, regimes=AGRICULTURAL),
)
# fmt: on

VERSIONS: dict[str, list[Clause]] = {}  # of each clause, the oldest first
for _clause in CLAUSES:
    VERSIONS.setdefault(_clause.key, []).append(_clause)


def clauses_on(day: date) -> list[Clause]:
    """The 45 clauses, each in the version that holds on `day`; one that was not yet in force in its first version."""
    return [version_on(key, day) for key in VERSIONS]


def version_on(key: str, day: date) -> Clause:
    """The version of a clause that holds on `day`, its first one before it came into force. Raises KeyError."""
    versions = VERSIONS[key]
    return next((version for version in versions if version.in_force_on(day)), versions[0])


def find(query: str, clauses: Iterable[Clause]) -> list[Clause]:
    """The clauses in which all words of `query` stand: in key, wording, law, evidence, who, any name of the system."""
    asked = [plain(word) for word in query.split() if plain(word)]
    return [clause for clause in clauses if all(word in searched(clause) for word in asked)]


def searched(clause: Clause) -> str:
    """All under which a clause may be looked for; parts stay apart, so that no word is found across two of them."""
    parts = [clause.key, clause.wording, str(clause.system.label), *ALIASES[clause.system]]
    parts += [str(citation) for citation in clause.cited]
    parts += [*(str(who.label) for who in clause.who), *(str(kind.label) for kind in clause.kinds), clause.noun]
    return "\n".join(plain(part) for part in parts)
