"""One writer a novel: whoever holds the lock of a novel may write it, among all processes.

`Store.try_lock_novel` takes one: on SQLite a file beside the database, on PostgreSQL an advisory
lock of the server. Either is freed when the process that holds it dies, however it dies. The lock
keeps a second run from beginning; that no two can write is kept by the epoch in `storage.commit`.

On PostgreSQL several processes may share the lock of a novel, to draft one of its chapters side by
side, and every worker of a fleet holds a lock of its own, by which others see that it lives.
"""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

PATIENCE_SECONDS = 0.5
"""How long a lock that is taken is tried again: a process that died this moment may still be
known to the system as its holder, and one that only looks holds it for an instant."""


class NovelLock(ABC):
    """The lock of a novel, taken. Leaving its block releases it; any thread may release it."""

    @property
    @abstractmethod
    def is_held(self) -> bool:
        """Whether it still keeps others out; asks the server where there is one."""

    @abstractmethod
    def release(self) -> None:
        """Let others have it. Does nothing the second time, or when it was lost before."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
