"""Who may use the official mark: authorisations with their steps, the marks made and used, and what proves it all."""

from __future__ import annotations

from datetime import date
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Self

from django.contrib.gis.db.models import PointField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput
from gi_registry.core.spans import Spanned
from gi_registry.gazette.models import Announcement, Document, Sourced
from gi_registry.marks.protected import Lapses, lapses_of
from gi_registry.marks.states import AFTER_RECTIFICATION, IN_FORCE, ROUTES, Basis, Ground, Route, Standing, State
from gi_registry.parties.models import Party, User
from gi_registry.places.geometry import SRID, Verdict
from gi_registry.places.models import Place
from gi_registry.products.models import Area, Product

# --- Authorisations --------------------------------------------------------------------------------------------------

BLOCK = 8_192  # places in the list of revocations: it grows by so many, so that its length tells little
OVER = sorted({str(State.VOID), *(str(state) for route in ROUTES.values() for state in route.ends)})


class AuthorisationQuerySet(models.QuerySet):
    """Authorisations; lists ask here, so that a thousand cost as many queries as one."""

    def public(self) -> Self:
        """Those of which the State has announced something: applications under way are nobody else's business."""
        return self.exclude(course=[])

    def taken_back(self) -> Self:
        """Those that were public by mistake: codes and tokens of them may go about."""
        return self.filter(course=[], steps__state=State.ACTIVE).distinct()

    def standing_over(self) -> Self:
        """Those that a step may still follow."""
        return self.exclude(state__in=OVER)

    def with_names(self) -> Self:
        """With what a line about them names, and what a day's standing rests on."""
        related = self.select_related("producer", "product", "announcement", "source")
        return related.prefetch_related("product__protections")


