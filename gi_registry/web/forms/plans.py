"""Forms of plans of inspection: the plan, lines of its frame, its next step, who inspects, who must withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.inspections.models import Plan, Recusal, Risk, Target
from gi_registry.inspections.states import Kind
from gi_registry.marks.codes import show_code
from gi_registry.marks.models import Authorisation
from gi_registry.marks.states import Standing
from gi_registry.parties.models import Party, User
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Product
from gi_registry.web.forms.applications import ApplicationForm
from gi_registry.web.forms.fields import TYPE_TO_FIND, RowField, own_fields

ABOUT, RULE = ("title", "starts_on", "ends_on"), ("least", "team")
BY_HAND = [kind for kind in Kind if kind != Kind.RECHECK]  # a re-check is planned from the rectification it looks after


def inspectors() -> QuerySet[User]:
    """All who may be put on a plan, by their names."""
    return User.objects.filter(groups__name=str(Role.INSPECTOR.label), is_active=True).order_by("username")


class People(forms.ModelMultipleChoiceField):
    """Boxes for inspectors, called as the history calls them."""

    def __init__(self, people: QuerySet[User], tied: Iterable[User] = (), **more: Any) -> None:
        widget, wrong = (
            forms.CheckboxSelectMultiple,
            {"invalid_choice": _("%(value)s不能选：不是检查员，或者不在名录里。")},
        )
        super().__init__(
            people.select_related("party"), to_field_name="username", widget=widget, error_messages=wrong, **more
        )
        self.tied = {person.pk for person in tied}

    def label_from_instance(self, person: Any) -> str:
        if person.pk in self.tied:
            return str(_("{person}：应当回避").format(person=person))
        return f"{person} · {person.party}" if person.party else str(person)


def risk_field() -> forms.ChoiceField:
    """The district's own grade."""
    said = _("本区自定；双随机按产品和风险分层抽取")
    return forms.ChoiceField(label=_("风险"), choices=Risk.choices, initial=Risk.MEDIUM, help_text=said)


