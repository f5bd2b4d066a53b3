"""Prose metrics beside human norms: what is measured, and how far it is from what people write.

The definitions are exact, so that figures can be compared: `docs/quality.md` has them. Pure.
"""

from novelgen.text.prose_metrics.alarms import ALARM_LIMITS, alarms_of, counts_as_alarming
from novelgen.text.prose_metrics.band_distance import Within, band_distance
from novelgen.text.prose_metrics.cleaning import clean_up
from novelgen.text.prose_metrics.measuring import METRICS, Measured, measure, measure_continued
from novelgen.text.prose_metrics.norms import Band, Norms, norms_for, norms_of, shipped_norms

__all__ = [
    "ALARM_LIMITS",
    "METRICS",
    "Band",
    "Measured",
    "Norms",
    "Within",
    "alarms_of",
    "band_distance",
    "clean_up",
    "counts_as_alarming",
    "measure",
    "measure_continued",
    "norms_for",
    "norms_of",
    "shipped_norms",
]
