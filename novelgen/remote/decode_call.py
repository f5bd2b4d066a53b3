"""One decode call: a streamed request for each row, a few at once, tried again where that helps.

Guarantees: the observer is spoken to from the caller's own thread alone; a stop, or the end of a
row, ends its request at once, also while a server is silent; what is tried again, and how long is
waited, depends on no clock and no shared random numbers.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from openai import AsyncOpenAI, OpenAIError

from novelgen.engine.protocol import DecodeObserver, QuietObserver
from novelgen.engine.randomness import uniforms
from novelgen.engine.spending import Spending, SpendingMeter
from novelgen.engine.values import Candidate, DecodeRequest, FinishReason
from novelgen.errors import ModelError
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.chunks import Chunk, NotAChunk, read_chunk
from novelgen.remote.client import open_client
from novelgen.remote.context_room import ContextRoom
from novelgen.remote.dialect import Dialect
from novelgen.remote.failures import Failure, FailureReader, Kind
from novelgen.remote.growing_row import GrowingRow
from novelgen.remote.keys import ApiKey
from novelgen.remote.naming import Server
from novelgen.remote.prompts import ChatPrompt, messages_to_send, without_control
from novelgen.remote.token_estimate import estimate_tokens

_SECONDS_BETWEEN_LOOKS = 0.05
_LONGEST_BACK_OFF = 30.0
_LONGEST_ASKED_WAIT = 300.0
"""Seconds: a server that wants us to come back later than that is given up."""
_SPARE_PIECES = 64
"""Pieces beyond the wanted tokens after which a server does not heed the limit."""
_WAITING_LANE = 2
_CROWDED = 2
"""Answers of one call that broke off beside others, after which they are asked for one at a time: a
single one may be chance."""
_SECONDS_FOR_A_LIST = 15.0

Narrate = Callable[[str], None]


@dataclass(slots=True)
class Turns:
    """How many requests at once a server was found to take."""

    is_alone: bool = False
    """Some answer one request alone, and break it off for the next, such as llama_cpp's server."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What the calls of one session share."""

    server: Server
    key: ApiKey | None
    dialect: Dialect
    turns: Turns
    room: ContextRoom
    library: PromptLibrary
    meter: SpendingMeter
    narrate: Narrate


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the rows of a call go on from; `total` counts a request with a given tail."""

    chat: ChatPrompt | None
    """None for a server that completes plain text."""
    brief: str
    tail: str
    total: Callable[[str], int]


class DecodeCall:
    """The rows of one call."""

    def __init__(
        self,
        connection: Connection,
        prompt: Prompt,
        request: DecodeRequest,
        observer: DecodeObserver | None,
    ) -> None:
        self._at = connection
        self._prompt = prompt
        self._request = request
        self._observer = observer or QuietObserver()
        self._failures = FailureReader(connection.server, connection.key)
        self._slots = asyncio.Semaphore(connection.server.settings.parallel)
        self._turn = asyncio.Lock()
        self._beside: dict[int, bool] = {}
        """Rows that are asked for now, and whether each was so beside another."""
        self._broken_off = 0
        start = prompt.chat.reply_start if prompt.chat is not None else ""
        tail = prompt.tail if prompt.chat is not None else ""  # plain text is gone on with
        self._rows = [
            GrowingRow(number, request, start, tail, observer)
            for number in range(len(request.stream_keys))
        ]

    async def run(self) -> tuple[Candidate, ...]:
        """Draw every row. Raises `ModelError` when the server does not give one of them."""
        async with open_client(self._at.server, self._at.key) as client:
            tasks = {row.number: asyncio.create_task(self._draw(client, row)) for row in self._rows}
            try:
                await self._watch(tasks)
            finally:
                for task in tasks.values():
                    task.cancel()
                await asyncio.gather(*tasks.values(), return_exceptions=True)
        return tuple(row.candidate() for row in self._rows)

    @property
    def is_thought_alone(self) -> bool:
        """Whether the server spent all tokens of every row on thinking, and said nothing."""
        return bool(self._rows) and all(
            row.has_thought
            and row.candidate().finish_reason is FinishReason.LENGTH
            and not row.candidate().text.strip()
            for row in self._rows
        )

    async def _watch(self, tasks: "dict[int, asyncio.Task[None]]") -> None:
        """Until all rows have ended, or the observer ends them."""
        pending = set(tasks.values())
        while pending:
            if self._observer.should_stop():
                for row in self._rows:
                    row.finish(FinishReason.CANCELLED)
                return
            rejected = self._observer.rejected_rows()
            for row in self._rows:
                if row.number in rejected and row.is_growing:
                    row.finish(FinishReason.REJECTED)
                    tasks[row.number].cancel()
            done, pending = await asyncio.wait(
                pending, timeout=_SECONDS_BETWEEN_LOOKS, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                with suppress(asyncio.CancelledError):
                    task.result()

    async def _draw(self, client: AsyncOpenAI, row: GrowingRow) -> None:
        """Ask until the row is drawn, or a person must do something."""
        async with self._slots:
            retries = 0
            while True:
                size = self._at.room.size
                tail = self._at.room.fitted_tail(self._prompt.tail, self._prompt.total)
                fields = self._fields(row)
                is_folded = self._at.dialect.folds_system
                failure = await self._try_in_turn(client, row, tail, fields)
                if failure is None:
                    return
                row.begin_again()
                if failure.kind is Kind.SHORTER:
                    asked = self._prompt.total(tail)
                    self._at.room.shrink(size, asked, self._told_room(failure))
                    self._say_shorter(size)
                elif failure.kind is Kind.OTHERWISE and self._knows_otherwise(
                    failure, row, fields, was_folded=is_folded
                ):
                    continue
                elif failure.kind is Kind.AGAIN and self._may_wait(failure, retries):
                    retries += 1
                    await self._wait(failure, row, retries)
                else:
                    raise await self._error(client, failure, retries) from None

    def _fields(self, row: GrowingRow) -> dict[str, Any]:
        key = self._request.stream_keys[row.number]
        return self._at.dialect.fields(self._at.server, self._request, key)

    def _told_room(self, failure: Failure) -> int | None:
        """What a server says that its model attends to, less what is kept for thinking."""
        if failure.context_size is None:
            return None
        return failure.context_size - self._at.server.settings.thinking_tokens

    def _knows_otherwise(
        self, failure: Failure, row: GrowingRow, sent: dict[str, Any], *, was_folded: bool
    ) -> bool:
        """Learn from a refusal; whether the request would be another one now.

        Another row may have taught it already.
        """
        dialect = self._at.dialect
        known = set(dialect.dropped), dialect.drops_extras
        dialect.learn(failure.what, sent, was_folded=was_folded)
        if (dialect.dropped, dialect.drops_extras) != known:
            self._at.narrate(
                f"The server {self._at.server.short_name} refuses settings, left out from "
                f"here on: {failure.what}"
            )
        return self._fields(row) != sent or dialect.folds_system is not was_folded

    async def _try_in_turn(
        self, client: AsyncOpenAI, row: GrowingRow, tail: str, fields: dict[str, Any]
    ) -> Failure | None:
        """Ask once, beside others or alone, as the server can take it."""
        if self._at.turns.is_alone:
            async with self._turn:
                return await self._try(client, row, tail, fields)
        self._beside[row.number] = False
        if len(self._beside) > 1:
            self._beside = dict.fromkeys(self._beside, True)
        try:
            failure = await self._try(client, row, tail, fields)
        finally:
            was_beside = self._beside.pop(row.number)
        if failure is not None and failure.is_broken_off and was_beside:
            self._broken_off += 1
            if self._broken_off == _CROWDED:
                self._ask_alone()
        return failure

    def _ask_alone(self) -> None:
        if not self._at.turns.is_alone:
            self._at.turns.is_alone = True
            self._at.narrate(
                f"The server {self._at.server.short_name} breaks off answers when others are "
                "asked for; from here on they are asked for one at a time."
            )

    async def _try(
        self, client: AsyncOpenAI, row: GrowingRow, tail: str, fields: dict[str, Any]
    ) -> Failure | None:
        """Ask once; None when the row has ended."""
        bill = _Bill(self._at, self._prompt.total(tail) - self._request.max_new_tokens)
        try:
            await self._read(client, row, tail, fields, bill)
        except (TimeoutError, OpenAIError, NotAChunk) as error:
            # What comes after the end of a row is only what the server says of it.
            return self._failure_of(error, bill) if row.is_growing else None
        finally:
            row.num_tokens = bill.settle()
        if not row.is_growing:
            return None
        return self._failures.cut() if bill.pieces else self._failures.garbage()

    async def _read(
        self,
        client: AsyncOpenAI,
        row: GrowingRow,
        tail: str,
        fields: dict[str, Any],
        bill: "_Bill",
    ) -> None:
        """Feed the row until it has ended, or the stream has."""
        settings = self._at.server.settings
        async with (
            asyncio.timeout(settings.first_token_seconds) as limit,
            aclosing(self._chunks(client, tail, fields, bill)) as chunks,
        ):
            async for chunk in chunks:
                bill.take(chunk)
                if chunk.content or chunk.thought:
                    now = asyncio.get_running_loop().time()
                    limit.reschedule(now + settings.timeout_seconds)
                row.has_thought = row.has_thought or bool(chunk.thought)
                if chunk.content and row.is_growing:
                    row.add(chunk.content)
                if chunk.finish_reason is not None:
                    row.finish(chunk.finish_reason)
                if not self._goes_on(row, bill):
                    return

    def _failure_of(self, error: Exception, bill: "_Bill") -> Failure:
        settings = self._at.server.settings
        if isinstance(error, NotAChunk):
            return self._failures.garbage()
        if not isinstance(error, TimeoutError):
            return self._failures.read(error)
        if bill.pieces:
            return self._failures.stalled("the next token", settings.timeout_seconds)
        return self._failures.stalled("the first token", settings.first_token_seconds)

    def _goes_on(self, row: GrowingRow, bill: "_Bill") -> bool:
        """Whether more of a stream is of use: the row grows, or the server says what it took."""
        if row.is_growing and self._observer.should_stop():
            row.finish(FinishReason.CANCELLED)
        wanted = self._request.max_new_tokens + self._at.server.settings.thinking_tokens
        if row.is_growing and bill.pieces > wanted + _SPARE_PIECES:
            row.finish(FinishReason.LENGTH)
        return row.is_growing or (bill.is_finished and bill.usage is None)

    async def _chunks(
        self, client: AsyncOpenAI, tail: str, fields: dict[str, Any], bill: "_Bill"
    ) -> AsyncGenerator[Chunk, None]:
        chat, model = self._prompt.chat, self._at.server.settings.model
        more = {name: value for name, value in fields.items() if name not in ("model", "stream")}
        stream: Any
        if chat is None:
            text = without_control(self._prompt.brief + tail)
            stream = await client.completions.create(
                model=model, prompt=text, stream=True, extra_body=more
            )
        else:
            messages: Any = messages_to_send(
                chat, tail, self._at.library, folds_system=self._at.dialect.folds_system
            )
            stream = await client.chat.completions.create(
                model=model, messages=messages, stream=True, extra_body=more
            )
        bill.is_open = True
        async with stream:
            try:
                async for raw in stream:
                    yield read_chunk(raw)
            except (ValueError, RecursionError) as error:  # what should have been JSON
                raise NotAChunk from error

    def _may_wait(self, failure: Failure, retries: int) -> bool:
        is_soon = (failure.wait_seconds or 0.0) <= _LONGEST_ASKED_WAIT
        return is_soon and retries < self._at.server.settings.retries

    async def _wait(self, failure: Failure, row: GrowingRow, retry: int) -> None:
        """Longer each time, a little different for each row, at least as long as was asked for."""
        settings = self._at.server.settings
        key = self._request.stream_keys[row.number]
        share = 0.5 + 0.5 * float(uniforms(key, retry, 1, _WAITING_LANE)[0])
        back_off = min(_LONGEST_BACK_OFF, settings.retry_seconds * 2.0 ** (retry - 1)) * share
        seconds = max(back_off, failure.wait_seconds or 0.0)
        what = failure.what[:1].upper() + failure.what[1:]
        self._at.narrate(
            f"{what}. Asked again in {seconds:.1f} s, {retry} of {settings.retries} times."
        )
        await asyncio.sleep(seconds)

    def _say_shorter(self, size: int) -> None:
        if self._at.room.size < size:
            self._at.narrate(
                f"The server {self._at.server.short_name} attends to less than was thought; from "
                f"here on about {self._at.room.size:,} tokens are asked at once."
            )

    async def _error(self, client: AsyncOpenAI, failure: Failure, retries: int) -> ModelError:
        if failure.kind is Kind.NEVER and "has no model" in failure.what:
            failure = self._failures.unknown_model(await _models_of(client))
        error = self._failures.error(failure)
        if retries:
            tried = f"{error.message.removesuffix('.')}; it was asked {retries + 1} times."
            return ModelError(tried, error.remedy)
        return error


async def _models_of(client: AsyncOpenAI) -> list[str]:
    """The models that a server says it has; none when it does not say."""
    try:
        async with asyncio.timeout(_SECONDS_FOR_A_LIST):
            page = await client.models.list()
        return [str(model.id) for model in page.data]
    except (OpenAIError, TimeoutError, ValueError, TypeError, AttributeError):
        return []


class _Bill:
    """What one request takes."""

    def __init__(self, connection: Connection, prompt_tokens: int) -> None:
        self._at = connection
        self._prompt_tokens = prompt_tokens
        self._text = ""
        self.pieces = 0
        """Of answer and thoughts."""
        self.usage: tuple[int, int] | None = None
        self.is_open = False
        """Whether the server took the request."""
        self.is_finished = False

    def take(self, chunk: Chunk) -> None:
        if chunk.content or chunk.thought:
            self.pieces += 1
            self._text += chunk.content + chunk.thought
        self.usage = chunk.usage or self.usage
        self.is_finished = self.is_finished or chunk.finish_reason is not None

    def settle(self) -> int:
        """Count what it took; returns the tokens that were drawn."""
        if not self.is_open:
            return 0
        prompt, new = self.usage or (self._prompt_tokens, estimate_tokens(self._text))
        settings = self._at.server.settings
        self._at.meter.add(
            self._at.server.short_name,
            Spending(
                requests=1,
                prompt_tokens=prompt,
                new_tokens=new,
                cost=(prompt * (settings.price_in or 0.0) + new * (settings.price_out or 0.0))
                / 1e6,
                estimated_requests=int(self.usage is None),
            ),
        )
        return new
