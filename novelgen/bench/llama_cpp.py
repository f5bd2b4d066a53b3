"""llama.cpp as a subject of `bench decode`: rows as parallel sequences of one context.

The prompt is read once and its cache shared by all rows, as ours is; each row has a sampler chain
of its own with the same settings.
"""

import time
from pathlib import Path
from typing import Any

from novelgen.engine.values import SamplingParams
from novelgen.errors import ModelError
from novelgen.modeling.llamacpp.weights import LlamaWeights

_SPARE_POSITIONS = 8


class LlamaCppModel:
    """A GGUF file, loaded once for all batch sizes. Needs llama-cpp-python."""

    def __init__(self, gguf: Path, threads: int) -> None:
        """Raises `ModelError` when llama.cpp cannot load the file."""
        self._weights = LlamaWeights(gguf)
        self._api: Any = self._weights.api
        self._model: Any = self._weights.pointer
        self._threads = threads
        self.name = f"llama.cpp {gguf.stem}"

    def tokens_per_second(
        self, prompt_ids: list[int], batch: int, new_tokens: int, sampling: SamplingParams
    ) -> float:
        """Draw `new_tokens` for `batch` rows after a prompt read anew."""
        api = self._api
        context = self._context(len(prompt_ids) + new_tokens, len(prompt_ids), batch)
        chains = [self._chain(sampling, row) for row in range(batch)]
        room = api.llama_batch_init(max(len(prompt_ids), batch), 0, 1)
        try:
            begin = time.perf_counter()
            self._read(context, room, prompt_ids, batch)
            last = len(prompt_ids) - 1
            for number in range(new_tokens):
                tokens = [
                    api.llama_sampler_sample(chain, context, row if number else last)
                    for row, chain in enumerate(chains)
                ]
                if number + 1 < new_tokens:
                    self._step(context, room, tokens, len(prompt_ids) + number)
            return batch * new_tokens / (time.perf_counter() - begin)
        finally:
            api.llama_batch_free(room)
            for chain in chains:
                api.llama_sampler_free(chain)
            api.llama_free(context)

    def _context(self, positions: int, prompt_tokens: int, batch: int) -> Any:
        settings = self._api.llama_context_default_params()
        # One pool of positions: the prompt's are shared, each row adds its own.
        own = positions - prompt_tokens
        settings.n_ctx = prompt_tokens + batch * own + _SPARE_POSITIONS
        settings.n_batch = settings.n_ubatch = max(prompt_tokens, batch)
        settings.n_seq_max = batch
        settings.kv_unified = True
        settings.n_threads = settings.n_threads_batch = self._threads
        return self._api.llama_init_from_model(self._model, settings)

    def _chain(self, sampling: SamplingParams, seed: int) -> Any:
        api = self._api
        chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        words = api.llama_vocab_n_tokens(api.llama_model_get_vocab(self._model))
        window, penalty = sampling.repetition_window, sampling.repetition_penalty
        parts = [api.llama_sampler_init_penalties(words, window, penalty, 0.0, 0.0)]
        if sampling.temperature > 0:
            parts += [
                api.llama_sampler_init_top_k(sampling.top_k),
                api.llama_sampler_init_top_p(sampling.top_p, 1),
                api.llama_sampler_init_min_p(sampling.min_p, 1),
                api.llama_sampler_init_temp(sampling.temperature),
                api.llama_sampler_init_dist(seed),
            ]
        else:
            parts.append(api.llama_sampler_init_greedy())
        for part in parts:
            api.llama_sampler_chain_add(chain, part)
        return chain

    def _read(self, context: Any, room: Any, prompt_ids: list[int], batch: int) -> None:
        room.n_tokens = len(prompt_ids)
        for place, token in enumerate(prompt_ids):
            self._put(room, place, token, place, 0)
            room.logits[place] = int(place == len(prompt_ids) - 1)
        self._decode(context, room)
        memory = self._api.llama_get_memory(context)
        for row in range(1, batch):
            self._api.llama_memory_seq_cp(memory, 0, row, -1, -1)

    def _step(self, context: Any, room: Any, tokens: list[int], position: int) -> None:
        room.n_tokens = len(tokens)
        for row, token in enumerate(tokens):
            self._put(room, row, token, position, row)
            room.logits[row] = 1
        self._decode(context, room)

    def _put(self, room: Any, place: int, token: int, position: int, row: int) -> None:
        room.token[place], room.pos[place] = token, position
        room.n_seq_id[place], room.seq_id[place][0] = 1, row

    def _decode(self, context: Any, room: Any) -> None:
        code = self._api.llama_decode(context, room)
        if code:
            raise ModelError(f"llama.cpp stopped with code {code}.", "Lower --batches.")
