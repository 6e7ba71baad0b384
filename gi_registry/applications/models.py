"""How a product becomes protected: surveys of what might, applications with their steps and materials, oppositions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from gi_registry.applications.materials import checklist
from gi_registry.applications.states import MACHINES, Machine, Objection, Procedure, act_label, label
from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import Announcement, Document, Source, Sourced
from gi_registry.parties.models import Party, User
from gi_registry.places.models import Place
from gi_registry.products.models import Category, Product, Protection, Regime

# --- Surveys ---------------------------------------------------------------------------------------------------------


class NameKind(models.TextChoices):
    """令第80号 art. 7: what the name is made of."""

    COMPOSED = "composed", _("具有地理指示功能的名称加通用名称")
    ESTABLISHED = "established", _("长久使用的约定俗成的名称")


class Survey(Sourced):
    """特色产品普查: what is known of a specialty product of one unit; what nobody found out stays empty."""

    name = models.CharField(_("产品名称"), max_length=60)
    category = models.CharField(_("类别"), max_length=12, choices=Category)
    unit = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="surveys", verbose_name=_("乡镇街道")
    )
    surveyed_on = models.DateField(_("普查日"), null=True, blank=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="surveys", verbose_name=_("登记簿中的产品")
    )
    name_kind = models.CharField(_("名称的构成"), max_length=12, choices=NameKind, blank=True)
    origin = models.TextField(_("产地"), blank=True)
    hectares = models.FloatField(_("面积（公顷）"), null=True, blank=True, validators=[MinValueValidator(0.0)])
    output = models.CharField(_("产量"), max_length=60, blank=True, help_text=_("写明数量、单位与年份"))
    value = models.CharField(_("产值"), max_length=60, blank=True, help_text=_("写明金额与年份"))
    households = models.PositiveIntegerField(_("农户数"), null=True, blank=True)
    history = models.TextField(_("历史依据"), blank=True)
    traits = models.TextField(_("质量特色"), blank=True)
    link = models.TextField(_("特色与产地的关系"), blank=True)
    producers = models.TextField(_("生产者"), blank=True)
    standard = models.CharField(_("在用标准"), max_length=160, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("特色产品普查")
        ordering = ["name", "unit_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "unit"],
                name="survey_once_a_unit",
                violation_error_message=_("这一乡镇已有同名产品的普查记录。"),
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(unit__isnull=True),
                name="survey_once_without_unit",
                violation_error_message=_("已有同名而未写乡镇的普查记录。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """Its place in the order in which surveys were made, which its address shows. One query."""
        return Survey.objects.filter(pk__lte=self.pk).count()


class Verdict(models.TextChoices):
    """The answer to a question about a candidate."""

    YES = "yes", _("是")
    NO = "no", _("否")
    UNKNOWN = "unknown", _("未查明")


class Answer(models.Model):
    """One question of `readiness.QUESTIONS` answered for one survey, with what the answer rests on."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers", verbose_name=_("普查"))
    question = models.CharField(_("问题"), max_length=24)
    verdict = models.CharField(_("回答"), max_length=8, choices=Verdict, default=Verdict.UNKNOWN)
    evidence = models.TextField(_("依据"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件")
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("来源"))

    class Meta:
        verbose_name = verbose_name_plural = _("条件核对")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "question"], name="answer_once_a_question")]

    def __str__(self) -> str:
        return f"{self.survey} {self.question} {self.get_verdict_display()}"


# --- Applications ----------------------------------------------------------------------------------------------------


