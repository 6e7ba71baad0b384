"""manage.py demo_accounts: the accounts of a trial, one of each role, which share one printed password."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from gi_registry.core.history import put
from gi_registry.gazette.models import Grade, Source
from gi_registry.parties.models import Kind, Party, User
from gi_registry.parties.permissions import Role
from gi_registry.places.models import Place
from gi_registry.products.models import Part, Product
from gi_registry.products.models import Role as PartyRole

BY = "demo_accounts"
NOT_A_FACT = "示例，不是事实，只供试用。"
LIAISON_UNIT = "120118102"  # 独流镇
ASSOCIATION_PRODUCTS = ("chenguantun-dongcai", "taitou-xigua")  # a candidate, and one with users of the mark


class Account(NamedTuple):
    """One account of the trial and the party it belongs to."""

    username: str
    role: Role
    party: str = ""
    kind: Kind = Kind.OTHER


ACCOUNTS = [
    Account("agri", Role.AGRICULTURE),
    Account("market", Role.MARKET),
    Account("association", Role.ASSOCIATION, "示例协会", Kind.ASSOCIATION),
    Account("inspector", Role.INSPECTOR),
    Account("inspector2", Role.INSPECTOR),
    Account("inspector3", Role.INSPECTOR),
    Account("producer", Role.PRODUCER, "示例合作社", Kind.COOPERATIVE),
    Account("rival", Role.PRODUCER, "示例同业合作社", Kind.COOPERATIVE),
    Account("liaison", Role.LIAISON),
    Account("auditor", Role.AUDITOR),
    Account("admin", Role.ADMINISTRATOR),
]


class Command(BaseCommand):
    help = "建立或更新试用账号与示例主体；口令取自环境变量 DEMO_PASSWORD。只在 DEBUG 打开时可用。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("试用账号只能在 DEBUG=1 时建立。")
        if not settings.DEMO_PASSWORD:
            raise CommandError("缺少环境变量 DEMO_PASSWORD。")
        with transaction.atomic():
            for account in ACCOUNTS:
                prepare(account)
            join_association_to_its_products()
        self.stdout.write(f"试用账号：{' '.join(account.username for account in ACCOUNTS)}")


def prepare(account: Account) -> None:
    """Make the account, or give it the password of today. Raises CommandError where the name is a real person's."""
    administrator = account.role == Role.ADMINISTRATOR
    defaults = {
        "last_name": f"示例{account.role.label}",
        "is_demo": True,
        "is_staff": administrator,
        "is_superuser": administrator,
        "party": sample_party(account) if account.party else None,
        "unit": Place.objects.filter(code=LIAISON_UNIT).first() if account.role == Role.LIAISON else None,
    }
    user, made = User.objects.get_or_create(username=account.username, defaults=defaults)
    if not user.is_demo:
        raise CommandError(f"已有正式账号 {account.username}，不改成试用账号。")
    if made:
        user.groups.set(Group.objects.filter(name=account.role.label))
    if not user.check_password(settings.DEMO_PASSWORD):
        user.set_password(settings.DEMO_PASSWORD)
        user.save(update_fields=["password"])


def sample() -> dict[str, Any]:
    """Source, grade and note of a sample row."""
    values = {"title": "示例来源（试用）", "grade": Grade.UNVERIFIED, "note": NOT_A_FACT}
    source, _outcome = put(Source, {"key": "demo-sample"}, values, by=BY)
    return {"source": source, "grade": Grade.UNVERIFIED, "note": NOT_A_FACT}


def sample_party(account: Account) -> Party:
    """The body to which the account belongs."""
    party, _outcome = put(Party, {"name": account.party}, {"kind": account.kind} | sample(), by=BY)
    return party


def join_association_to_its_products() -> None:
    """The sample association keeps some products, so that its account has something of its own to keep."""
    party = Party.objects.get(name="示例协会")
    for product in Product.objects.filter(slug__in=ASSOCIATION_PRODUCTS).order_by("slug"):
        put(PartyRole, {"product": product, "party": party, "part": Part.ASSOCIATION}, sample(), by=BY)
