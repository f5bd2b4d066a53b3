"""The novels behind the screens: every question to database or model goes to a thread of its own.

The screens never wait: they ask, go on, and are given the answer. Knows nothing about widgets.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from novelgen.bootstrap import Workbench, as_novelgen_error
from novelgen.errors import NovelgenError
from novelgen.log import log_unexpected

AnswerT = TypeVar("AnswerT")

_THREADS = 6


class Desk:
    """One workbench that threads share; a unit of work belongs to one of them."""

    def __init__(
        self, workbench: Workbench, config_file: Path | None = None, *, debug: bool = False
    ) -> None:
        self.workbench = workbench
        self.config_file = config_file
        self.debug = debug
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="desk")

    async def ask(self, question: Callable[[Workbench], AnswerT]) -> AnswerT:
        """The answer to a question, found in a thread.

        Raises `NovelgenError`, whatever went wrong; the unexpected is in the log.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(self.answer, question))

    def answer(self, question: Callable[[Workbench], AnswerT]) -> AnswerT:
        """The same in the thread that calls."""
        try:
            return question(self.workbench)
        except Exception as error:
            known = as_novelgen_error(error)
            if isinstance(known, NovelgenError):
                raise known from error
            raise unexpected(error) from error

    def close(self) -> None:
        """Begin no new work; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def unexpected(error: Exception) -> NovelgenError:
    """An error that nobody foresaw, for a person; its traceback goes to the log."""
    log_unexpected(error)
    return NovelgenError(
        f"Unexpected {type(error).__name__}: {error}",
        "Nothing that was saved is lost. The log file has the details.",
    )
