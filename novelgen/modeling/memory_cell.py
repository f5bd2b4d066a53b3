"""The trained parameters of the recurrent memory and the rule that makes the next memory.

Guarantees: everything is computed and kept in float32, whatever the language model's dtype, and
nothing is stored between calls. Knows nothing of language models: it sees hidden states.
Source: Bulatov, Kuratov, Burtsev, *Recurrent Memory Transformer* (2022); the normalised, gated
update is ours, against the drift of an unnormalised one over thousands of segments.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

DEFAULT_PROJECTION_RANK = 64
_EPSILON = 1e-6
_ROWS_PER_CHUNK = 8192


class MemoryCell(nn.Module):
    """Learned initial memory, write slots and update rule of `num_mem_tokens` slots.

    `embedding_rms` is the root mean square of what the language model's input embedding puts
    out; memories are kept at that scale, so that they look like tokens to the first layer.
    """

    embedding_rms: Tensor

    def __init__(
        self,
        num_mem_tokens: int,
        hidden_size: int,
        embedding_rms: float,
        projection_rank: int = DEFAULT_PROJECTION_RANK,
    ) -> None:
        super().__init__()
        shape = (num_mem_tokens, hidden_size)
        self.initial_memory = nn.Parameter(torch.randn(shape) * embedding_rms)
        self.write_embedding = nn.Parameter(torch.randn(shape) * embedding_rms)
        self.projection_down = nn.Parameter(
            torch.randn(projection_rank, hidden_size) * hidden_size**-0.5
        )
        # Zero, so that an untrained cell passes the hidden state through unchanged.
        self.projection_up = nn.Parameter(torch.zeros(hidden_size, projection_rank))
        # One gate a slot, as a logit; 0 keeps half of the old memory.
        self.gate_logit = nn.Parameter(torch.zeros(num_mem_tokens, 1))
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

    def update(self, memory: Tensor, written: Tensor) -> Tensor:
        """The next memory from the old one and the hidden states of the write slots.

        All three are `(batch, num_mem_tokens, hidden)`; the result is float32.
        """
        normalised = _unit_rms(written.float())
        projected = functional.linear(normalised, self.projection_down)  # (batch, m, rank)
        projected = functional.linear(functional.silu(projected), self.projection_up)
        new = _unit_rms(normalised + projected) * self.embedding_rms
        gate = torch.sigmoid(self.gate_logit)  # (m, 1)
        return gate * memory + (1 - gate) * new


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


def _unit_rms(vectors: Tensor) -> Tensor:
    return vectors * torch.rsqrt(vectors.square().mean(-1, keepdim=True) + _EPSILON)