class Authorisation(Sourced):
    """One producer's use of the mark for one product on one basis; `state` is where its last standing step left it.

    `course` is what the steps say to the public, worked out when a step is written: [[from, until, Standing], …], ISO
    days, half open, in order, the last without an end; empty until the State has announced something. `valid_until` is
    the first day after a term (of a licence, of an event), None where there is no term. `index` is the place in the
    list of revocations.
    """

    code = models.CharField(_("核准编码"), max_length=12, unique=True, help_text=_("本登记簿自编，不是官方编码"))
    index = models.PositiveIntegerField(_("撤销列表中的位置"), unique=True)
    producer = models.ForeignKey(Party, models.PROTECT, related_name="authorisations", verbose_name=_("使用人"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="authorisations", verbose_name=_("产品"))
    basis = models.CharField(_("依据"), max_length=12, choices=Basis)
    state = models.CharField(_("状态"), max_length=16, choices=State)
    course = models.JSONField(_("可以使用的日子"), default=list, blank=True)
    opened_on = models.DateField(_("立卷日"))
    announcement = models.ForeignKey(
        Announcement, models.PROTECT, null=True, blank=True, related_name="authorisations", verbose_name=_("公告")
    )
    trademark_number = models.CharField(_("商标注册号"), max_length=20, blank=True)
    standard_number = models.CharField(_("标准编号"), max_length=60, blank=True)
    valid_from = models.DateField(_("自何日起可以使用"), null=True, blank=True)
    valid_until = models.DateField(_("期限届满（不含）"), null=True, blank=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("专用标志使用核准")
        ordering = ["product__slug", "producer__name", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["producer", "product", "basis"],
                condition=~Q(state__in=OVER),
                name="authorisation_once_at_a_time",
                violation_error_message=_("该使用人对这一产品已有同一依据的、未了结的记录。"),
            ),
            models.UniqueConstraint(
                fields=["producer", "product", "basis", "announcement"],
                name="authorisation_once_an_announcement",
                violation_error_message=_("该使用人对这一产品已按同一份公告登记过。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_from__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="authorisation_term_in_order",
                violation_error_message=_("期限届满须晚于起始日。"),
            ),
        ]
        indexes = [models.Index(fields=["trademark_number"]), models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.producer} {self.product}"

    def get_absolute_url(self) -> str:
        return reverse("authorisation", args=[self.code])

    @property
    def route(self) -> Route:
        """The table that this authorisation follows."""
        return ROUTES[Basis(self.basis)]

    def standing_on(self, day: date) -> Standing | None:
        """What may be said of it on `day`; None where nothing public ever was."""
        return standing_on(self.course, self.valid_until, day, self.lapses)

    @property
    def lapses(self) -> Lapses:
        """When its product was protected no more. One query where `with_names` did not fetch the protections."""
        return lapses_of(self.product.protections.all(), self.basis)

    @property
    def turns(self) -> list[tuple[date, Standing]]:
        """From which day on what may be said of it; nothing where nothing public ever was."""
        return turns_of(self.course, self.valid_until, self.lapses)


Course = list[list[str | None]]


def standing_on(course: Course, valid_until: date | None, day: date, lapses: Lapses = ()) -> Standing | None:
    """What a `course` says of `day`: what was valid or suspended ends with its term, or with the product's protection,
    whichever came first."""
    if not course:
        return None
    text = day.isoformat()
    said = next((Standing(str(span[2])) for span in reversed(course) if str(span[0]) <= text), Standing.NOT_YET)
    if said not in IN_FORCE or (valid_until is None and not lapses):
        return said
    ends = [(lapse.since, Standing.UNPROTECTED) for lapse in lapses if lapse.since <= day < lapse.until]
    if valid_until is not None and valid_until <= day:
        ends.append((valid_until, Standing.EXPIRED))
    return min(ends)[1] if ends else said


def turns_of(course: Course, valid_until: date | None, lapses: Lapses) -> list[tuple[date, Standing]]:
    """From which day on what holds, the first day first."""
    if not course:
        return []
    starts = [date.fromisoformat(str(span[0])) for span in course]
    others = (day for day in (valid_until, *chain.from_iterable(lapses)) if day is not None)
    days = sorted({*starts, *(day for day in others if starts[0] < day < date.max)})
    said = [(day, standing_on(course, valid_until, day, lapses) or Standing.NOT_YET) for day in days]
    return [next(same) for _standing, same in groupby(said, key=itemgetter(1))]


class StepQuerySet(models.QuerySet):
    """The steps of authorisations."""

    def standing(self) -> Self:
        """Steps that were not withdrawn, without the withdrawals themselves."""
        return self.filter(withdraws__isnull=True, withdrawn_by__isnull=True)


class Step(models.Model):
    """One line of an authorisation's history: never changed, never removed; a mistake is withdrawn by another step."""

    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="steps", verbose_name=_("核准"))
    state = models.CharField(_("状态"), max_length=16, choices=State)
    ground = models.CharField(_("事由"), max_length=16, choices=Ground, blank=True)
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("记录时间"))
    by = models.CharField(_("办理人"), max_length=150)
    note = models.TextField(_("说明"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="mark_steps", verbose_name=_("文件")
    )
    announcement = models.ForeignKey(
        Announcement, models.PROTECT, null=True, blank=True, related_name="mark_steps", verbose_name=_("公告")
    )
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by", verbose_name=_("撤回的步骤")
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("核准的步骤")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.authorisation.code} {self.on} {self.get_state_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise BadInput("步骤只能增加，不能修改：记错的请撤回。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise BadInput("步骤不能删除：记错的请撤回。")


class ChangeRequest(models.Model):
    """What a producer asks to have recorded otherwise; empty where that stays as it is. The step began the review."""

    step = models.OneToOneField(Step, models.PROTECT, related_name="change_request", verbose_name=_("步骤"))
    name = models.CharField(_("变更后的名称"), max_length=120, blank=True)
    address = models.CharField(_("变更后的住所"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("使用变更申请")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.step.authorisation.code} {self.name or self.address}"


class Item(models.TextChoices):
    """What is handed in with an application for use; the first two are those of 令第80号 art. 20."""

    FORM = "form", _("地理标志专用标志使用申请书")
    TEST_REPORT = "test_report", _("地理标志产品特色质量检验检测报告")
    CHANGE_FORM = "change_form", _("使用变更申请书")
    ANSWER = "answer", _("改正情况说明")
    NOTICE = "notice", _("通知书、决定书")
    OTHER = "other", _("其他材料")


class Attachment(models.Model):
    """A document handed in for one authorisation."""

    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="attachments", verbose_name=_("核准"))
    item = models.CharField(_("材料"), max_length=12, choices=Item)
    document = models.ForeignKey(Document, models.PROTECT, related_name="attachments", verbose_name=_("文件"))

    class Meta:
        verbose_name = verbose_name_plural = _("用标材料")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["authorisation", "item", "document"], name="attachment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.authorisation.code} {self.get_item_display()}"


class Site(Spanned):
    """Where the producer makes or grows the product for which the mark is used, over a span of days.

    `accuracy_m` is the radius in metres within which the point surely lies; `hectares` what is grown on there.
    """

    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="sites", verbose_name=_("核准"))
    name = models.CharField(_("生产场所"), max_length=120)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    unit = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="sites", verbose_name=_("所在乡镇街道")
    )
    location = PointField(_("位置"), srid=SRID)
    datum = models.CharField(_("原坐标系"), max_length=40)
    accuracy_m = models.FloatField(_("位置误差（米）"), default=0, validators=[MinValueValidator(0.0)])
    hectares = models.FloatField(_("面积（公顷）"), null=True, blank=True, validators=[MinValueValidator(0.0)])

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("生产场所")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.authorisation.code} {self.name}"


