"""The llama.cpp library: found, loaded quietly, and asked what it can do.

What it prints goes nowhere but into the reason of an error. Knows no models.
"""

import ctypes
from collections import deque
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from packaging.version import InvalidVersion, Version

from novelgen.errors import ModelError

OLDEST_VERSION = Version("0.3.36")
"""Of llama-cpp-python; before, sequences shared no cache and LoRA was set another way."""
_INSTALL = "Install it: pip install 'novelgen[llamacpp]'"
_ERROR_LEVEL, _GOES_ON = 4, 5
"""Of ggml: an error, and more of the line before."""
_said: deque[str] = deque(maxlen=4)
"""The last errors that the library printed."""


def has_llama_cpp() -> bool:
    """Whether a llama-cpp-python is installed whose functions are those called here."""
    found = llama_cpp_version()
    return found is not None and found >= OLDEST_VERSION


def llama_cpp_version() -> Version | None:
    """The version that is installed; loads nothing."""
    try:
        return Version(version("llama-cpp-python"))
    except (PackageNotFoundError, InvalidVersion):
        return None


def require_llama_cpp() -> None:
    """Loads nothing. Raises `ModelError` when the library is missing or too old."""
    found = llama_cpp_version()
    if found is None:
        raise ModelError("GGUF models are run by llama.cpp, which is not installed.", _INSTALL)
    if found < OLDEST_VERSION:
        raise ModelError(
            f"llama-cpp-python {found} is too old; {OLDEST_VERSION} or newer is needed.", _INSTALL
        )


def llama_cpp() -> Any:
    """The library. Raises `ModelError` when it is missing, too old, or does not load."""
    require_llama_cpp()
    return _loaded()


@cache
def _loaded() -> Any:
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(f"llama.cpp does not load: {error}", _INSTALL) from error
    llama_cpp.llama_log_set(_listen(llama_cpp), ctypes.c_void_p())
    llama_cpp.llama_backend_init()
    return llama_cpp


@cache
def _listen(api: Any) -> Any:
    """What the library calls with each line; kept for as long as the process lives."""

    level_before = 0

    def hear(level: int, text: bytes, _: object) -> None:
        nonlocal level_before
        if level == _GOES_ON:
            level = level_before
        level_before = level
        if level == _ERROR_LEVEL:
            line = text.decode("utf-8", "replace").strip()
            if line:
                _said.append(line)

    return api.llama_log_callback(hear)


def forget_errors() -> None:
    """What was said before is not the reason of what comes."""
    _said.clear()


def last_errors() -> str:
    """What the library said of its errors, in a line; empty when it said nothing."""
    return " ".join(_said)[:300]


def offloads() -> bool:
    """Whether this build of the library computes on a GPU."""
    return bool(llama_cpp().llama_supports_gpu_offload())
