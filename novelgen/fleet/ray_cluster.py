"""Workers as actors of a Ray cluster: started there, found there again, started anew when they die.

Ray places them, gives each its share of GPUs and cores, and starts one again that has died, on
another node if its own is gone. It carries no work and no text: what a worker is told when it
starts is plain values, and everything else is in the database. The actors are detached, so that
they outlive the process that started them.
"""

import logging
import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelgen.errors import NovelgenError, UsageError
from novelgen.fleet.shape import WorkerShape

NAMESPACE = "novelgen"
_LOCAL = "local"
_SECONDS_TO_ANSWER = 5.0
_EVERY_TIME = -1
"""How often Ray starts a worker again that has died."""
_SECONDS_TO_PLACE = 60.0
_SECONDS_BETWEEN_TRIES = 0.3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placed:
    """Workers that were started, and those that wait until the cluster has room."""

    started: tuple[str, ...]
    waiting: tuple[str, ...]


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


def start_workers(
    actor_class: type, orders: Mapping[str, Mapping[str, Any]], shape: WorkerShape
) -> Placed:
    """Start a worker of each name with its order; those that are there already stay as they are.

    `actor_class(**order)` is made on the node that Ray chooses. Call it inside `connected`.
    """
    started: list[str] = []
    pending = list(orders)
    deadline = time.monotonic() + _SECONDS_TO_PLACE
    while pending and time.monotonic() < deadline:
        asked = {_place(actor_class, name, orders[name], shape): name for name in pending}
        started += _answering(asked, deadline)
        pending = [name for name in pending if name not in started]
    return Placed(tuple(started), tuple(pending))


def _place(actor_class: type, name: str, order: Mapping[str, Any], shape: WorkerShape) -> Any:
    """The answer, to come, of a worker that is there or is made."""
    import ray

    options = {
        "name": name,
        "lifetime": "detached",
        "get_if_exists": True,
        "max_restarts": _EVERY_TIME,
        "num_cpus": shape.cpus,
        "num_gpus": shape.gpus or 0,
        "scheduling_strategy": "SPREAD",
        "max_concurrency": 2,
    }
    return ray.remote(actor_class).options(**options).remote(**order).ping.remote()


def _answering(asked: Mapping[Any, str], deadline: float) -> list[str]:
    """The workers that have answered. One that was just about to leave has to be made again."""
    import ray

    patience = max(0.0, deadline - time.monotonic())
    ready, _ = ray.wait([*asked], num_returns=len(asked), timeout=patience)
    found = []
    for answer in ready:
        try:
            ray.get(answer)
        except ray.exceptions.RayError as error:
            _log.info("worker %s did not answer: %s", asked[answer], error)
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            found.append(asked[answer])
    return found


def cluster_resources() -> tuple[float, float]:
    """GPUs and CPUs of the whole cluster. Call it inside `connected`."""
    import ray

    resources = ray.cluster_resources()
    return float(resources.get("GPU", 0.0)), float(resources.get("CPU", 0.0))


def worker_names() -> list[str]:
    """Names of the workers of this product in the cluster. Call it inside `connected`."""
    import ray

    named = ray.util.list_named_actors(all_namespaces=True)
    return sorted(each["name"] for each in named if each["namespace"] == NAMESPACE)


def troubles_of(names: Iterable[str]) -> dict[str, str]:
    """What those workers that cannot work say of it, by name. Call it inside `connected`."""
    import ray

    asked = {}
    for name in names:
        try:
            asked[ray.get_actor(name, namespace=NAMESPACE).ping.remote()] = name
        except ValueError:  # it has left
            continue
    ready, _ = ray.wait([*asked], num_returns=len(asked), timeout=1.0) if asked else ([], [])
    told: dict[str, str] = {}
    for answer in ready:
        try:
            told[asked[answer]] = ray.get(answer)
        except ray.exceptions.RayError:  # it has just died, and is started again
            continue
    return {name: trouble for name, trouble in told.items() if trouble}


def end_workers(names: Iterable[str]) -> None:
    """End workers at once, for good. What they had in hand another one takes up."""
    import ray

    for name in names:
        try:
            ray.kill(ray.get_actor(name, namespace=NAMESPACE), no_restart=True)
        except ValueError:  # it has left meanwhile
            _log.info("worker %s had left", name)


def end_this_actor() -> None:
    """Called by a worker that leaves: Ray does not start it again."""
    import ray

    ray.kill(ray.get_runtime_context().current_actor, no_restart=True)


def node_name() -> str:
    """The Ray node of this actor, short; several may be on one machine."""
    import ray

    return str(ray.get_runtime_context().get_node_id())[:8]
