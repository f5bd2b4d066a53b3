"""The real engine: a Hugging Face causal language model with a recurrent memory, on torch.

Guarantees: every method is a pure function of its arguments on one machine and setting; memory
goes in and out through its exact bytes; nothing reads the clock to decide. Knows nothing of
novels.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from novelgen.engine.libraries import library_versions
from novelgen.engine.memory import memory_values, pack_memory, require_fit
from novelgen.engine.protocol import DecodeObserver, QuietObserver
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
    SamplingParams,
)
from novelgen.errors import ModelError
from novelgen.modeling.adapter import adapter_fingerprint, load_adapter
from novelgen.modeling.backbone import Backbone
from novelgen.modeling.causal_lm import unwrap_peft
from novelgen.modeling.chat import has_chat_template, render_chat, turn_end_ids
from novelgen.modeling.decoders import decoder_for
from novelgen.modeling.decoding import DecodeJob, decode_rows, require_context
from novelgen.modeling.out_of_memory import translated_out_of_memory
from novelgen.modeling.placement import DeviceMap, Placement
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.scoring import mean_logprobs
from novelgen.modeling.stepping import Decoder, PlainDecoder
from novelgen.modeling.token_batch import pad_left
from novelgen.modeling.tokenization import Tokenization
from novelgen.modeling.writing_model import ModelSettings, load_writing_model

_WARM_UP_TOKENS = 4
"""A step that runs as it is, one that is recorded, and one that is replayed."""


class _StopsSoon(QuietObserver):
    """An observer that lets a few tokens be drawn."""

    def __init__(self) -> None:
        self._questions = 0

    def should_stop(self) -> bool:
        self._questions += 1
        return self._questions > _WARM_UP_TOKENS


class TorchEngine:
    """An `Engine` on torch. Build it with `load_torch_engine`."""

    def __init__(
        self,
        model: RecurrentLM,
        tokenization: Tokenization,
        info: EngineInfo,
        load_plain: Callable[[], RecurrentLM] | None = None,
        decoder_of: Callable[[RecurrentLM], Decoder] = PlainDecoder,
        decoder: Decoder | None = None,
    ) -> None:
        """`load_plain` loads the model without its adapter; None when there is no adapter.

        `decoder_of` makes what draws from a model, and `decoder` is what it made of this one.
        """
        self._model = model.eval()
        self._decoder_of = decoder_of
        self._decoder = decoder or decoder_of(self._model)
        self._tokenization = tokenization
        self._info = info
        self._load_plain = load_plain
        self._plain: tuple[RecurrentLM, Decoder] | None = None

    @property
    def info(self) -> EngineInfo:
        return self._info

    def count_tokens(self, text: str) -> int:
        return len(self._tokenization.prose_ids(text))

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return len(self._prompt_ids(brief, tail))

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return render_chat(self._tokenization, messages, reply_start)

    def initial_memory(self) -> MemoryState:
        with torch.inference_mode():
            return self._to_state(self._model.initial_memory())

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        started = time.perf_counter()
        job = DecodeJob(
            prompt_ids=self._prompt_ids(
                request.brief, request.tail, has_memory=request.memory is not None
            ),
            sampling=request.sampling,
            stream_keys=request.stream_keys,
            max_new_tokens=request.max_new_tokens,
            min_new_tokens=request.min_new_tokens,
            max_words=request.max_words,
            stop_strings=request.stop_strings,
        )
        with _translated_errors():
            if request.memory is None:
                model, decoder = self._plain_model()
                memory = model.initial_memory()
            else:
                # Plans come seldom; the memory that the plain weights take is the writing's.
                self._plain = None
                model, decoder, memory = self._model, self._decoder, self._to_tensor(request.memory)
            candidates = decode_rows(model, self._tokenization, memory, job, observer, decoder)
        return DecodeResult(candidates, len(job.prompt_ids), time.perf_counter() - started)

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        values = self._to_tensor(memory)
        ids = self._tokenization.prose_ids(segment)
        if not ids or not self._model.num_mem_tokens:
            return memory
        slots = 2 * self._model.num_mem_tokens
        require_context(
            self._model.context_size, len(ids) + slots, f"{slots} memory + {len(ids)} segment"
        )
        with torch.inference_mode(), _translated_errors():
            return self._to_state(self._model.write(values, pad_left([ids])))

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        values = self._to_tensor(memory)
        prompt_ids = self._prompt_ids(brief, tail)
        ids = [self._tokenization.prose_ids(text) for text in texts]
        with _translated_errors():
            return mean_logprobs(self._model, self._decoder, values, prompt_ids, ids)

    def warm_up(self, rows: int, tail_tokens: int) -> None:
        """Draw a little, so that what is compiled or recorded once is, before a person waits.

        Steps are recorded by shape on CUDA, so it draws there as a passage does, `rows` texts
        after `tail_tokens` tokens. Changes nothing of what is drawn later.
        """
        is_by_shape = self._model.device.type == "cuda"
        room = self._model.context_size - self._model.num_mem_tokens - self._info.segment_size
        tail = "The rain had stopped before dawn. " * (max(0, min(tail_tokens, room)) // 10)
        request = DecodeRequest(
            memory=self.initial_memory(),
            brief="",
            tail=tail if is_by_shape and tail else "The",
            sampling=SamplingParams(1.1, no_repeat_ngram=3, top_k=50, top_p=0.9, min_p=0.01),
            stream_keys=(bytes(16),) * (rows if is_by_shape else 1),
            max_new_tokens=self._info.segment_size if is_by_shape else _WARM_UP_TOKENS,
        )
        self.decode(request, _StopsSoon())

    def _prompt_ids(self, brief: str, tail: str, has_memory: bool = True) -> list[int]:
        ids = self._tokenization.prompt_ids(brief) + self._tokenization.prose_ids(tail)
        # With memory, its slots stand where a text begins; so it is in training.
        has_slots = has_memory and self._model.num_mem_tokens > 0
        return ids if has_slots else self._tokenization.with_start(ids)

    def _plain_model(self) -> tuple[RecurrentLM, Decoder]:
        if self._load_plain is None:
            return self._model, self._decoder
        if self._plain is None:
            model = self._load_plain().eval()
            self._plain = model, self._decoder_of(model)
        return self._plain

    def _to_tensor(self, state: MemoryState) -> Tensor:
        require_fit(state, self._info)
        return torch.from_numpy(memory_values(state).copy()).unsqueeze(0).to(self._model.device)

    def _to_state(self, memory: Tensor) -> MemoryState:
        values = memory[0].to("cpu", torch.float32).numpy()
        return pack_memory(values, self._info.model_fingerprint, self._info.adapter_fingerprint)


def load_torch_engine(
    directory: Path,
    model_name: str,
    model_fingerprint: str,
    segment_size: int,
    brief_version: int,
    adapter_dir: Path | None = None,
    device: str = "auto",
    dtype: str = "auto",
    quantization: str = "auto",
    placement: str = "one",
    *,
    cuda_graphs: bool = True,
    device_map: DeviceMap = "auto",
) -> TorchEngine:
    """The engine for the model of a folder, with its memory on if an adapter is given.

    An adapter brings the segment size it was trained with, in place of `segment_size`.
    `quantization` auto draws with int8 weights on a processor where that can be done, and `none`
    never does; int8 and int4 quantise the model's own weights elsewhere. `placement` is one, split
    (`device_map` says how) or tensor. `cuda_graphs` False runs every step of a GPU one by one.
    Raises `ModelError` when the model or adapter is missing, damaged or does not fit, and
    `UsageError` for a quantisation or placement that cannot be had here.
    """
    settings = ModelSettings(device, dtype, quantization, Placement(placement), device_map)
    adapter = None if adapter_dir is None else load_adapter(adapter_dir, model_fingerprint)
    if adapter is not None:
        _require_brief_version(adapter.config.brief_version, brief_version)
        segment_size = adapter.config.segment_size
    backbone, recurrent = load_writing_model(directory, adapter, settings)
    load_plain = None if adapter is None else partial(_load_plain, directory, settings)
    return build_torch_engine(
        recurrent,
        backbone,
        model_name,
        model_fingerprint,
        adapter_fingerprint(adapter, segment_size, brief_version),
        segment_size,
        load_plain,
        quantization,
        cuda_graphs=cuda_graphs,
    )


def _load_plain(directory: Path, settings: ModelSettings) -> RecurrentLM:
    return load_writing_model(directory, None, settings)[1]


def _require_brief_version(trained: int, current: int) -> None:
    if trained != current:
        raise ModelError(
            f"The adapter was trained on briefs of version {trained}, this is version {current}.",
            "Use an adapter that was made for this version of novelgen.",
        )


def build_torch_engine(
    model: RecurrentLM,
    backbone: Backbone,
    model_name: str,
    model_fingerprint: str,
    adapter_fingerprint: str,
    segment_size: int,
    load_plain: Callable[[], RecurrentLM] | None = None,
    quantization: str = "none",
    *,
    cuda_graphs: bool = True,
) -> TorchEngine:
    """An engine around a model already in memory, as after training."""
    tokenization = tokenization_of(backbone)
    decoder, drawn_with = decoder_for(model, quantization, cuda_graphs=cuda_graphs)
    info = EngineInfo(
        model=model_name,
        model_fingerprint=model_fingerprint,
        adapter_fingerprint=adapter_fingerprint,
        num_mem_tokens=model.num_mem_tokens,
        hidden_size=model.hidden_size,
        segment_size=segment_size,
        context_size=model.context_size,
        has_chat_template=has_chat_template(tokenization),
        device=backbone.device,
        dtype=backbone.dtype,
        quantization=drawn_with,
        versions=library_versions(),
    )

    def decoder_of(other: RecurrentLM) -> Decoder:
        return decoder_for(other, quantization, cuda_graphs=cuda_graphs, compiles=False)[0]

    return TorchEngine(model, tokenization, info, load_plain, decoder_of, decoder)


def tokenization_of(backbone: Backbone) -> Tokenization:
    """The backbone's tokenizer, with every token that any of its parts calls an end."""
    lm = unwrap_peft(backbone.lm)
    end_ids: set[int] = set()
    for config in (lm.config, getattr(lm, "generation_config", None)):
        value = getattr(config, "eos_token_id", None)
        end_ids |= {value} if isinstance(value, int) else set(value or ())
    plain = Tokenization(backbone.tokenizer, end_ids)
    return Tokenization(backbone.tokenizer, end_ids | turn_end_ids(plain))


def _translated_errors() -> AbstractContextManager[None]:
    return translated_out_of_memory(
        "Ask for fewer candidates or a shorter context, or choose a smaller model."
    )
