"""Inspections: plans with their draws, tasks, what was found on site and sent in, photos, and what follows."""

from __future__ import annotations

import json
import uuid
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.contrib.gis.db.models import PointField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.storage import private_files
from gi_registry.gazette.models import Document
from gi_registry.inspections.items import Item
from gi_registry.inspections.states import Kind, LeadState, PlanState
from gi_registry.marks.models import Authorisation, Rectification
from gi_registry.parties.models import Party, User, masked
from gi_registry.places.geometry import SRID, Verdict
from gi_registry.products.models import Area, Product


class AppendOnly(models.Model):
    """A line that is never changed and never removed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise BadInput(f"{self._meta.verbose_name}只能增加，不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise BadInput(f"{self._meta.verbose_name}不能删除。")


# --- Plans and draws -------------------------------------------------------------------------------------------------


class PlanQuerySet(models.QuerySet):
    """Plans of inspection."""

    def public(self) -> Self:
        """Those that were published; one that was not announced beforehand is when it is over."""
        return self.filter(published_at__isnull=False)


class Plan(models.Model):
    """Who is inspected in which period and why; `state` is where its last step left it.

    Only a random plan draws: of each stratum (product and risk) the `share` of its targets, at least `least`, and
    `team` inspectors for each.
    """

    number = models.CharField(_("计划编号"), max_length=12, unique=True)
    title = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind)
    state = models.CharField(_("状态"), max_length=12, choices=PlanState)
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束（含当日）"))
    share = models.FloatField(_("抽查比例"), default=0.2, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    least = models.PositiveSmallIntegerField(_("每层至少"), default=1)
    team = models.PositiveSmallIntegerField(_("每个对象的检查员"), default=2, validators=[MinValueValidator(2)])
    products = models.ManyToManyField(Product, blank=True, related_name="plans", verbose_name=_("产品"))
    inspectors = models.ManyToManyField(User, blank=True, related_name="plans", verbose_name=_("检查员名录"))
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    note = models.TextField(_("说明"), blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("检查计划")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="plan_in_order",
                violation_error_message=_("结束日不能早于开始日。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def given_up(self) -> PlanStep | None:
        """The step that ended it after its frame was published and before anybody was inspected; its note is public."""
        step = self.steps.filter(state=PlanState.CLOSED).last()
        if step is None or not self.draws.exists():
            return None
        return None if Record.objects.filter(task__plan=self, received_at__lt=step.at).exists() else step


class PlanStep(AppendOnly):
    """One line of a plan's history."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="steps", verbose_name=_("计划"))
    state = models.CharField(_("状态"), max_length=12, choices=PlanState)
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("记录时间"))
    by = models.CharField(_("办理人"), max_length=150)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("计划的步骤")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.plan.number} {self.on} {self.get_state_display()}"


class Risk(models.TextChoices):
    """The district's own grade; no national one was found."""

    LOW = "low", _("低风险")
    MEDIUM = "medium", _("中风险")
    HIGH = "high", _("高风险")