class OriginCheck(models.Model):
    """产地核验 (令第80号 art. 20): what the map says of a site on a day, and what was found there.

    `verdict`, `distance_m` (to the border, never negative) and `area` are what the register computed on that day;
    `conforms` is what the office found, None where only the map was asked.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="checks", verbose_name=_("生产场所"))
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("记录时间"))
    by = models.CharField(_("核验人"), max_length=150)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="origin_checks", verbose_name=_("产地范围")
    )
    verdict = models.CharField(_("图上判定"), max_length=12, choices=Verdict.choices, blank=True)
    distance_m = models.FloatField(_("距界线（米）"), null=True, blank=True)
    conforms = models.BooleanField(_("符合"), null=True, blank=True)
    note = models.TextField(_("说明"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="origin_checks", verbose_name=_("核验报告")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("产地核验")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.site} {self.on}"


class Rectification(models.Model):
    """限期改正 (令第80号 art. 31): what is to be put right, until when (the day set in the notice), and the answer.

    `step` ordered it; `closed_by` is the step with which the use went on or ended, None where it is open or only its
    failure was noted.
    """

    authorisation = models.ForeignKey(
        Authorisation, models.PROTECT, related_name="rectifications", verbose_name=_("核准")
    )
    step = models.OneToOneField(Step, models.PROTECT, related_name="rectification", verbose_name=_("步骤"))
    ground = models.CharField(_("事由"), max_length=16, choices=list(AFTER_RECTIFICATION.items()))
    demand = models.TextField(_("要求"))
    ordered_on = models.DateField(_("通知日"))
    due_on = models.DateField(_("限期（含当日）"))
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="rectifications", verbose_name=_("通知书")
    )
    answer = models.TextField(_("答复"), blank=True)
    answered_on = models.DateField(_("答复日"), null=True, blank=True)
    closed_on = models.DateField(_("办结日"), null=True, blank=True)
    mended = models.BooleanField(_("已改正"), null=True, blank=True)
    closed_by = models.OneToOneField(
        Step, models.PROTECT, null=True, blank=True, related_name="closed_rectification", verbose_name=_("办结的步骤")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("限期改正")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authorisation"],
                condition=Q(closed_on__isnull=True),
                name="rectification_one_open",
                violation_error_message=_("该使用人已有未办结的限期改正。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authorisation.code} {self.ordered_on}"


# --- Marks made and used ---------------------------------------------------------------------------------------------


class LabelKind(models.TextChoices):
    """How the mark is put on (公告第三五四号: 标示方法)."""

    STICKER = "sticker", _("粘贴标签")
    PACKAGE = "package", _("直接印在包装、容器上")
    TAG = "tag", _("吊牌、标牌")
    OTHER = "other", _("其他")


class Batch(models.Model):
    """One print run. `serial_from` and `serial_to` where the labels are numbered; `net_kg` what one package holds."""

    number = models.CharField(_("批次号"), max_length=20, unique=True)
    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="batches", verbose_name=_("核准"))
    printer = models.CharField(_("印制单位"), max_length=120)
    label_kind = models.CharField(_("标示方法"), max_length=8, choices=LabelKind)
    quantity = models.PositiveIntegerField(_("数量（枚）"), validators=[MinValueValidator(1)])
    serial_from = models.CharField(_("起始序号"), max_length=40, blank=True)
    serial_to = models.CharField(_("终止序号"), max_length=40, blank=True)
    net_kg = models.FloatField(_("每枚对应净含量（千克）"), null=True, blank=True, validators=[MinValueValidator(0.0)])
    printed_on = models.DateField(_("印制日"))
    proof = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="batches", verbose_name=_("样张或凭证")
    )
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("印制批次")
        ordering = ["-printed_on", "-pk"]

    def __str__(self) -> str:
        return self.number


class EntryKind(models.TextChoices):
    """What happened to marks; from which account to which is in `ledger.MOVES`."""

    PRINTED = "printed", _("印制")
    ISSUED = "issued", _("发放")
    USED = "used", _("使用")
    SPOILED = "spoiled", _("发放后损毁")
    RETURNED = "returned", _("退回")
    SCRAPPED = "scrapped", _("未发放即销毁")


class Entry(models.Model):
    """One line of the ledger of a batch: never changed, never removed; a mistake is reversed by another line."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="entries", verbose_name=_("批次"))
    kind = models.CharField(_("事项"), max_length=8, choices=EntryKind)
    quantity = models.PositiveIntegerField(_("数量（枚）"), validators=[MinValueValidator(1)])
    on = models.DateField(_("日期"))
    at = models.DateTimeField(_("记录时间"))
    by = models.CharField(_("记录人"), max_length=150)
    note = models.TextField(_("说明"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="mark_entries", verbose_name=_("凭证")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("冲销的记录")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("标识流水")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.batch} {self.get_kind_display()} {self.quantity}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise BadInput("流水只能增加，不能修改：记错的请冲销。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise BadInput("流水不能删除：记错的请冲销。")


class UseReport(models.Model):
    """公告第三五四号: what a producer reports of one year's use. What is not known stays empty."""

    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="reports", verbose_name=_("核准"))
    year = models.PositiveSmallIntegerField(_("年份"))
    output_t = models.FloatField(_("产量（吨）"), null=True, blank=True, validators=[MinValueValidator(0.0)])
    value_wan = models.FloatField(_("产值（万元）"), null=True, blank=True, validators=[MinValueValidator(0.0)])
    printed = models.PositiveIntegerField(_("印制（枚）"), null=True, blank=True)
    used = models.PositiveIntegerField(_("使用（枚）"), null=True, blank=True)
    left = models.PositiveIntegerField(_("结存（枚）"), null=True, blank=True)
    last_used_on = models.DateField(_("年内最后一次使用"), null=True, blank=True)
    sold_where = models.TextField(_("销往何处"), blank=True)
    filed_on = models.DateField(_("报送日"))
    by = models.CharField(_("报送人"), max_length=150)
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("年度用标报告")
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authorisation", "year"],
                name="use_report_once_a_year",
                violation_error_message=_("这一年的报告已经报过。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authorisation.code} {self.year}"


class Yield(Spanned, Sourced):
    """The most that a hectare of the producing area can bear in a year, where a source says so."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="yields", verbose_name=_("产品"))
    kg_per_hectare = models.FloatField(_("每公顷年产量上限（千克）"), validators=[MinValueValidator(0.0)])

    class Meta(Spanned.Meta):
        verbose_name = verbose_name_plural = _("单产上限")
        ordering = ["product__slug", "valid_from"]

    def __str__(self) -> str:
        return f"{self.product} {self.kg_per_hectare:g} 千克/公顷"


class YearFigures(Sourced):
    """What a source says of a product's whole producing area in one year: the denominators of coverage."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="year_figures", verbose_name=_("产品"))
    year = models.PositiveSmallIntegerField(_("年份"))
    makers = models.PositiveIntegerField(_("产地范围内的生产者（户）"), null=True, blank=True)
    output_t = models.FloatField(_("总产量（吨）"), null=True, blank=True, validators=[MinValueValidator(0.0)])
    value_wan = models.FloatField(_("总产值（万元）"), null=True, blank=True, validators=[MinValueValidator(0.0)])

    class Meta:
        verbose_name = verbose_name_plural = _("产区年度数据")
        ordering = ["product__slug", "-year"]
        constraints = [models.UniqueConstraint(fields=["product", "year"], name="year_figures_once")]

    def __str__(self) -> str:
        return f"{self.product} {self.year}"


# --- Proof -----------------------------------------------------------------------------------------------------------


class Artwork(models.Model):
    """The vector file of the official mark as the district received it (令第80号 art. 22); never ours to draw."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="artworks", verbose_name=_("文件"))
    valid_from = models.DateField(_("自何日起用"))

    class Meta:
        verbose_name = verbose_name_plural = _("专用标志矢量图")
        ordering = ["-valid_from", "-pk"]

    def __str__(self) -> str:
        return str(self.document)


class Inquiry(models.Model):
    """How often one code was asked for on one day; written without a line of history."""

    code = models.CharField(_("核准编码"), max_length=12)
    on = models.DateField(_("日期"))
    times = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("查询次数")
        ordering = ["-on", "code"]
        constraints = [models.UniqueConstraint(fields=["code", "on"], name="inquiry_once_a_day")]

    def __str__(self) -> str:
        return f"{self.code} {self.on} {self.times}"


class ApiKey(models.Model):
    """A key for bulk checks, of which only the digest is kept; written without a line of history."""

    person = models.ForeignKey(User, models.CASCADE, related_name="api_keys", verbose_name=_("持有人"))
    label = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(_("SHA-256"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("生成时间"))
    revoked_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接口密钥")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.person} {self.label}"
