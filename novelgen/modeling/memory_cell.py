"""The trained parameters of the recurrent memory and the rule that makes the next memory.

A slot is written in two ways at once. It *points*: its write slot attends to the tokens of the
segment and takes the mix of their input embeddings, a soft word that the language model reads
like any other from the first step of training. And it *adds* a learned residual of the write
slot's own hidden state, zero at the start. A gate mixes the result with the slot's old content;
it is stretched beyond 0 and 1 and cut there, so that a closed gate keeps a slot to the last bit,
over any number of segments.

Guarantees: everything is computed and kept in float32, whatever the language model's dtype, and
nothing is stored between calls. Knows nothing of language models: it sees vectors.
Sources: Bulatov, Kuratov, Burtsev, *Recurrent Memory Transformer* (2022); pointing after Vinyals
et al., *Pointer Networks* (2015); the stretched gate after Louizos et al. (arXiv 1712.01312).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

DEFAULT_PROJECTION_RANK = 64
_EPSILON = 1e-6
_ROWS_PER_CHUNK = 8192
# The cut gate is `clamp(sigmoid(x) * (1 + 2 * STRETCH) - STRETCH, 0, 1)`.
_GATE_STRETCH = 0.1
SHUT_GATE_LOGIT = math.log((1 + _GATE_STRETCH) / _GATE_STRETCH)
"""The least logit that keeps a slot to the last bit; about 2.4."""
# How slots start out. The last third points at the last tokens of the segment, one each, and is
# written anew each time; the others point anywhere, sharply, since a soft mix of many words reads
# like none. The first third keeps most of what it has, for information that must last.
_RECENT_SHARPNESS = 8.0
_ANYWHERE_SHARPNESS = -5.0
_ANYWHERE_BIAS_SCALE = 8.0
_FRESH_GATE_LOGIT = -2.2
_LASTING_GATE_LOGIT = 2.0


@dataclass(frozen=True, slots=True)
class MemoryUpdate:
    """The next memory and how it came about."""

    memory: Tensor
    """`(batch, num_mem_tokens, hidden)` float32."""
    attention: Tensor
    """Where each slot pointed, `(batch, num_mem_tokens, length)`; 0 at padding."""
    kept: Tensor
    """How much of its old content each slot kept, 0 to 1, `(batch, num_mem_tokens, 1)`."""
    gate_logits: Tensor
    """What decided how much was kept, `(batch, num_mem_tokens, 1)`: a gate is shut from
    `SHUT_GATE_LOGIT` on."""
    new_content: Tensor
    """What an open gate writes, `(batch, num_mem_tokens, hidden)`."""


class MemoryCell(nn.Module):
    """Learned initial memory, write slots and update rule of `num_mem_tokens` slots.

    `embedding_rms` is the root mean square of what the language model's input embedding puts
    out; memories are kept at that scale, so that they look like tokens to the first layer.
    """

    embedding_rms: Tensor
    pointer_offset: Tensor

    def __init__(
        self,
        num_mem_tokens: int,
        hidden_size: int,
        embedding_rms: float,
        projection_rank: int = DEFAULT_PROJECTION_RANK,
    ) -> None:
        super().__init__()
        slots = (num_mem_tokens, hidden_size)
        low_rank = (projection_rank, hidden_size)
        self.initial_memory = nn.Parameter(torch.randn(slots) * embedding_rms)
        self.write_embedding = nn.Parameter(torch.randn(slots) * embedding_rms)
        self.projection_down = nn.Parameter(torch.randn(low_rank) * hidden_size**-0.5)
        # Zero, so that an untrained cell only points.
        self.projection_up = nn.Parameter(torch.zeros(hidden_size, projection_rank))
        self.pointer_query = nn.Parameter(torch.randn(low_rank) * hidden_size**-0.5)
        self.pointer_key = nn.Parameter(torch.randn(low_rank) * hidden_size**-0.5)
        number = torch.arange(num_mem_tokens).unsqueeze(1)  # (m, 1)
        is_recent = number >= num_mem_tokens - num_mem_tokens // 3
        is_lasting = number < num_mem_tokens // 3
        self.pointer_bias = nn.Parameter(
            torch.randn(num_mem_tokens, projection_rank)
            * torch.where(is_recent, 0.0, _ANYWHERE_BIAS_SCALE)
        )
        # How fast a slot's interest falls with each token away from its favourite distance.
        self.pointer_sharpness = nn.Parameter(
            torch.where(is_recent, _RECENT_SHARPNESS, _ANYWHERE_SHARPNESS)
        )
        # The favourite distance from the end of the segment, in tokens.
        offset = (num_mem_tokens - 1 - number).float()
        self.register_buffer("pointer_offset", torch.where(is_recent, offset, 0.0))
        # One gate a slot, as a logit, and what of the hidden state moves it.
        self.gate_logit = nn.Parameter(
            torch.where(is_lasting, _LASTING_GATE_LOGIT, _FRESH_GATE_LOGIT)
        )
        self.gate_weight = nn.Parameter(torch.zeros(1, hidden_size))
        self.register_buffer("embedding_rms", torch.tensor(embedding_rms, dtype=torch.float32))

    @property
    def num_mem_tokens(self) -> int:
        return self.initial_memory.shape[0]

    @property
    def hidden_size(self) -> int:
        return self.initial_memory.shape[1]

    @property
    def projection_rank(self) -> int:
        return self.projection_down.shape[0]

    def initial(self, batch_size: int) -> Tensor:
        """The memory before the first segment, `(batch, num_mem_tokens, hidden)`."""
        return self.initial_memory.unsqueeze(0).expand(batch_size, -1, -1)

    def write_slots(self, memory: Tensor) -> Tensor:
        """What the write slots show the model, `(batch, num_mem_tokens, hidden)`."""
        return memory + self.write_embedding

    def update(
        self,
        memory: Tensor,
        written: Tensor,
        token_hidden: Tensor,
        token_embeddings: Tensor,
        is_token: Tensor,
    ) -> MemoryUpdate:
        """The next memory.

        `memory` and `written`, the hidden states of the write slots, are
        `(batch, num_mem_tokens, hidden)`; `token_hidden` and `token_embeddings` are
        `(batch, length, hidden)`; `is_token` is False at padding, `(batch, length)`, which stands
        before the tokens. A row of no tokens keeps its memory.
        """
        with torch.autocast(memory.device.type, enabled=False):
            normalised = _unit_rms(written.float())
            attention = self._point(normalised, _unit_rms(token_hidden.float()), is_token)
            new = attention @ token_embeddings.float() + self._residual(normalised)
            logits = self.gate_logit + functional.linear(normalised, self.gate_weight)
            kept = _gate(logits).masked_fill(~is_token.any(1)[:, None, None], 1.0)
            return MemoryUpdate(kept * memory + (1 - kept) * new, attention, kept, logits, new)

    def _point(self, written: Tensor, tokens: Tensor, is_token: Tensor) -> Tensor:
        query = functional.linear(written, self.pointer_query) + self.pointer_bias
        key = functional.linear(tokens, self.pointer_key)
        scores = query @ key.transpose(1, 2) * self.projection_rank**-0.5  # (batch, m, length)
        distance = torch.arange(tokens.shape[1] - 1, -1, -1, device=tokens.device)
        away = (distance - self.pointer_offset).abs()  # (m, length)
        scores = scores - functional.softplus(self.pointer_sharpness) * away
        scores = scores.masked_fill(~is_token.unsqueeze(1), torch.finfo(scores.dtype).min)
        attention: Tensor = scores.softmax(-1) * is_token.unsqueeze(1)
        return attention

    def _residual(self, written: Tensor) -> Tensor:
        projected = functional.silu(functional.linear(written, self.projection_down))
        return functional.linear(projected, self.projection_up) * self.embedding_rms


def memory_cell_shapes(
    num_mem_tokens: int, hidden_size: int, projection_rank: int
) -> dict[str, tuple[int, ...]]:
    """The shapes of a cell's tensors by name, without making a cell of a size yet unchecked."""
    slots, low_rank = (num_mem_tokens, hidden_size), (projection_rank, hidden_size)
    return {
        "initial_memory": slots,
        "write_embedding": slots,
        "projection_down": low_rank,
        "projection_up": (hidden_size, projection_rank),
        "pointer_query": low_rank,
        "pointer_key": low_rank,
        "pointer_bias": (num_mem_tokens, projection_rank),
        "pointer_sharpness": (num_mem_tokens, 1),
        "pointer_offset": (num_mem_tokens, 1),
        "gate_logit": (num_mem_tokens, 1),
        "gate_weight": (1, hidden_size),
        "embedding_rms": (),
    }


def measure_embedding_rms(embedding: nn.Embedding) -> float:
    """Root mean square of the vectors an input embedding puts out, over its whole vocabulary.

    The module is called, its weight is not read: Gemma's scales what it looks up.
    """
    device = embedding.weight.device
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, embedding.num_embeddings, _ROWS_PER_CHUNK):
            stop = min(start + _ROWS_PER_CHUNK, embedding.num_embeddings)
            vectors = embedding(torch.arange(start, stop, device=device)).float()
            total += float(vectors.square().sum())
            count += vectors.numel()
    return float((total / count) ** 0.5)


def _gate(logits: Tensor) -> Tensor:
    stretched = torch.sigmoid(logits) * (1 + 2 * _GATE_STRETCH) - _GATE_STRETCH
    return stretched.clamp(0, 1)


def _unit_rms(vectors: Tensor) -> Tensor:
    return vectors * torch.rsqrt(vectors.square().mean(-1, keepdim=True) + _EPSILON)
