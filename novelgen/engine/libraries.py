"""The libraries whose versions decide what an engine computes."""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = (
    "torch",
    "transformers",
    "tokenizers",
    "accelerate",
    "peft",
    "safetensors",
    "numpy",
    "numba",
    "llvmlite",
    "torchao",
    "openai",
)


def library_versions() -> dict[str, str]:
    """Python's version and those of the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
