"""Who may sign in, and who may do what."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gi_registry.parties.models import User


class Role(models.TextChoices):
    """What a person is to the register; each is a group of that name."""

    AGRICULTURE = "agriculture", _("农业农村部门")
    MARKET = "market", _("市场监管部门")
    ASSOCIATION = "association", _("协会")
    INSPECTOR = "inspector", _("检查员")
    PRODUCER = "producer", _("生产者")
    LIAISON = "liaison", _("乡镇联络员")
    AUDITOR = "auditor", _("审计员")
    ADMINISTRATOR = "administrator", _("管理员")


class Act(models.TextChoices):
    """What may be done at the desk, and by producers on pages of their own."""

    DESK = "desk", _("看工作台、变更记录和联系人")
    REVIEW = "review", _("看产地范围各版本和导入的文件")
    FACTS = "facts", _("改产品、名称和保护")
    STANDARDS = "standards", _("改标准和资料")
    FRAME = "frame", _("改主体和联系人")
    SOURCES = "sources", _("改来源和公告")
    DOCUMENTS = "documents", _("上传文件")
    AREAS = "areas", _("画产地范围")
    INTAKE = "intake", _("导入界线文件")
    PEOPLE = "people", _("管理人员")
    APPLICATIONS = "applications", _("准备并提交申请")
    STATE_STEPS = "state_steps", _("记录国家的步骤")
    SURVEYS = "surveys", _("填报特色产品普查")
    AUTHORISATIONS = "authorisations", _("登记专用标志使用人")
    PRINTS = "prints", _("记专用标志的印制与使用")
    OWN_USE = "own_use", _("办理本单位的专用标志")
    SYSTEMS = "systems", _("认定三大体系的条款")
    PLANS = "plans", _("制定检查计划和抽取")
    INSPECT = "inspect", _("记录现场检查")
    LEADS = "leads", _("办理案件线索")


class Reach(Enum):
    """How far a permission goes: everything, or only what is the person's own (their party's products, their unit)."""

    ALL = "all"
    OWN = "own"


ALL, OWN = Reach.ALL, Reach.OWN
OFFICIALS = {Role.AGRICULTURE: ALL, Role.MARKET: ALL, Role.ADMINISTRATOR: ALL}

MAY: dict[Act, dict[Role, Reach]] = {
    Act.DESK: OFFICIALS | {Role.AUDITOR: ALL, Role.INSPECTOR: ALL, Role.ASSOCIATION: OWN, Role.LIAISON: OWN},
    Act.REVIEW: OFFICIALS | {Role.AUDITOR: ALL, Role.INSPECTOR: ALL},
    Act.FACTS: OFFICIALS,
    Act.STANDARDS: OFFICIALS | {Role.ASSOCIATION: OWN},
    Act.FRAME: OFFICIALS | {Role.ASSOCIATION: OWN, Role.LIAISON: OWN},
    Act.SOURCES: OFFICIALS,
    Act.DOCUMENTS: OFFICIALS | {Role.ASSOCIATION: OWN, Role.LIAISON: OWN},
    Act.AREAS: OFFICIALS,
    Act.INTAKE: OFFICIALS,
    Act.PEOPLE: {Role.ADMINISTRATOR: ALL},
    Act.APPLICATIONS: {Role.AGRICULTURE: ALL, Role.ADMINISTRATOR: ALL, Role.ASSOCIATION: OWN},
    Act.STATE_STEPS: {Role.MARKET: ALL, Role.ADMINISTRATOR: ALL},
    Act.SURVEYS: {Role.AGRICULTURE: ALL, Role.ADMINISTRATOR: ALL, Role.LIAISON: OWN},
    Act.AUTHORISATIONS: {Role.MARKET: ALL, Role.ADMINISTRATOR: ALL},
    Act.PRINTS: {Role.MARKET: ALL, Role.ADMINISTRATOR: ALL, Role.ASSOCIATION: OWN, Role.PRODUCER: OWN},
    Act.OWN_USE: {Role.PRODUCER: OWN},
    Act.SYSTEMS: OFFICIALS,  # whoever is judged does not judge himself
    Act.PLANS: {Role.MARKET: ALL, Role.ADMINISTRATOR: ALL},
    Act.INSPECT: {Role.MARKET: ALL, Role.ADMINISTRATOR: ALL, Role.INSPECTOR: OWN},
    Act.LEADS: {Role.MARKET: ALL, Role.ADMINISTRATOR: ALL, Role.INSPECTOR: OWN},
}

Person = User | AnonymousUser


def roles_of(person: Person) -> frozenset[Role]:
    """The roles of a person; a superuser is an administrator. One query for each object."""
    if not isinstance(person, User) or not person.is_active:
        return frozenset()
    names = set(person.group_names)
    roles = {role for role in Role if str(role.label) in names}
    return frozenset(roles | {Role.ADMINISTRATOR} if person.is_superuser else roles)


def reach(person: Person, act: Act) -> Reach | None:
    """How far the person may do the act; None where not at all."""
    reaches = {MAY[act][role] for role in roles_of(person) if role in MAY[act]}
    return ALL if ALL in reaches else next(iter(reaches), None)


class RegisterBackend(ModelBackend):
    """Django's own check, and demo accounts only while DEBUG is on: their password is printed for everybody to read."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        demo = getattr(user, "is_demo", False)
        return super().user_can_authenticate(user) and (settings.DEBUG or not demo)

    def get_user(self, user_id: int) -> User | None:
        """The person of a session with the names of their groups: one query, since every page of the desk asks both."""
        rows = list(User.objects.filter(pk=user_id).annotate(group_name=F("groups__name")))
        if not rows or not self.user_can_authenticate(rows[0]):
            return None
        user = rows[0]
        user.group_names = [row.group_name for row in rows if row.group_name]
        return user

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        """Administrators may do in the admin what superusers may; nobody else has permissions there."""
        return reach(user_obj, Act.PEOPLE) is not None

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return reach(user_obj, Act.PEOPLE) is not None
