"""How a decode call gets its next logits: the seam between the loop and the ways to compute.

    decoder.begin(memory, prompt)  ->  stepper of n rows  ->  one step a token

Guarantees of every decoder: the logits that a pass over everything without a cache would give,
within its precision, and rows that do not influence each other. `PlainDecoder` serves every
architecture on every device; the fused one serves the Llama family on a processor.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from novelgen.modeling.causal_lm import embedding_of, run_logits
from novelgen.modeling.choosing import ChoiceRules, Chooser, Tokens
from novelgen.modeling.compiled import chooser_for
from novelgen.modeling.prompt_reading import PromptReader, ReadPrompt, as_read
from novelgen.modeling.recurrent import RecurrentLM


class Stepper(Protocol):
    """Rows that grow together after one prompt."""

    logits: Tensor
    """What follows each row, `(rows, vocabulary)` float32; overwritten by the next step."""
    runs_ahead: bool
    """Whether `step` returns before the device has computed, so that tokens are best given to it
    before they are read."""

    def step(self, tokens: Tokens) -> None:
        """Append a token to every row and compute `logits` anew."""

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows alone, in this order; their `logits` stay."""


class Beginner(Protocol):
    """What the decode loop needs: rows that begin with a prompt, and who chooses for them."""

    def begin(
        self, memory: Tensor, prompt_ids: Sequence[int], num_rows: int, max_new_tokens: int
    ) -> Stepper:
        """Read `[memory][prompt]` once; `memory` is `(1, num_mem_tokens, hidden)`."""

    def chooser(self, rules: ChoiceRules) -> Chooser:
        """Who chooses from the logits, where they are."""


class Decoder(Beginner, Protocol):
    """Computes logits for one model, again and again."""

    def read(self, memory: Tensor, prompt_ids: Sequence[int]) -> ReadPrompt:
        """`[memory][prompt]` as the model's own forward reads it, in the model's own weights.

        The prompt of the last `begin` is not read again, and stays kept whatever is read here.
        """

    def forget(self) -> None:
        """Drop what is kept of earlier prompts."""


class PlainDecoder:
    """The model's own forward with a growing cache, for any architecture and device."""

    def __init__(self, model: RecurrentLM) -> None:
        self._model = model
        self._reader = PromptReader(model, as_read, keeps_every_position=False)

    def begin(
        self, memory: Tensor, prompt_ids: Sequence[int], num_rows: int, max_new_tokens: int
    ) -> Stepper:
        return _PlainStepper(self._model, self._reader.read(memory, prompt_ids), num_rows)

    def read(self, memory: Tensor, prompt_ids: Sequence[int]) -> ReadPrompt:
        return self._reader.read_aside(memory, prompt_ids)

    def chooser(self, rules: ChoiceRules) -> Chooser:
        return chooser_for(rules, self._model.device)

    def forget(self) -> None:
        self._reader.forget()


class _PlainStepper:
    def __init__(self, model: RecurrentLM, prompt: ReadPrompt, num_rows: int) -> None:
        self._lm, self._device = model.lm, model.device
        self._cache = prompt.cache_of(num_rows)
        self.logits = prompt.logits.expand(num_rows, -1)
        self.runs_ahead = model.device.type != "cpu"

    def step(self, tokens: Tokens) -> None:
        embedding = embedding_of(self._lm)
        ids = torch.as_tensor(tokens, dtype=torch.long, device=self._device)
        embeds = embedding(ids.unsqueeze(1))
        output = run_logits(self._lm, embeds, logits_to_keep=1, cache=self._cache)
        self.logits = output.logits[:, -1].float()

    def keep(self, rows: Sequence[int]) -> None:
        # On the CPU: the layers of a model, and so their caches, may lie on several devices.
        kept = torch.tensor(rows, dtype=torch.long)
        self._cache.batch_select_indices(kept)
        self.logits = self.logits[kept]
