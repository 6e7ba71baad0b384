"""gi_registry: the open register and map of geographical indications that a county can run."""

from __future__ import annotations

__version__ = "0.1.0"
