"""Frozen dataclasses as JSON and back, so that a diagnosis can be kept and shown again."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from types import NoneType, UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints


class Paper:
    """Mixed into a frozen dataclass of plain values, tuples, frozensets and more such dataclasses."""

    def as_json(self) -> dict[str, Any]:
        """What json.dumps takes: tuples and sets become lists, sets in order."""
        return plain(asdict(self))  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """The paper that `as_json` wrote. Raises KeyError or TypeError for what is no such paper."""
        return rebuilt(cls, content)  # type: ignore[no-any-return]


def plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: plain(one) for key, one in value.items()}
        case frozenset():
            return sorted(value)
        case tuple() | list():
            return [plain(one) for one in value]
        case _:
            return value


def rebuilt(kind: Any, value: Any) -> Any:
    """`value` as the annotation `kind` wants it."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: rebuilt(hints[name], one) for name, one in value.items()})  # type: ignore[operator]
    origin, inside = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else rebuilt(next(one for one in inside if one is not NoneType), value)
    if origin is tuple:
        each = [inside[0]] * len(value) if inside[-1] is ... else inside
        return tuple(rebuilt(one, part) for one, part in zip(each, value, strict=True))
    return frozenset(value) if origin is frozenset else value
