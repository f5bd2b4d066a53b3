"""A Ray cluster: how this process comes to be connected to one, and what it has.

Knows nothing of workers (`novelgen.fleet.ray_workers`).
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelgen.errors import NovelgenError, UsageError

NAMESPACE = "novelgen"
"""Those of the workers begin with it."""
_LOCAL = "local"
_SECONDS_TO_ANSWER = 5.0


def require_ray() -> None:
    """Raises `UsageError` when the extra is missing."""
    from importlib.util import find_spec

    if find_spec("ray") is None:
        raise UsageError(
            "Ray is not installed, and `novelgen fleet start` needs it.",
            "Install it: pip install 'novelgen[fleet]'. Without it `novelgen fleet work` is one "
            "worker.",
        )


@dataclass(frozen=True, slots=True)
class Connection:
    """To a cluster."""

    is_own: bool
    """Whether the cluster began with this process, and ends with it."""


@contextmanager
def connected(address: str | None) -> Iterator[Connection]:
    """Be connected to the cluster at `address`, else the one of this machine, else one of its own.

    With the address `local` it is one of its own in any case.

    Raises `NovelgenError` when the cluster does not answer, `UsageError` without Ray.
    """
    require_ray()
    _require_answer(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    if _has_token():  # a cluster asks for it by default, and Ray shows it only when told to
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    import ray

    quiet: dict[str, Any] = {"namespace": NAMESPACE, "log_to_driver": False}
    is_own = address == _LOCAL
    try:
        if not is_own:
            try:
                ray.init(address=address or "auto", logging_level=logging.ERROR, **quiet)
            except ConnectionError:
                if address is not None:
                    raise
                is_own = True
        if is_own:
            ray.init(address=_LOCAL, include_dashboard=False, logging_level=logging.ERROR, **quiet)
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise _unreachable(address, error) from error
    try:
        yield Connection(is_own)
    finally:
        ray.shutdown()


def _require_answer(address: str | None) -> None:
    """Ray ends the whole process where nobody answers. Raises `NovelgenError`."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise _unreachable(address, error) from error


def _unreachable(address: str | None, error: Exception) -> NovelgenError:
    return NovelgenError(
        f"The Ray cluster {address or 'of this machine'} cannot be reached: {error}",
        "`ray start --head` begins a cluster, `ray start --address=HOST:6379` adds a machine; "
        "every machine needs the token that the first one keeps in ~/.ray/auth_token.",
    )


def _has_token() -> bool:
    """Whether this person has the token of a cluster, in one of the places that Ray knows."""
    names = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
    return any(map(os.environ.get, names)) or (Path.home() / ".ray" / "auth_token").is_file()


def cluster_resources() -> tuple[float, float]:
    """GPUs and CPUs of the whole cluster. Call it inside `connected`."""
    import ray

    resources = ray.cluster_resources()
    return float(resources.get("GPU", 0.0)), float(resources.get("CPU", 0.0))
