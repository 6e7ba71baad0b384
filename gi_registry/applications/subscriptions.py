"""From which address a person's calendar fetches deadlines: a secret of their own, which they can renew."""

from __future__ import annotations

import secrets

from gi_registry.applications.models import CalendarAddress
from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.parties.models import User


def key_of(person: User) -> str:
    """The secret of the person's address, made when first asked for."""
    values = {"key": secrets.token_urlsafe(32), "at": clock.now()}
    return CalendarAddress.objects.get_or_create(person=person, defaults=values)[0].key


def renew(person: User) -> None:
    """A new secret; the old address answers no more."""
    CalendarAddress.objects.update_or_create(
        person=person, defaults={"key": secrets.token_urlsafe(32), "at": clock.now()}
    )


def owner_of(key: str) -> User:
    """Whose secret it is. Raises NotInRegister where it is nobody's, or of somebody who may not sign in any more."""
    found = CalendarAddress.objects.select_related("person").filter(key=key, person__is_active=True).first()
    if found is None:
        raise NotInRegister("没有这个日历地址：它可能已经更换，请在工作台的“日历订阅”里取新的。")
    return found.person
