"""The workers of one database as actors of a Ray cluster: started, found again, asked, ended.

Ray places them, gives each its share of GPUs and cores, and starts one again that has died, on
another node if its own is gone. It carries no work and no text. The actors are detached, so that
they outlive the process that started them. Fleets of several databases may share a cluster: each
has a namespace of its own. Everything here is called inside `ray_cluster.connected`.
"""

import hashlib
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from novelgen.errors import NovelgenError
from novelgen.fleet.ray_cluster import NAMESPACE
from novelgen.fleet.worker_order import ActorState, WorkerOrder, WorkerSign
from storage.address import parsed_address

_EVERY_TIME = -1
"""How often Ray starts a worker again that has died."""
_SECONDS_TO_PLACE = 60.0
_SECONDS_TO_GO = 60.0
_SECONDS_TO_ANSWER = 1.0
_SECONDS_BETWEEN_TRIES = 0.3
_POSTGRESQL_PORT = 5432

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placed:
    """Names of workers that were to be started, by what became of them."""

    started: tuple[str, ...]
    present: tuple[str, ...]
    """They were there already, and stay as they are."""
    leaving: tuple[str, ...]
    """They were there, and have been asked to leave; nobody is started in their place."""
    waiting: tuple[str, ...]
    """They come as soon as the cluster has room."""
    differences: dict[str, tuple[str, ...]]
    """In what those who are present differ from what was asked for."""
    mishaps: dict[str, str]
    """Why some of those who wait could not be made."""

    @property
    def at_work(self) -> tuple[str, ...]:
        return self.started + self.present


def namespace_of(database: str) -> str:
    """Where the workers of a database have their names: by its server, port and name alone."""
    parsed = parsed_address(database)
    host = parsed.query.get("host") or parsed.host or ""
    port = parsed.query.get("port") or parsed.port or _POSTGRESQL_PORT
    named = f"{host}\0{port}\0{parsed.database or parsed.username or ''}"
    return f"{NAMESPACE}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"


