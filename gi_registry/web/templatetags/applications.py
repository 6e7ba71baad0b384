"""How pages write a deadline: days left, today, days past."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from gi_registry.applications.docket import TERMS, closed
from gi_registry.applications.path import Due

register = template.Library()


@register.filter
def left_in_words(due: Due) -> str:
    """还有 3 天; 今天到期; 已逾期 3 天, which of a window for oppositions is only 已满."""
    if due.left is None:
        return _("无法定期限")
    if due.left > 0:
        return _("还有 {n} 天").format(n=due.left)
    if due.left == 0:
        return _("今天到期")
    over = _("已满 {n} 天") if due.deadline.rule.clock in TERMS else _("异议期已满 {n} 天")
    words = over if closed(due) else _("已逾期 {n} 天")
    return words.format(n=-due.left)
