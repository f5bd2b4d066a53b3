"""The engine whose model runs behind a server: no memory tokens, no scores, everything else.

Guarantees: what it asks is a function of the request, of the server's settings and of what the
server was found to refuse in this session. Whether the same question brings the same words is the
server's affair.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import numpy as np

from novelgen.engine.fingerprints import fingerprint_without_adapter
from novelgen.engine.libraries import library_versions
from novelgen.engine.memory import pack_memory, require_fit
from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.sampling_settings import validate_sampling
from novelgen.engine.spending import Budget, SpendingMeter
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)
from novelgen.errors import ModelError, UsageError
from novelgen.prompting.brief import BRIEF_VERSION
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.context_room import ContextRoom
from novelgen.remote.decode_call import Connection, DecodeCall, Prompt, Turns
from novelgen.remote.dialect import Dialect
from novelgen.remote.keys import ApiKey, find_key
from novelgen.remote.naming import Server
from novelgen.remote.probing import ServerFacts, probe
from novelgen.remote.prompts import chat_as_text, parse_chat
from novelgen.remote.token_estimate import estimate_tokens

_TOKENS_PER_MESSAGE = 8
"""For what a template writes around a message."""
_LEAST_CONTEXT = 512


class RemoteEngine:
    """An `Engine` behind a server. Open it with `open_remote_engine`."""

    def __init__(
        self,
        server: Server,
        key: ApiKey | None,
        facts: ServerFacts,
        library: PromptLibrary,
        *,
        segment_size: int,
        meter: SpendingMeter | None = None,
        narrate: Callable[[str], None] | None = None,
    ) -> None:
        """Raises `ModelError` when thinking leaves no context for anything else, and `UsageError`
        for a budget of cost without prices.
        """
        settings = server.settings
        context = facts.context_size - settings.thinking_tokens
        if context < _LEAST_CONTEXT:
            raise ModelError(
                f"The server {server.short_name} attends to {facts.context_size:,} tokens, and "
                f"{settings.thinking_tokens:,} are kept for thinking.",
                "Lower thinking_tokens, or load its model with a longer context.",
            )
        meter = meter or SpendingMeter()
        has_prices = settings.price_in is not None or settings.price_out is not None
        if not has_prices and (meter.budget.cost or settings.budget_cost):
            raise UsageError(
                f"A budget of cost is given, and {server.short_name} has no prices.",
                "Set price_in and price_out in its section of the configuration file (0 where "
                "nothing is paid), or give a budget of tokens.",
            )
        meter.limit(server.short_name, Budget(settings.budget_tokens, settings.budget_cost))
        self._facts = facts
        self._has_chat = settings.api == "chat"
        self._connection = Connection(
            server=server,
            key=key,
            dialect=Dialect(),
            turns=Turns(),
            room=ContextRoom(context),
            library=library,
            meter=meter,
            narrate=narrate or _say_nothing,
        )
        self._info = EngineInfo(
            model=server.name,
            model_fingerprint=server.fingerprint,
            adapter_fingerprint=fingerprint_without_adapter(segment_size, BRIEF_VERSION),
            num_mem_tokens=0,
            hidden_size=1,
            segment_size=segment_size,
            context_size=context,
            has_chat_template=self._has_chat,
            device="server",
            dtype="none",
            versions=library_versions(),
            can_score=False,
        )
        self._go_on_tokens = estimate_tokens(library.render("server_go_on", {"tail": ""}))
        self._start_tokens = estimate_tokens(
            library.render("server_reply_start", {"reply_start": ""})
        )

    @property
    def told_context(self) -> str:
        """How long the context is, and who says so, for a person."""
        return f"context {self._facts.context_size:,} tokens ({self._facts.context_source})"

    @property
    def info(self) -> EngineInfo:
        return self._info

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        if not self._has_chat:
            return 1 + estimate_tokens(brief) + estimate_tokens(tail)
        chat = parse_chat(brief)
        tokens = _TOKENS_PER_MESSAGE * (1 + len(chat.messages))
        tokens += sum(estimate_tokens(message.content) for message in chat.messages)
        if chat.reply_start:
            tokens += self._start_tokens + estimate_tokens(chat.reply_start)
        return tokens + (self._go_on_tokens + estimate_tokens(tail) if tail.strip() else 0)

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        if not self._has_chat:
            raise ModelError(
                "This server is asked to complete plain text, so it cannot be given instructions.",
                'Set api = "chat" in its section of the configuration file.',
            )
        return chat_as_text(messages, reply_start)

    def initial_memory(self) -> MemoryState:
        """Empty, as it is after every segment."""
        values = np.zeros((0, self._info.hidden_size), dtype=np.float32)
        return pack_memory(values, self._info.model_fingerprint, self._info.adapter_fingerprint)

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        started = time.perf_counter()
        self._require_valid(request)
        chat = parse_chat(request.brief) if self._has_chat else None
        new_tokens = request.max_new_tokens

        def total(tail: str) -> int:
            return self.count_prompt_tokens(request.brief, tail) + new_tokens

        prompt = Prompt(chat, request.brief, request.tail, total)
        if request.stream_keys:
            call = DecodeCall(self._connection, prompt, request, observer)
            candidates = asyncio.run(call.run())
            if call.is_thought_alone:
                raise ModelError(
                    f"The server {self._connection.server.short_name} used up its "
                    f"{request.max_new_tokens:,} tokens with thinking and wrote nothing.",
                    "Switch its thinking off, or give it room: thinking_tokens in its section.",
                )
        else:
            candidates = ()
        return DecodeResult(
            candidates, total(request.tail) - new_tokens, time.perf_counter() - started
        )

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        del segment
        require_fit(memory, self._info)
        return memory

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        del memory, brief, tail, texts
        raise ModelError(
            "A server does not say how likely a text is.", "Use a model of this machine for that."
        )

    def _require_valid(self, request: DecodeRequest) -> None:
        validate_sampling(request.sampling)
        if request.memory is not None:
            require_fit(request.memory, self._info)
        if request.max_new_tokens < 1:
            raise UsageError(f"max_new_tokens is {request.max_new_tokens}; it must be 1 or more.")
        if request.max_words is not None and request.max_words < 1:
            raise UsageError(f"max_words is {request.max_words}; it must be 1 or more.")
        if not request.brief.strip() and not request.tail.strip():
            raise UsageError("There is nothing to write on from: no brief or tail.")
        needed = self.count_prompt_tokens(request.brief, request.tail) + request.max_new_tokens
        if needed > self._info.context_size:
            raise UsageError(
                f"{needed} tokens are needed; the server's model attends to "
                f"{self._info.context_size}.",
                "Ask for fewer new tokens, or give a shorter brief or tail.",
            )


def open_remote_engine(
    server: Server,
    library: PromptLibrary,
    *,
    segment_size: int,
    meter: SpendingMeter | None = None,
    narrate: Callable[[str], None] | None = None,
) -> RemoteEngine:
    """The engine of a server that answers.

    Raises `ModelError` when it does not, or refuses the key.
    """
    key = find_key(server)
    facts = probe(server, key, server.settings.retries, narrate or _say_nothing)
    return RemoteEngine(
        server, key, facts, library, segment_size=segment_size, meter=meter, narrate=narrate
    )


def _say_nothing(_text: str) -> None:
    """Nobody listens."""
