"""Values that cross the engine seam. Frozen, torch-free, and cheap to build."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

AUTO_ADAPTER = "auto"
"""The adapter that comes with the product for the model, if there is one."""
NO_MEMORY_ADAPTER = "none"
SCRIPTED_MODEL = "scripted"
SERVER_PREFIX = "server:"
"""Before the name or address of a server, where a model is named."""


def is_server(model: str) -> bool:
    """Whether a model of that name runs behind a server."""
    return model.startswith(SERVER_PREFIX)


class ModelRuntime(StrEnum):
    """The library that computes with a model's weights."""

    TORCH = "torch"
    LLAMA_CPP = "llamacpp"


class FinishReason(StrEnum):
    """Why a candidate stopped growing."""

    STOP_TOKEN = "stop_token"  # noqa: S105 - no password
    STOP_STRING = "stop_string"
    WORDS = "words"
    LENGTH = "length"
    CANCELLED = "cancelled"
    """The observer stopped the whole call."""
    REJECTED = "rejected"
    """The observer gave up this row alone."""


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How the next token is drawn from the model's distribution.

    They apply in this order: repetition penalty, DRY, no repeated n-gram, temperature, top-k,
    top-p, min-p, typical, XTC, the draw. `temperature` 0 takes the most likely token after the
    first three. A setting is off at its default, save the temperature and what only says how
    another works. Settings that were stored before some of these existed are read with defaults.
    """

    repetition_penalty: float = 1.0
    """Divides positive and multiplies negative logits of tokens seen in the window (CTRL, 2019)."""
    repetition_window: int = 256
    """Tokens of context and new text that the penalty looks back on."""
    no_repeat_ngram: int = 0
    """Forbids completing an n-gram already in the context or the new text; 0 is off."""
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    no_repeat_window: int = 4096
    """Tokens of context and new text in which n-grams count as repeated."""
    typical_p: float = 1.0
    """Keeps tokens about as surprising as is to be expected, up to this probability; 1 is off."""
    dry_multiplier: float = 0.0
    """Nats that a token loses which would go on with a repeat of the allowed length; 0 is off."""
    dry_base: float = 1.75
    """What every further token of the repeat multiplies that with."""
    dry_allowed_length: int = 2
    """Tokens in the shortest repeat that counts."""
    dry_window: int = 4096
    """Tokens of context and new text in which repeats are looked for."""
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "“", "”", "*")
    """No repeat goes through a token that holds one of these."""
    dry_exempt: tuple[str, ...] = ()
    """Names, whose words neither count in a repeat nor are penalised."""
    xtc_probability: float = 0.0
    """How often the likeliest tokens are excluded; 0 is off."""
    xtc_threshold: float = 0.1
    """Tokens at least this likely are choices, of which XTC leaves the least likely."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SamplingParams":
        """What `as_json` gave, also in an earlier version and after a way through JSON."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in document.items()
        }
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message for a model that has a chat template. `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """One decode call: `[memory][brief][tail]` is prefilled, then every row draws on.

    `brief` may hold the model's special tokens (it came through `Engine.render_chat`); `tail`
    is prose and is tokenised without them. There is one row for every key in `stream_keys`.
    """

    memory: "MemoryState | None"
    """None asks the model as it came, without adapter and memory: for plans, not for prose."""
    brief: str
    tail: str
    sampling: SamplingParams
    stream_keys: tuple[bytes, ...]
    """16-byte Philox keys, one a candidate row (see `novelgen.engine.randomness`)."""
    max_new_tokens: int
    min_new_tokens: int = 0
    """A row cannot end itself before it has this many tokens."""
    max_words: int | None = None
    """A row ends once its text holds this many words and the next one has begun."""
    stop_strings: tuple[str, ...] = ()
    """A row ends before the first of these; the string itself is not part of the text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One decoded row."""

    text: str
    num_tokens: int
    mean_logprob: float
    """Mean natural log-probability of the drawn tokens under the unfiltered model; 0 if none."""
    finish_reason: FinishReason


@dataclass(frozen=True, slots=True)
class DecodeResult:
    """All rows of a decode call, in the order of the request's stream keys."""

    candidates: tuple[Candidate, ...]
    prompt_tokens: int
    elapsed_seconds: float

    @property
    def num_tokens(self) -> int:
        return sum(candidate.num_tokens for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine is. Both fingerprints are hex SHA-256 strings."""

    model: str
    """The name the person used."""
    model_fingerprint: str
    """Weights, architecture and tokenizer. Independent of dtype and device."""
    adapter_fingerprint: str
    """Adapter weights, slots, layout, segment size, brief version. Without an adapter: a hash of
    segment size and brief version alone, so that the chain exists with memory off too."""
    num_mem_tokens: int
    """0 when memory is off."""
    hidden_size: int
    segment_size: int
    """Tokens in a segment, at most."""
    context_size: int
    """Tokens the model can attend to, at most."""
    has_chat_template: bool
    device: str
    dtype: str
    quantization: str = "none"
    """int8 when new tokens alone are drawn with a quantised copy, and memory is written with whole
    weights; int8-weights or int4-weights when the model's own weights are quantised, so that memory
    too is written with them; none otherwise."""
    versions: Mapping[str, str] = field(default_factory=dict)
    can_score: bool = True
    """Whether it can say how likely a text is: `scores`, and `Candidate.mean_logprob`."""

    @property
    def memory_precision(self) -> str:
        """What memories are computed in: the dtype, and the bits of the weights that write them."""
        is_whole = self.quantization in ("none", "int8")
        return self.dtype if is_whole else f"{self.dtype} with {self.quantization}"


@dataclass(frozen=True, slots=True)
class MemoryState:
    """A memory as exact bytes: one safetensors file with the tensor `memory`.

    Shape `(num_mem_tokens, hidden_size)`, float32. The bytes are what is stored, hashed and
    compared; two equal states have equal bytes. Build and read it with `novelgen.engine.memory`.
    """

    data: bytes
    num_mem_tokens: int
    hidden_size: int
    model_fingerprint: str
    adapter_fingerprint: str
