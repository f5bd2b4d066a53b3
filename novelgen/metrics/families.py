"""Makes the families of a registry: every name with the product's prefix, every series with the
same two labels.

The names are vLLM's, with another prefix, wherever they mean the same. Knows no figure itself.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PREFIX = "novelgen:"
COMMON_LABELS = ("model_name", "worker")
"""Few values each: a worker is a process, and a process has one model, perhaps two."""


class Families:
    """The families of one worker, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def counter(self, name: str, told: str, *labels: str) -> Counter:
        """What only grows; its name ends with `_total`."""
        return Counter(PREFIX + name, told, (*COMMON_LABELS, *labels), registry=self.registry)

    def gauge(self, name: str, told: str, *labels: str) -> Gauge:
        """What goes up and down."""
        return Gauge(PREFIX + name, told, (*COMMON_LABELS, *labels), registry=self.registry)

    def histogram(self, name: str, told: str, buckets: Sequence[float]) -> Histogram:
        """What is measured once for each of many."""
        return Histogram(
            PREFIX + name, told, COMMON_LABELS, registry=self.registry, buckets=buckets
        )
