"""gi_registry: the open register and map of geographical indications that a county can run."""

__version__ = "0.1.0"