class Target(models.Model):
    """Who may be inspected under a plan: a user of the mark for a product, or somebody who is none.

    Without an authorisation `name` and `address` say who and where, `natural` that it is a natural person.
    `recheck_of` is what a re-check looks after.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="targets", verbose_name=_("计划"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="targets", verbose_name=_("产品"))
    authorisation = models.ForeignKey(
        Authorisation, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("核准")
    )
    name = models.CharField(_("名称"), max_length=120, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    natural = models.BooleanField(_("是自然人"), default=False, help_text=_("公开时只写姓"))
    risk = models.CharField(_("风险"), max_length=8, choices=Risk, default=Risk.MEDIUM)
    recheck_of = models.ForeignKey(
        Rectification, models.PROTECT, null=True, blank=True, related_name="rechecks", verbose_name=_("复查的限期改正")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("检查对象")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "authorisation"],
                name="target_once",
                violation_error_message=_("这一使用人已在计划里。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.number} {self.who} {self.product}"

    @property
    def who(self) -> str:
        """The name at the desk and in the field."""
        return self.authorisation.producer.name if self.authorisation else self.name

    @property
    def public_name(self) -> str:
        """The name as the public may read it: of a natural person only the family name."""
        if self.authorisation:
            return self.authorisation.producer.public_name
        return masked(self.name) if self.natural else self.name

    @property
    def stratum(self) -> str:
        """What it is drawn among."""
        return f"{self.product.slug}/{self.risk}"


class Recusal(models.Model):
    """An inspector who never inspects a party, beside those who belong to it."""

    inspector = models.ForeignKey(User, models.PROTECT, related_name="recusals", verbose_name=_("检查员"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="recusals", verbose_name=_("主体"))
    reason = models.CharField(_("原因"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("回避")
        ordering = ["inspector__username", "party__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "party"], name="recusal_once", violation_error_message=_("已经登记过这一回避。")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspector} {self.party}"


class Draw(models.Model):
    """One draw of a random plan: what was published before it, and its result.

    `frame` is public and names inspectors by signs (J01, …), whose people only the desk sees (`Sign`). `sealed` is
    the seed until the draw and stands in no history; `seed` and `result` ([{"target", "stratum", "inspectors"}, …])
    are empty until then. All texts are hexadecimal and as `redraw` computes them.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="draws", verbose_name=_("计划"))
    number = models.PositiveSmallIntegerField(_("第几次抽取"))
    reason = models.TextField(_("重抽的理由"), blank=True)
    frame = models.JSONField(_("名录与规则"))
    frame_hash = models.CharField(_("名录的 SHA-256"), max_length=64)
    commitment = models.CharField(_("对随机种子的承诺"), max_length=64)
    committed_at = models.DateTimeField(_("公布时间"))
    sealed = models.CharField(_("未公布的种子"), max_length=64, blank=True, editable=False)
    seed = models.CharField(_("种子"), max_length=64, blank=True)
    result = models.JSONField(_("结果"), default=list, blank=True)
    drawn_at = models.DateTimeField(_("抽取时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("抽取")
        ordering = ["plan__number", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="draw_once")]

    def __str__(self) -> str:
        return f"{self.plan.number} 第 {self.number} 次抽取"

    @property
    def published(self) -> dict[str, Any]:
        """What anybody may read, as `redraw` takes it."""
        return {
            "plan": self.plan.number,
            "draw": self.number,
            "reason": self.reason,
            "committed_at": self.committed_at.isoformat(),
            "drawn_at": self.drawn_at.isoformat() if self.drawn_at else None,
            "frame": self.frame,
            "frame_hash": self.frame_hash,
            "commitment": self.commitment,
            "seed": self.seed,
            "result": self.result,
        }


class Sign(models.Model):
    """Who stands behind a sign of a draw: frozen with its frame, for the desk alone."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="signs", verbose_name=_("抽取"))
    text = models.CharField(_("代号"), max_length=8)
    inspector = models.ForeignKey(User, models.PROTECT, related_name="signs", verbose_name=_("检查员"))

    class Meta:
        verbose_name = verbose_name_plural = _("检查员代号")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["draw", "text"], name="sign_once")]

    def __str__(self) -> str:
        return f"{self.draw.plan.number} {self.text} {self.inspector}"


class TaskQuerySet(models.QuerySet):
    """Tasks of inspectors."""

    def standing(self) -> Self:
        """Without those of a draw after which another was made."""
        drawn_last = Draw.objects.filter(plan=models.OuterRef("plan")).order_by("-number").values("pk")[:1]
        return self.filter(Q(draw__isnull=True) | Q(draw=models.Subquery(drawn_last)))


class Task(models.Model):
    """One target to be inspected by at least two inspectors; `uuid` is how the field names it."""

    uuid = models.UUIDField(_("标识"), default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks", verbose_name=_("计划"))
    target = models.ForeignKey(Target, models.PROTECT, related_name="tasks", verbose_name=_("对象"))
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("抽取"))
    inspectors = models.ManyToManyField(User, related_name="tasks", verbose_name=_("检查员"))
    formerly = models.ManyToManyField(
        User,
        blank=True,
        related_name="former_tasks",
        verbose_name=_("改派以前的检查员"),
        help_text=_("带走了任务的仍可送来"),
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("检查任务")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["target", "draw"], name="task_once_a_draw"),
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(draw__isnull=True),
                name="task_once_assigned",
                violation_error_message=_("这一对象已经派过任务。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.target)


# --- What was found --------------------------------------------------------------------------------------------------


class Outcome(models.TextChoices):
    """What an inspection came to, from the lightest to the gravest."""

    PASS = "pass", _("合格")
    RECTIFY = "rectify", _("责令整改")
    TRANSFER = "transfer", _("移送")


class Result(models.TextChoices):
    """What was found of one item."""

    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
    NOT_APPLICABLE = "na", _("不适用")


class PositionSource(models.TextChoices):
    """Where a position comes from."""

    DEVICE = "device", _("设备定位")
    TYPED = "typed", _("手工填写")


TRUSTED_SKEW_S = 300.0  # a clock that is less off is taken at its word


def corrections() -> RecordQuerySet:
    """The whole records of its task that correct the outer one. Of two that correct each other neither counts."""
    outer = Coalesce(OuterRef("corrects"), OuterRef("uuid"))
    whole = Record.objects.complete().filter(task=OuterRef("task"), corrects=OuterRef("uuid"))
    found: RecordQuerySet = whole.exclude(uuid=outer)
    return found


def awaited() -> models.QuerySet[Any]:
    """The pictures of the outer record that are not here yet."""
    return Shot.objects.filter(record=OuterRef("pk"), photo__received_at__isnull=True)


class RecordQuerySet(models.QuerySet):
    """Records of inspections."""

    def complete(self) -> Self:
        """Those all of whose photos have arrived."""
        return self.exclude(Exists(awaited()))

    def waiting(self) -> Self:
        """Those some of whose photos have not."""
        return self.filter(Exists(awaited()))

    def standing(self) -> Self:
        """Those that no other record of their task corrects."""
        return self.exclude(Exists(corrections()))

    def with_corrections(self) -> Self:
        """Each with `corrected`: whether another record of its task corrects it."""
        return self.annotate(corrected=Exists(corrections()))

    def counted(self) -> Self:
        """One record of each task that no later draw replaced: of those that stand and are whole the gravest, the last
        among equals. So nothing counts twice, and a finding goes away by a correction only."""
        gravity = Case(
            *(When(outcome=outcome, then=n) for n, outcome in enumerate(Outcome)),
            output_field=models.SmallIntegerField(),
        )
        same = Record.objects.standing().complete().filter(task=OuterRef("task")).annotate(gravity=gravity)
        first = self.filter(pk=Subquery(same.order_by("-gravity", "-inspected_at", "-pk").values("pk")[:1]))
        return first.filter(task__in=Task.objects.standing().order_by())

    def rates(self) -> models.QuerySet[Any, dict[str, Any]]:
        """Rows of product (slug and name), how many inspections there were and how many of them passed."""
        product = {"slug": F("task__target__product__slug"), "name": F("task__target__product__common_name")}
        counts = {"inspected": Count("pk"), "passed": Count("pk", filter=Q(outcome=Outcome.PASS))}
        rows: models.QuerySet[Any, dict[str, Any]] = self.order_by().values(**product).annotate(**counts)
        return rows.order_by("name", "slug")

    def public(self) -> Self:
        """What counts of plans that were published."""
        return self.counted().filter(task__plan__in=Plan.objects.public().order_by())


class Record(AppendOnly):
    """One inspection as it was recorded on site: an event, never changed; a correction is another that `corrects` it.

    `body` is the JSON exactly as sent, `sha256` that of its bytes. Both verdicts are kept: the device's, and the
    server's for the day of the inspection. `inspected_at` is when it was by all that is known (`arrival.moment_of`),
    `skew_s` how far the device's clock was ahead when it sent, in seconds.
    `late`: the plan was over when it arrived. `corrects` names a record that may arrive later.
    """

    uuid = models.UUIDField(_("标识"), unique=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="records", verbose_name=_("任务"))
    inspector = models.ForeignKey(User, models.PROTECT, related_name="records", verbose_name=_("记录人"))
    sent_by = models.CharField(_("送来的人"), max_length=150)
    device_at = models.DateTimeField(_("设备时间"))
    received_at = models.DateTimeField(_("收到时间"))
    inspected_at = models.DateTimeField(_("检查时间"))
    skew_s = models.FloatField(_("设备时钟快（秒）"), null=True, blank=True)
    body = models.TextField(_("原文"))
    sha256 = models.CharField(_("原文的 SHA-256"), max_length=64)
    location = PointField(_("位置"), srid=SRID, null=True, blank=True)
    accuracy_m = models.FloatField(_("定位精度（米）"), null=True, blank=True)
    position_source = models.CharField(_("定位方式"), max_length=8, choices=PositionSource, blank=True)
    device_verdict = models.CharField(_("设备判定"), max_length=12, choices=Verdict.choices, blank=True)
    device_distance_m = models.FloatField(_("设备算得距界线（米）"), null=True, blank=True)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="records", verbose_name=_("产地范围")
    )
    verdict = models.CharField(_("服务器判定"), max_length=12, choices=Verdict.choices, blank=True)
    distance_m = models.FloatField(_("服务器算得距界线（米）"), null=True, blank=True)
    outcome = models.CharField(_("结论"), max_length=8, choices=Outcome)
    corrects = models.UUIDField(_("更正哪一条"), null=True, blank=True, db_index=True)
    late = models.BooleanField(_("计划结束后才到"), default=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("检查记录")
        ordering = ["-inspected_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.task} {self.get_outcome_display()}"

    @property
    def inspected_on(self) -> date:
        """The legal day of the inspection."""
        return clock.legal_time(self.inspected_at).date()

    @cached_property
    def content(self) -> dict[str, Any]:
        """What was sent: mark use, samples, signatures and all that has no column; half a character, which no page can
        show, as a question mark."""
        whole = json.dumps(json.loads(self.body), ensure_ascii=False).encode(errors="replace")
        read: dict[str, Any] = json.loads(whole)
        return read


class FindingQuerySet(models.QuerySet):
    """What was found of single items."""

    def rates(self) -> models.QuerySet[Any, dict[str, Any]]:
        """Rows of item, how many passed and failed; those that do not apply count nowhere."""
        passed, failed = Q(result=Result.PASS), Q(result=Result.FAIL)
        return (
            self.values("item")
            .annotate(passed=Count("pk", filter=passed), failed=Count("pk", filter=failed))
            .order_by("item")
        )


class Finding(AppendOnly):
    """What was found of one item in one inspection."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="findings", verbose_name=_("记录"))
    item = models.PositiveSmallIntegerField(_("项目"), choices=Item)
    result = models.CharField(_("结果"), max_length=4, choices=Result)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    note = models.TextField(_("情况"), blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("检查项目结果")
        ordering = ["record", "item"]
        constraints = [models.UniqueConstraint(fields=["record", "item"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.record} {self.get_item_display()} {self.get_result_display()}"


class Photo(models.Model):
    """A picture by the SHA-256 of what is sent; `received_at` None while it is awaited or only partly here.

    The file stays as it came; what it says of time and place (EXIF) is kept here apart, and what leaves the desk is
    drawn again without either. `flaw` is why it cannot be shown, in one sentence.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    bytes = models.PositiveBigIntegerField(_("字节数"))
    file = models.FileField(_("文件"), storage=private_files, max_length=200, blank=True)
    received_at = models.DateTimeField(_("收到时间"), null=True, blank=True)
    by = models.CharField(_("送来的人"), max_length=150, blank=True)
    media_type = models.CharField(_("类型"), max_length=40, blank=True)
    width = models.PositiveIntegerField(_("宽（像素）"), null=True, blank=True)
    height = models.PositiveIntegerField(_("高（像素）"), null=True, blank=True)
    exif_at = models.DateTimeField(_("照片自带的时间"), null=True, blank=True)
    exif_location = PointField(_("照片自带的位置"), srid=SRID, null=True, blank=True)
    flaw = models.CharField(_("不能显示的原因"), max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("检查照片")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.sha256[:12]


class ShotKind(models.TextChoices):
    """What a picture shows."""

    EVIDENCE = "evidence", _("现场")
    LABEL = "label", _("标签、包装")
    SAMPLE = "sample", _("样品")
    SIGNATURE = "signature", _("签名")


class Shot(models.Model):
    """That a record declares a picture, and of what. `public`: the desk found nothing personal in it."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="shots", verbose_name=_("记录"))
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="shots", verbose_name=_("照片"))
    kind = models.CharField(_("内容"), max_length=12, choices=ShotKind)
    item = models.PositiveSmallIntegerField(_("项目"), choices=Item, null=True, blank=True)
    taken_at = models.DateTimeField(_("设备时间"), null=True, blank=True)
    public = models.BooleanField(_("公开"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("记录的照片")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.record} {self.get_kind_display()}"


class Aside(AppendOnly):
    """What came under the number of a record that says something else; kept for a person to look at."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="asides", verbose_name=_("记录"))
    body = models.TextField(_("原文"))
    sha256 = models.CharField(_("原文的 SHA-256"), max_length=64)
    sent_by = models.CharField(_("送来的人"), max_length=150)
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("同号异文的记录")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["record", "sha256"], name="aside_once")]

    def __str__(self) -> str:
        return f"{self.record} {self.sha256[:12]}"


# --- What follows ----------------------------------------------------------------------------------------------------


class Order(models.Model):
    """That a 限期改正 of `marks` follows from an inspection; its answer, end and failure stand there."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="orders", verbose_name=_("记录"))
    rectification = models.OneToOneField(
        Rectification, models.PROTECT, related_name="inspection", verbose_name=_("限期改正")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("检查后的限期改正")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.rectification)


class Origin(models.TextChoices):
    """Where a lead comes from."""

    INSPECTION = "inspection", _("检查发现")
    COMPLAINT = "complaint", _("投诉举报")
    LABEL = "label", _("标签核对")
    OTHER = "other", _("其他")


class LeadQuerySet(models.QuerySet):
    """Leads."""

    def open(self) -> Self:
        """Those that somebody still has to do something about."""
        return self.exclude(state=LeadState.ANSWERED)


class Lead(models.Model):
    """案件线索: what may be a breach of the law. `contact` is who told of it, for the desk alone."""

    number = models.CharField(_("线索编号"), max_length=12, unique=True)
    origin = models.CharField(_("来自"), max_length=12, choices=Origin)
    state = models.CharField(_("状态"), max_length=12, choices=LeadState)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("情况"))
    record = models.ForeignKey(
        Record, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("检查记录")
    )
    authorisation = models.ForeignKey(
        Authorisation, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("核准")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("产品")
    )
    who = models.CharField(_("涉及的单位"), max_length=120, blank=True)
    where = models.CharField(_("地点"), max_length=200, blank=True)
    contact = models.CharField(_("提供人及联系方式"), max_length=200, blank=True, help_text=_("只在工作台显示"))
    received_on = models.DateField(_("收到日"))
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("承办人")
    )

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("案件线索")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class LeadStep(AppendOnly):
    """One line of a lead's history. `at` is the instant of the step: a period in hours runs from it."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="steps", verbose_name=_("线索"))
    state = models.CharField(_("状态"), max_length=12, choices=LeadState)
    at = models.DateTimeField(_("时间"))
    recorded_at = models.DateTimeField(_("记录时间"))
    by = models.CharField(_("办理人"), max_length=150)
    office = models.CharField(_("接收部门"), max_length=120, blank=True)
    note = models.TextField(_("说明"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="lead_steps", verbose_name=_("文件")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("线索的步骤")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.lead.number} {self.get_state_display()}"