class PlanForm(ApplicationForm):
    """A plan; what only a draw needs is asked where the plan is not made yet, or draws."""

    products = forms.ModelMultipleChoiceField(
        Product.objects.order_by("common_name"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        label=_("产品"),
    )

    def __init__(self, *args: Any, row: Plan | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        draws = row is None or row.kind == Kind.RANDOM
        if row is None:
            kinds = [("", "—"), *((kind.value, kind.label) for kind in BY_HAND)]
            self.fields["kind"] = forms.ChoiceField(label=_("种类"), choices=kinds)
        self.fields.update(own_fields(Plan, (*ABOUT, *(RULE if draws else ()), "note"), {}))
        self.fields["inspectors"] = People(
            inspectors(), label=_("检查员名录"), required=False, help_text=_("每个对象至少两名；公开时只用代号")
        )
        self.fields["title"].help_text = _("公开显示，不要写人名")
        self.fields["note"].help_text = _("只在工作台显示")
        if draws:
            self.fields["percent"] = forms.FloatField(
                label=_("抽查比例（%）"), min_value=0, max_value=100, initial=20, help_text=_("每层向上取整")
            )
        rule = _("抽取规则（只用于双随机）") if row is None else _("抽取规则")
        self.groups = [
            (_("计划"), ["kind", *ABOUT]),
            (_("检查哪些产品，由谁检查"), ["products", "inspectors"]),
            (rule, ["percent", *RULE]),
            (_("说明"), ["note"]),
        ]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """The columns and lists of the plan; `kind` of a new one."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in {"seen", "percent"}}
        if "percent" in self.fields:
            given["share"] = self.cleaned_data["percent"] / 100
        return given


class UsersForm(ApplicationForm):
    """Users of the mark who come into the frame, all of one risk."""

    def __init__(self, *args: Any, users: Iterable[Authorisation], **more: Any) -> None:
        super().__init__(*args, **more)
        self.users = {user.code: user for user in users}
        self.fields["users"] = forms.MultipleChoiceField(
            label=_("使用人"),
            choices=[(code, called(user)) for code, user in self.users.items()],
            widget=forms.CheckboxSelectMultiple,
            initial=list(self.users),
            error_messages={"invalid_choice": _("所选的使用人里有人已在名录里，或者今天不能使用：请重新打开这一页。")},
        )
        self.fields["risk"] = risk_field()
        self.groups = [(_("列入名录"), ["risk", "users"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `fill_frame` is given beside the plan."""
        chosen = [self.users[code] for code in self.cleaned_data["users"]]
        return {"users": chosen, "risk": Risk(self.cleaned_data["risk"])}


def called(user: Authorisation) -> str:
    """A user of the mark in a list of boxes, with what keeps them from using it."""
    standing = user.standing_on(clock.today())
    said = f" · {standing.label}" if standing and standing != Standing.VALID else ""
    return f"{user.producer} · {user.product} · {show_code(user.code)}{said}"


class OtherForm(ApplicationForm):
    """Somebody to inspect who is no user of the mark, by name and address."""

    def __init__(self, *args: Any, products: QuerySet[Product], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["product"] = forms.ModelChoiceField(
            products, to_field_name="slug", empty_label="—", label=_("产品")
        )
        self.fields.update(own_fields(Target, ("name", "address", "natural"), {}))
        self.fields["name"].required = True
        self.fields["address"].help_text = _("只给检查员看，不公开")
        self.fields["risk"] = risk_field()
        self.groups = [(_("不是使用人的对象"), ["product", "name", "natural", "address", "risk"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `add_target` is given beside plan and product."""
        given = {name: self.cleaned_data[name] for name in ("name", "address", "natural")}
        return given | {"risk": Risk(self.cleaned_data["risk"])}


class RiskForm(ApplicationForm):
    """Another risk, and why."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["risk"] = risk_field()
        self.fields["reason"] = forms.CharField(label=_("为什么"), help_text=_("写进变更记录"), max_length=200)
        self.groups = [(_("风险"), ["risk", "reason"])]
        self.finish()


class TeamForm(ApplicationForm):
    """Who inspects one target."""

    def __init__(self, *args: Any, people: QuerySet[User], tied: Iterable[User], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["inspectors"] = People(people, tied, label=_("检查员"), help_text=_("至少两名"))
        self.groups = [(_("派检查员"), ["inspectors"])]
        self.finish()


class StepForm(ApplicationForm):
    """The next step of a plan, with a note or, where the public is told why, a reason."""

    def __init__(self, *args: Any, answers_for: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["note"] = forms.CharField(
            label=_("理由") if answers_for else _("说明"),
            required=answers_for,
            widget=forms.Textarea,
            help_text=_("公开显示，不要写人名") if answers_for else _("只在工作台显示"),
        )
        self.groups = [(_("理由") if answers_for else _("说明"), ["note"])]
        self.finish()


class RecusalForm(ApplicationForm):
    """Who must withdraw from whom, and why."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["inspector"] = forms.ModelChoiceField(
            inspectors(), to_field_name="username", empty_label="—", label=_("检查员")
        )
        self.fields["party"] = RowField(Party.objects.order_by("name"), label=_("主体"))
        self.fields.update(own_fields(Recusal, ("reason",), {}))
        self.fields["inspector"].widget.attrs["data-search"] = TYPE_TO_FIND
        self.fields["reason"].help_text = _("例如近亲属、曾在该单位任职；只在工作台显示")
        self.groups = [(_("回避"), ["inspector", "party", "reason"])]
        self.finish()

    def asked(self) -> dict[str, Any]:
        """What `recuse` is given."""
        return {name: self.cleaned_data[name] for name in ("inspector", "party", "reason")}


class EndRecusalForm(ApplicationForm):
    """Why somebody need not withdraw any more."""

    reason = forms.CharField(label=_("为什么取消"), widget=forms.Textarea, help_text=_("写进变更记录"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.groups = [(_("取消回避"), ["reason"])]
        self.finish()
