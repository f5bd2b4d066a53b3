"""Whether a server can be written with: it answers, has the model, and streams.

Asks it for a few words, which a hosted server charges for.
"""

from dataclasses import dataclass
from typing import Any

from novelgen.engine.protocol import QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.spending import SpendingMeter
from novelgen.engine.values import ChatMessage, DecodeRequest, SamplingParams
from novelgen.errors import ModelError
from novelgen.prompting.library import PromptLibrary
from novelgen.remote.keys import find_key
from novelgen.remote.naming import Server
from novelgen.remote.probing import probe
from novelgen.remote.remote_engine import RemoteEngine

_QUESTION = "Say in one short sentence that the sea is calm."
_TOKENS = 64
_SEGMENT = 256
_MOST_MODELS = 50


class _CountsPieces(QuietObserver):
    def __init__(self) -> None:
        self.pieces = 0

    def on_text(self, row: int, text: str) -> None:
        self.pieces += 1


@dataclass(frozen=True, slots=True)
class ServerCheck:
    """A server that can be written with."""

    server: Server
    has_key: bool
    is_listed: bool | None
    """Whether its model is among those it lists; None where it lists none."""
    models: tuple[str, ...]
    context_size: int
    context_source: str
    pieces: int
    """In which its answer came."""
    answer: str

    @property
    def summary(self) -> str:
        """One line for a person."""
        return (
            f"{self.server.settings.url} streams {self.server.settings.model}; context "
            f"{self.context_size:,} tokens, says {self.context_source}"
        )

    def as_json(self) -> dict[str, Any]:
        """What may be shown of it: no key, but whether there is one."""
        settings = self.server.settings
        return {
            "name": self.server.name,
            "kind": "server",
            "url": settings.url,
            "model": settings.model,
            "api": settings.api,
            "context_size": self.context_size,
            "context_source": self.context_source,
            "has_key": self.has_key,
            "is_listed": self.is_listed,
            "models": list(self.models[:_MOST_MODELS]),
            "fingerprint": self.server.fingerprint,
        }


def check_server(server: Server, library: PromptLibrary) -> ServerCheck:
    """Ask a server about itself, and for a sentence, once.

    Raises `ModelError` for what is wrong with it.
    """
    patient = server.settings.model_copy(update={"retries": 0})
    server = Server(server.name, server.keyring_user, patient)
    key = find_key(server)
    facts = probe(server, key)
    engine = RemoteEngine(server, key, facts, library, segment_size=_SEGMENT, meter=SpendingMeter())
    seen = _CountsPieces()
    brief = _QUESTION
    if engine.info.has_chat_template:
        brief = engine.render_chat([ChatMessage("user", _QUESTION)])
    request = DecodeRequest(
        memory=None,
        brief=brief,
        tail="",
        sampling=SamplingParams(),
        stream_keys=(stream_key(0, "check", []),),
        max_new_tokens=_TOKENS,
    )
    (candidate,) = engine.decode(request, seen).candidates
    if not candidate.text.strip():
        raise ModelError(
            f"The server {server.short_name} answers with nothing, or with thoughts alone.",
            "Switch its thinking off, or give it room: thinking_tokens in its section.",
        )
    return ServerCheck(
        server=server,
        has_key=key is not None,
        is_listed=server.settings.model in facts.models if facts.models else None,
        models=facts.models,
        context_size=facts.context_size,
        context_source=facts.context_source,
        pieces=seen.pieces,
        answer=candidate.text.strip(),
    )
