"""What the register refuses, said in one clear Chinese sentence."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class Refusal(ValueError):
    """Something asked of the register that it will not do; `sentence` says why in words for the person who asked."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def as_problem(self) -> dict[str, Any]:
        """As RFC 9457 describes it (application/problem+json); `detail` is the Chinese sentence."""
        title = HTTPStatus(self.status).phrase
        return {"type": "about:blank", "title": title, "status": self.status, "detail": self.sentence}


class BadInput(Refusal):
    """A value that is out of range, malformed or contradicts another."""


class NotInRegister(Refusal):
    """A slug, code or number that names nothing here."""

    status = 404


class NotAllowed(Refusal):
    """An act that this person may not do."""

    status = 403


class Conflict(Refusal):
    """A row that somebody else has changed since it was read."""

    status = 409


class NotKnown(Refusal):
    """Something that needs a key, asked without one that is good."""

    status = 401


class TooLong(Refusal):
    """More than is taken in at once."""

    status = 413


class TooOften(Refusal):
    """More questions than one address may ask in a minute."""

    status = 429


class NotReady(Refusal):
    """Something for which whoever runs the register has not provided yet."""

    status = 503
