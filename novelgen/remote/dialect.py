"""What one server understands of a request: found out as it answers, kept for the session.

Servers refuse settings that they do not know, or call them by other names. A request is made of
what is left; what was refused once is not sent again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.remote.naming import Server

_SEED_BITS = 31
_NOT_OPTIONAL = ("model", "stream", "max_tokens", "max_completion_tokens")


@dataclass(slots=True)
class Dialect:
    """What a server was found to refuse."""

    dropped: set[str] = field(default_factory=set)
    """Fields that it refused."""
    drops_extras: bool = False
    """Whether it takes nothing beyond OpenAI's interface."""
    folds_system: bool = False
    """Whether its model knows no system message."""
    length_field: str = "max_tokens"

    def fields(self, server: Server, request: DecodeRequest, key: bytes) -> dict[str, Any]:
        """The fields of a request beside its messages or prompt."""
        settings = server.settings
        sampling = request.sampling
        fields: dict[str, Any] = {
            "model": settings.model,
            "stream": True,
            "stream_options": {"include_usage": True},
            self.length_field: request.max_new_tokens + settings.thinking_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": int.from_bytes(key, "little") % (1 << _SEED_BITS),
        }
        if settings.extra_body and not self.drops_extras:
            fields |= _extras(sampling, request.min_new_tokens)
        if settings.api == "completions":
            fields.pop("chat_template_kwargs", None)
        fields |= settings.body
        return {name: value for name, value in fields.items() if name not in self.dropped}

    def learn(self, refusal: str, sent: Mapping[str, Any], *, was_folded: bool) -> None:
        """Take in why a server refused a request, as far as it can be told."""
        told = refusal.casefold()
        if "max_completion_tokens" in told and "max_tokens" in sent:
            self.length_field = "max_completion_tokens"
            return
        if not was_folded and re.search(r"system (?:role|message|prompt)|roles must alt", told):
            self.folds_system = True
            return
        named = {name for name in sent if name not in _NOT_OPTIONAL and _names(told, name)}
        if not named and set(sent) & _ALL_EXTRAS:
            self.drops_extras = True
        # A refusal may repeat the whole request: what other servers know as well goes last.
        self.dropped |= named & _ALL_EXTRAS or named


def _names(told: str, field_name: str) -> bool:
    return re.search(rf"(?<![a-z_]){re.escape(field_name.casefold())}(?![a-z_])", told) is not None


def _extras(sampling: SamplingParams, min_new_tokens: int) -> dict[str, Any]:
    """Settings under the names that vLLM, llama-server and LM Studio know; others pass over them.

    Some are known by two names.
    """
    extras: dict[str, Any] = {
        "min_p": sampling.min_p,
        "top_k": sampling.top_k,
        "repetition_penalty": sampling.repetition_penalty,
        "repeat_penalty": sampling.repetition_penalty,
        "repeat_last_n": sampling.repetition_window,
        # Templates with a switch for thinking are told that prose needs none.
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if min_new_tokens:
        extras["min_tokens"] = min_new_tokens
    if sampling.typical_p < 1:
        extras["typical_p"] = sampling.typical_p
    if sampling.dry_multiplier:
        extras |= {
            "dry_multiplier": sampling.dry_multiplier,
            "dry_base": sampling.dry_base,
            "dry_allowed_length": sampling.dry_allowed_length,
            "dry_penalty_last_n": sampling.dry_window,
            "dry_sequence_breakers": list(sampling.dry_breakers),
        }
    if sampling.xtc_probability:
        extras |= {
            "xtc_probability": sampling.xtc_probability,
            "xtc_threshold": sampling.xtc_threshold,
        }
    return extras


_ALL_EXTRAS = frozenset(
    _extras(
        SamplingParams(typical_p=0.9, dry_multiplier=1.0, xtc_probability=0.5), min_new_tokens=1
    )
)
