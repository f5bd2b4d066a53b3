"""One piece of a streamed answer, of whatever dialect, as plain values."""

from dataclasses import dataclass
from typing import Any

from novelgen.engine.values import FinishReason

_REASONS = {"length": FinishReason.LENGTH}
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Names under which servers stream what a model thinks."""
_MOST_TOKENS = 1_000_000_000


class NotAChunk(Exception):
    """What came is no piece of an answer."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer; most fields of most chunks are empty."""

    content: str = ""
    thought: str = ""
    finish_reason: FinishReason | None = None
    usage: tuple[int, int] | None = None
    """Tokens of the prompt, and new ones."""


def read_chunk(raw: Any) -> Chunk:
    """The chunk in what the client made of an event. Raises `NotAChunk`."""
    choices = getattr(raw, "choices", None)
    if choices is None:
        choices = []
        if getattr(raw, "usage", None) is None:
            raise NotAChunk
    if not isinstance(choices, list):
        raise NotAChunk
    choice = choices[0] if choices else None
    delta = getattr(choice, "delta", None)
    content = getattr(delta, "content", None) or getattr(choice, "text", None)
    thought = next((text for name in _THOUGHTS if (text := getattr(delta, name, None))), None)
    reason = getattr(choice, "finish_reason", None)
    return Chunk(
        content=content if isinstance(content, str) else "",
        thought=thought if isinstance(thought, str) else "",
        finish_reason=_REASONS.get(str(reason), FinishReason.STOP_TOKEN) if reason else None,
        usage=_usage_of(getattr(raw, "usage", None)),
    )


def _usage_of(usage: Any) -> tuple[int, int] | None:
    counts = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    prompt, new = counts
    if not isinstance(prompt, int) or not isinstance(new, int):
        return None
    return (prompt, new) if 0 <= prompt < _MOST_TOKENS and 0 <= new < _MOST_TOKENS else None
