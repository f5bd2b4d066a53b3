"""What a worker is told when Ray starts it, and what it says of itself when it is asked.

Plain values, since Ray carries them from machine to machine and may start a worker again with the
order of its first start.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

_DATABASE = "database_url"


@dataclass(frozen=True, slots=True)
class WorkerOrder:
    """All that a worker is told; everything else is in the database."""

    name: str
    settings: dict[str, Any]
    """Of where the fleet was started, so that all workers write alike."""
    leaves_when_done: bool
    generation: int = 0
    """How often all workers had been asked to leave when this one was started."""
    index: int = 0
    """Of this worker among all, for the port of its metrics."""
    gpus: float = 0.0
    cpus: float = 1.0

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "WorkerOrder":
        """The order that `as_json` made."""
        return cls(**document)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def without_address(self) -> "WorkerOrder":
        """Without the database's address, in which there may be a password."""
        kept = {name: value for name, value in self.settings.items() if name != _DATABASE}
        return replace(self, settings=kept)

    def differences(self, other: "WorkerOrder") -> tuple[str, ...]:
        """In what two workers of one database differ: options of `fleet start` and settings."""
        options = {
            "--gpus": (self.gpus, other.gpus),
            "--cpus": (self.cpus, other.cpus),
            "--stay": (self.leaves_when_done, other.leaves_when_done),
        }
        names = sorted({*self.settings, *other.settings} - {_DATABASE})
        settings = {name: (self.settings.get(name), other.settings.get(name)) for name in names}
        return tuple(name for name, (mine, its) in (options | settings).items() if mine != its)


class ActorState(StrEnum):
    """How the actor of a worker stands."""

    WORKS = "works"
    """Or tries to."""
    RETRIES = "retries"
    """Something keeps it from working that may pass; it waits before it tries again."""
    STUCK = "stuck"
    """It cannot work, and ends after a while for good."""
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class WorkerSign:
    """What an actor answers."""

    order: WorkerOrder
    """Without the database's address."""
    state: ActorState = ActorState.WORKS
    trouble: str = ""
    """What keeps it from working; empty while nothing does."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "WorkerSign":
        """The sign that `as_json` made."""
        order = WorkerOrder.of(document["order"])
        return cls(order, ActorState(document["state"]), document["trouble"])

    def as_json(self) -> dict[str, Any]:
        return {
            "order": self.order.as_json(),
            "state": self.state.value,
            "trouble": self.trouble,
        }
