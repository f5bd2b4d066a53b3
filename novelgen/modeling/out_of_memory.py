"""One translation of a device that runs out of memory or fails, a CPU or a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from novelgen.errors import DeviceFailed, ModelError

_MESSAGE = "The device ran out of memory."
_DEVICE_FAILURES = ("CUDA error", "HIP error", "cuDNN error", "CUBLAS_STATUS", "MPS backend")


@contextmanager
def translated_out_of_memory(remedy: str) -> Iterator[None]:
    """Raises `ModelError`: with `remedy` where torch or Python finds no memory, and with one of its
    own where a device disappears or stops computing."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(_MESSAGE, remedy) from error
    except RuntimeError as error:
        if "DefaultCPUAllocator" in str(error) or "out of memory" in str(error):
            raise ModelError(_MESSAGE, remedy) from error
        if _is_device_failure(error):
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            raise DeviceFailed(
                f"The device failed: {reason}.",
                "Everything committed is kept. Run `novelgen resume`; if it fails again, look at "
                "the device and its driver, or set NOVELGEN_DEVICE=cpu.",
            ) from error
        raise


def _is_device_failure(error: RuntimeError) -> bool:
    kind = getattr(torch, "AcceleratorError", None)  # torch 2.8 and newer
    if kind is not None and isinstance(error, kind):
        return True
    return any(sign in str(error) for sign in _DEVICE_FAILURES)
