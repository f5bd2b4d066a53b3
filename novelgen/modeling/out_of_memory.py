"""One translation of a device that runs out of memory, on a CPU or a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from novelgen.errors import ModelError

_MESSAGE = "The device ran out of memory."


@contextmanager
def translated_out_of_memory(remedy: str) -> Iterator[None]:
    """Raises `ModelError` with `remedy` where torch or Python finds no memory."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(_MESSAGE, remedy) from error
    except RuntimeError as error:
        if "DefaultCPUAllocator" in str(error) or "out of memory" in str(error):
            raise ModelError(_MESSAGE, remedy) from error
        raise
