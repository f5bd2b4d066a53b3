"""Memory that this process has on its GPUs, read when it is asked for.

Loads no torch: where torch has not begun to use a device there is nothing to tell. Asks the
allocator's own books and never the driver, so that a kernel is not waited for.
"""

import sys
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from novelgen.metrics.families import COMMON_LABELS, PREFIX

_TOLD = {
    "gpu_memory_allocated_bytes": ("memory_allocated", "Taken by tensors."),
    "gpu_memory_reserved_bytes": ("memory_reserved", "Taken by torch, tensors included."),
    "gpu_memory_peak_allocated_bytes": ("max_memory_allocated", "Most that tensors took so far."),
}
"""The function of `torch.cuda` that tells each."""


class DeviceMemory(Collector):
    """A collector with one series for each GPU in use."""

    def __init__(self, model_name: str, worker: str) -> None:
        self._named = (model_name, worker)

    def describe(self) -> list[GaugeMetricFamily]:
        """The families, without a series."""
        return [self._family(name) for name in _TOLD]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families that have a series now."""
        cuda = _cuda_in_use()
        if cuda is None:
            return
        for name, (function, _) in _TOLD.items():
            family = self._family(name)
            for index in range(cuda.device_count()):
                family.add_metric((*self._named, str(index)), getattr(cuda, function)(index))
            yield family

    def _family(self, name: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(PREFIX + name, _TOLD[name][1], labels=(*COMMON_LABELS, "device"))


def _cuda_in_use() -> Any:
    """`torch.cuda`, once this process computes with it; None before."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    is_in_use = getattr(cuda, "is_initialized", None)
    return cuda if is_in_use is not None and is_in_use() else None
