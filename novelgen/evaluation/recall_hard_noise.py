"""Noise that a recall backbone takes for facts: looked for, made, and remembered on purpose.

What opens a gate once in a thousand segments is seldom met in a batch that is learned from. So much
noise is searched for what comes nearest; single words of the tasks are put into it; and memories
are misled by it, so that a fact finds its slots taken by something else.
"""

import numpy
import torch
from torch import Tensor

from novelgen.evaluation.recall_noise import Encode
from novelgen.evaluation.recall_tasks import OBJECTS, PEOPLE, PLACES
from novelgen.modeling.memory_cell import SHUT_GATE_LOGIT
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.token_batch import TokenBatch

# Of the segments that are searched, those that are learned from.
_HARD_ROWS = 8
# The least logit that gates are pushed to in them: well beyond where they shut.
_MARGIN_LOGIT = SHUT_GATE_LOGIT + 4.0
# One in so many searched segments has words of the tasks put into it, at most this many.
_ROWS_A_SPRINKLED_ONE = 4
_MOST_SPRINKLED = 8


class HardNoise:
    """Segments of the noise tokens `noise`, as hard for `model` as `rng` makes them."""

    def __init__(
        self, model: RecurrentLM, noise: Tensor, encode: Encode, rng: numpy.random.Generator
    ) -> None:
        self.tokens_searched = 0
        self._model = model
        self._noise = noise
        self._rng = rng
        self._task_words = [encode(f" {word}") for word in (*PEOPLE, *PLACES, *OBJECTS)]

    def sprinkle(self, ids: Tensor) -> None:
        """Put words of the tasks in place of some of a segment's, in prose that tells nothing.

        What opens a gate by mistake is mostly a person, a place or an object in other company.
        """
        count = int(self._rng.integers(1, _MOST_SPRINKLED + 1))
        words = self._rng.choice(len(self._task_words), size=count)
        for word, at in zip(words, self._rng.integers(len(ids), size=count), strict=True):
            spelled = self._task_words[word][: len(ids) - at]
            ids[at : at + len(spelled)] = torch.tensor(spelled)

    def opening_cost(self, memories: Tensor, rows: int, length: int) -> Tensor:
        """How near noise comes to opening gates: the mean over the hardest segments of `rows`.

        Each is read after one of `memories`, `(n, m, hidden)`. Of these some should be empty and
        some hold half of what is needed: a slot that waits for a fact opens most easily. A gate
        costs 0 from a margin beyond where it shuts on, 1 at logit 0; gates are summed, segments
        averaged.
        """
        ids = self._draw(rows, length)
        for row in ids[::_ROWS_A_SPRINKLED_ONE]:
            self.sprinkle(row)
        held = memories[torch.from_numpy(self._rng.integers(len(memories), size=rows))]
        with torch.no_grad():
            logits = self._gate_logits(held, ids)
        nearest = logits.amin(1).topk(min(_HARD_ROWS, rows), largest=False).indices
        short = (_MARGIN_LOGIT - self._gate_logits(held[nearest], ids[nearest])).relu()
        return (short / _MARGIN_LOGIT).sum(1).mean()

    def misled_memory(self, share: float, rows: int, length: int) -> Tensor:
        """Memories before the first segment, `(rows, m, hidden)`: initial, but for a share.

        In that share noise that speaks of the tasks has been written to any number of slots. They
        must give way to a fact as the initial memory does.
        """
        memory = self._model.initial_memory(rows)
        is_misled = torch.from_numpy(self._rng.random(rows) < share)
        if not is_misled.any():
            return memory
        ids = self._draw(rows, length)
        for row in ids:
            self.sprinkle(row)
        slots = (rows, self._model.num_mem_tokens)
        is_open = torch.from_numpy(self._rng.random(slots) < self._rng.random((rows, 1)))
        with torch.no_grad():
            update = self._model.write_update(memory, TokenBatch(ids, (length,) * rows))
        return torch.where((is_open & is_misled[:, None])[..., None], update.new_content, memory)

    def _draw(self, rows: int, length: int) -> Tensor:
        starts = self._rng.integers(len(self._noise) - length, size=rows)
        return torch.stack([self._noise[start : start + length].long() for start in starts])

    def _gate_logits(self, memory: Tensor, ids: Tensor) -> Tensor:
        """The logits of all gates, `(batch, m)`."""
        self.tokens_searched += ids.numel()
        update = self._model.write_update(memory, TokenBatch(ids, (ids.shape[1],) * len(ids)))
        return update.gate_logits.squeeze(-1)
