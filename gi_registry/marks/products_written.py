"""Names of products as they stand on labels: inside a longer text, or nearly right."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from gi_registry.core.text import plain
from gi_registry.marks.search import product_names

ALIKE = 50.0  # of 100: from here on two names are like each other


def is_written_in(text: str) -> bool:
    """Whether a name of a product, of today or of old, stands in `text`."""
    written = plain(text)
    return any(name in written for name in product_names.now()[1].texts if name)


def most_like(text: str) -> str:
    """The common name of the product whose name is most like `text`; "" where none is."""
    rows, names = product_names.now()
    best = process.extractOne(plain(text), names.texts, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return rows[best[2]][1] if best else ""