class ApplicationQuerySet(models.QuerySet):
    """Applications; lists ask here, so that a thousand cost as many queries as one."""

    def unfinished(self) -> Self:
        """Those that a step may still follow."""
        return self.exclude(in_states({procedure: machine.ends for procedure, machine in MACHINES.items()}))

    def undecided(self) -> Self:
        """Those whose procedure has not come to its decision yet."""
        return self.exclude(in_states({procedure: machine.settled for procedure, machine in MACHINES.items()}))

    def clocked(self) -> Self:
        """Those in whose state a clock of the law runs, a registered trademark among them."""
        return self.filter(in_states({procedure: frozenset(machine.clocks) for procedure, machine in MACHINES.items()}))

    def with_clock_steps(self) -> Self:
        """With the product and the steps that set the running clocks going. Two queries, however many rows."""
        starts = {
            procedure: frozenset(
                start for state, clocks in machine.clocks.items() for _clock, start in clocks if start != state
            )
            for procedure, machine in MACHINES.items()
        }
        now = Q(state=F("application__state")) | in_states(starts, "application__procedure")
        steps = Prefetch("steps", Step.objects.standing().of_path().filter(now), to_attr="clock_steps")
        return self.select_related("product", "applicant").prefetch_related(steps)

    def with_clocks(self) -> Self:
        """With all that `path.deadlines_of` and `path.what_next` ask. Five queries, however many rows."""
        oppositions = Prefetch("oppositions", Opposition.objects.prefetch_related("steps"))
        return self.with_clock_steps().prefetch_related(oppositions, "materials")


def in_states(states: Mapping[Procedure, frozenset[str]], procedure: str = "procedure") -> Q:
    """Rows whose state is among those given for their procedure."""
    wanted = Q(pk__in=[])
    for name, some in states.items():
        if some:
            wanted |= Q(**{procedure: name}, state__in=some)
    return wanted


