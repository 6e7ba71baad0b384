"""What may follow what: the stages of a product under one regime, as the register records them."""

from __future__ import annotations

from gi_registry.products.models import Stage

NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.CANDIDATE: frozenset({Stage.CANDIDATE, Stage.IN_PROCEDURE, Stage.PROTECTED}),
    Stage.IN_PROCEDURE: frozenset({Stage.IN_PROCEDURE, Stage.CANDIDATE, Stage.PROTECTED}),
    Stage.PROTECTED: frozenset({Stage.PROTECTED, Stage.ENDED}),
    Stage.ENDED: frozenset({Stage.ENDED, Stage.CANDIDATE, Stage.IN_PROCEDURE}),
}
# What only the State decides: recorded from its announcement, never set by hand.
DECIDED_BY_THE_STATE = frozenset({Stage.PROTECTED, Stage.ENDED})