class RayWorkers:
    """The workers of one namespace."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def start(self, actor_class: type, orders: Sequence[WorkerOrder]) -> Placed:
        """Start a worker for each order; one that is there already stays as it is.

        `actor_class(order)`, with the order as JSON, is made on the node that Ray chooses.
        """
        import ray

        placing = _Placing({order.name: order for order in orders}, set(self.names()))
        asked: dict[Any, str] = {}
        deadline = time.monotonic() + _SECONDS_TO_PLACE
        while placing.pending and (left := deadline - time.monotonic()) > 0:
            for name in placing.pending - {*asked.values()}:
                asked[self._place(actor_class, placing.orders[name])] = name
            patience = min(_SECONDS_TO_ANSWER, left)
            ready, _ = ray.wait([*asked], num_returns=len(asked), timeout=patience)
            for answer in ready:
                self._hear(placing, asked.pop(answer), answer)
            if placing.pending - {*asked.values()}:
                time.sleep(_SECONDS_BETWEEN_TRIES)
        return placing.placed()

    def names(self) -> list[str]:
        """Those who are there, whether they work or wait for room."""
        import ray

        named = ray.util.list_named_actors(all_namespaces=True)
        return sorted(each["name"] for each in named if each["namespace"] == self._namespace)

    def signs(self, names: Iterable[str]) -> dict[str, WorkerSign]:
        """What those of them say who are there and answer at once."""
        import ray

        asked = {}
        for name in names:
            try:
                asked[ray.get_actor(name, namespace=self._namespace).ping.remote()] = name
            except ValueError:  # it has left
                continue
        if not asked:
            return {}
        ready, _ = ray.wait([*asked], num_returns=len(asked), timeout=_SECONDS_TO_ANSWER)
        heard = {}
        for answer in ready:
            try:
                heard[asked[answer]] = WorkerSign.of(ray.get(answer))
            except ray.exceptions.RayError:  # it has just died, and is started again
                continue
        return heard

    def end(self, names: Iterable[str]) -> None:
        """End workers at once, for good. What they had in hand another one takes up."""
        import ray

        for name in names:
            try:
                ray.kill(ray.get_actor(name, namespace=self._namespace), no_restart=True)
            except ValueError:  # it has left meanwhile
                _log.info("worker %s had left", name)

    def end_all(self) -> None:
        """End all workers, and wait until they are gone and their share is free again.

        Raises `NovelgenError` where they do not go.
        """
        deadline = time.monotonic() + _SECONDS_TO_GO
        while names := self.names():
            if time.monotonic() > deadline:
                raise NovelgenError(
                    f"Workers do not end: {', '.join(names)}.", "See how their machines stand."
                )
            self.end(names)
            time.sleep(_SECONDS_BETWEEN_TRIES)

    def _place(self, actor_class: type, order: WorkerOrder) -> Any:
        """The answer, to come, of a worker that is there or is made."""
        import ray

        options = {
            "name": order.name,
            "namespace": self._namespace,
            "lifetime": "detached",
            "get_if_exists": True,
            "max_restarts": _EVERY_TIME,
            "num_cpus": order.cpus,
            "num_gpus": order.gpus,
            "scheduling_strategy": "SPREAD",
            "max_concurrency": 2,
        }
        return ray.remote(actor_class).options(**options).remote(order.as_json()).ping.remote()

    def _hear(self, placing: "_Placing", name: str, answer: Any) -> None:
        import ray

        try:
            sign = WorkerSign.of(ray.get(answer))
        except ray.exceptions.ActorDiedError as error:
            placing.note_gone(name, str(error))
        except ray.exceptions.RayError as error:
            _log.info("worker %s did not answer: %s", name, error)
        else:
            if placing.is_of_no_use(name, sign):
                self.end([name])
            placing.note_sign(name, sign)


def end_this_actor() -> None:
    """Called by a worker that leaves: Ray does not start it again."""
    import ray

    ray.kill(ray.get_runtime_context().current_actor, no_restart=True)


@dataclass
class _Placing:
    """What is known of workers while they are being started."""

    orders: dict[str, WorkerOrder]
    were_there: set[str]
    pending: set[str] = field(init=False)
    _started: list[str] = field(default_factory=list)
    _present: dict[str, WorkerSign] = field(default_factory=dict)
    _leaving: set[str] = field(default_factory=set)
    _mishaps: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pending = set(self.orders)

    def is_of_no_use(self, name: str, sign: WorkerSign) -> bool:
        """Whether it is one of a former start that cannot work, in the way of a new one."""
        return name in self.were_there and sign.state is ActorState.STUCK

    def note_sign(self, name: str, sign: WorkerSign) -> None:
        """One that leaves, or is of no use, has to be made again once it is gone."""
        is_leaving = (
            sign.state is ActorState.LEAVES or sign.order.generation < self.orders[name].generation
        )
        if is_leaving:
            self._leaving.add(name)
        elif self.is_of_no_use(name, sign):
            self.were_there.discard(name)
        elif name in self.were_there:
            self._present[name] = sign
            self.pending.discard(name)
        else:
            self._started.append(name)
            self.pending.discard(name)

    def note_gone(self, name: str, why: str) -> None:
        _log.warning("worker %s has died: %s", name, why)
        if name not in self.were_there:
            self._mishaps[name] = " ".join(why.split())
        self.were_there.discard(name)
        self._leaving.discard(name)

    def placed(self) -> Placed:
        return Placed(
            started=tuple(name for name in self.orders if name in self._started),
            present=tuple(name for name in self.orders if name in self._present),
            leaving=tuple(name for name in self.orders if name in self.pending & self._leaving),
            waiting=tuple(name for name in self.orders if name in self.pending - self._leaving),
            differences={
                name: differences
                for name, sign in self._present.items()
                if (differences := self.orders[name].differences(sign.order))
            },
            mishaps={name: why for name, why in self._mishaps.items() if name in self.pending},
        )