class Application(models.Model):
    """One way of one product through the offices; `state` is where its last standing step left it.

    `protection` is what it led to, or, for a change or a revocation, what it is about. `predecessor` is the
    农产品地理标志 that a 地理标志产品 application migrates.
    """

    file_number = models.CharField(_("案卷号"), max_length=20, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="applications", verbose_name=_("产品"))
    regime = models.CharField(_("保护制度"), max_length=16, choices=Regime)
    procedure = models.CharField(_("程序"), max_length=16, choices=Procedure)
    state = models.CharField(_("阶段"), max_length=20)
    opened_on = models.DateField(_("立卷日"))
    applicant = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("申请人")
    )
    survey = models.ForeignKey(
        Survey, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("所据普查")
    )
    protection = models.ForeignKey(
        Protection, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("保护")
    )
    predecessor = models.ForeignKey(
        Protection, models.PROTECT, null=True, blank=True, related_name="successors", verbose_name=_("承接的登记")
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("申请")
        ordering = ["-opened_on", "-file_number"]

    def __str__(self) -> str:
        return f"{self.file_number} {self.product}"

    @property
    def machine(self) -> Machine:
        """The table that this application follows."""
        return MACHINES[Procedure(self.procedure)]

    @property
    def state_label(self) -> str:
        """Where it stands, in Chinese."""
        return label(self.procedure, self.state)

    @property
    def fulfilled(self) -> bool:
        """申请要件完备: every required item is ready or delivered. Computed, never ticked."""
        return not self.missing_items()

    def missing_items(self) -> list[str]:
        """Titles of the required items that are not ready yet, in the order of the checklist. One query."""
        ready = {material.item for material in self.materials.all() if material.state in READY}
        return [
            item.title for item in checklist(self.procedure, self.regime) if item.required and item.key not in ready
        ]


class StepQuerySet(models.QuerySet):
    """The steps of applications."""

    def standing(self) -> Self:
        """Steps that were not withdrawn, without the withdrawals themselves."""
        return self.filter(withdraws__isnull=True, withdrawn_by__isnull=True)

    def of_path(self) -> Self:
        """Steps of the application itself, not of an opposition."""
        return self.filter(opposition__isnull=True)


class Step(models.Model):
    """One line of an application's history: never changed, never removed; a mistake is withdrawn by another step.

    A withdrawal has `withdraws` and the state to which it goes back; `protection` is the row that the step began.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="steps", verbose_name=_("申请"))
    opposition = models.ForeignKey(
        "Opposition", models.PROTECT, null=True, blank=True, related_name="steps", verbose_name=_("异议")
    )
    state = models.CharField(_("阶段"), max_length=20)
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("记录时间"))
    by = models.CharField(_("办理人"), max_length=150)
    note = models.TextField(_("说明"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="steps", verbose_name=_("文件")
    )
    announcement = models.ForeignKey(
        Announcement, models.PROTECT, null=True, blank=True, related_name="steps", verbose_name=_("公告")
    )
    protection = models.ForeignKey(
        Protection, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("由此形成的保护记录")
    )
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by", verbose_name=_("撤回的步骤")
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("步骤")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application.file_number} {self.on} {self.state_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise BadInput("步骤只能增加，不能修改：记错的请撤回。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise BadInput("步骤不能删除：记错的请撤回。")

    @property
    def act_label(self) -> str:
        """What was done, in Chinese."""
        return self.state_label if self.opposition_id is not None else act_label(self.application.procedure, self.state)

    @property
    def state_label(self) -> str:
        """The state in Chinese."""
        if self.opposition_id is not None:
            return str(Objection(self.state).label)
        return label(self.application.procedure, self.state)


def standing(steps: Iterable[Step]) -> list[Step]:
    """Those of the fetched `steps` that were not withdrawn; the rule of `StepQuerySet.standing`."""
    rows = list(steps)
    withdrawn = {step.withdraws_id for step in rows}
    return [step for step in rows if step.withdraws_id is None and step.pk not in withdrawn]


class MaterialState(models.TextChoices):
    """How far one item is."""

    MISSING = "missing", _("缺")
    PREPARING = "preparing", _("准备中")
    READY = "ready", _("已备齐")
    DELIVERED = "delivered", _("已提交")


READY = frozenset({MaterialState.READY.value, MaterialState.DELIVERED.value})


class Material(models.Model):
    """One item of the checklist of one application (`materials.CHECKLISTS`)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="materials", verbose_name=_("申请"))
    item = models.CharField(_("材料"), max_length=20)
    state = models.CharField(_("状态"), max_length=10, choices=MaterialState, default=MaterialState.MISSING)
    documents = models.ManyToManyField(Document, blank=True, related_name="materials", verbose_name=_("文件"))
    responsible = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="materials", verbose_name=_("责任主体")
    )
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("申请材料")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "item"], name="material_once_an_item")]

    def __str__(self) -> str:
        return f"{self.application.file_number} {self.item}"


class Opposition(models.Model):
    """异议: what somebody filed with the State against an application while its window was open."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="oppositions", verbose_name=_("申请"))
    opponent = models.CharField(_("异议人"), max_length=120)
    filed_on = models.DateField(_("提出日"))
    reasons = models.TextField(_("理由"), blank=True)
    state = models.CharField(_("阶段"), max_length=20, choices=Objection, default=Objection.FILED)
    documents = models.ManyToManyField(Document, blank=True, related_name="oppositions", verbose_name=_("证据"))

    class Meta:
        verbose_name = verbose_name_plural = _("异议")
        ordering = ["filed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "opponent", "filed_on"],
                name="opposition_once_a_day",
                violation_error_message=_("同一异议人同一天的异议已经登记。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.file_number} {self.opponent}"


# --- Telling people --------------------------------------------------------------------------------------------------


class CalendarAddress(models.Model):
    """The secret part of the address from which one person's calendar fetches deadlines; renewing it ends the old one.

    Written without a line of history, which would give the secret away.
    """

    person = models.OneToOneField(User, models.CASCADE, related_name="calendar_address", verbose_name=_("人员"))
    key = models.CharField(_("密钥"), max_length=64, unique=True)
    at = models.DateTimeField(_("生成时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("日历地址")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.person)
