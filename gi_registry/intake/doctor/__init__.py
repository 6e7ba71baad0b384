"""The import doctor: a diagnosis of a sender's file before anything changes, and a receipt after."""

from __future__ import annotations

from gi_registry.intake.doctor.archive import Format
from gi_registry.intake.doctor.diagnosis import Diagnosis, diagnose
from gi_registry.intake.doctor.health import Example, Finding
from gi_registry.intake.doctor.receipt import Count, Receipt, Repair
from gi_registry.intake.doctor.systems import SystemFit
from gi_registry.intake.doctor.treatment import Choices, Delivery, Feature, treated

__all__ = [
    "Choices",
    "Count",
    "Delivery",
    "Diagnosis",
    "Example",
    "Feature",
    "Finding",
    "Format",
    "Receipt",
    "Repair",
    "SystemFit",
    "diagnose",
    "treated",
]
