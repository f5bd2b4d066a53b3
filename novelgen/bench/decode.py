"""`bench decode`: tokens a second against `generate` and llama.cpp, and against the machine."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from novelgen.bench.llama_cpp import LlamaCppModel
from novelgen.bench.loading import BenchModel
from novelgen.bench.rounds import OnProgress, Spread, measure_in_turn
from novelgen.bench.subjects import OurDecoder, Subject, engine_subject, generate_subject
from novelgen.engine.protocol import Engine
from novelgen.engine.values import SamplingParams
from novelgen.errors import UsageError
from novelgen.manuscript.references import REFERENCE_NOVELS
from novelgen.modeling.llamacpp.reading import MOST_ROWS
from novelgen.modeling.token_batch import pad_left

_PROSE = (
    "The rain had stopped before dawn, and Marta walked down to the harbour, counting the boats "
    "as she had every morning since the winter. One was missing. She counted again, slowly, and "
    "then she sat down on the wet stones and waited for the light to come over the water. "
)


@dataclass(frozen=True, slots=True)
class DecodePlan:
    """What is measured."""

    batches: Sequence[int]
    prompt_tokens: int
    new_tokens: int
    tail_tokens: int
    """Tokens before a segment as a novel is written, for the write pass's share."""
    rounds: int
    sampling: SamplingParams
    gguf: Sequence[Path] = ()
    """Files of the model to measure llama.cpp with, by itself and as our engine."""


@dataclass(frozen=True, slots=True)
class DecodeRow:
    """Tokens a second of one engine at one batch size."""

    engine: str
    batch: int
    tokens_per_second: Spread


@dataclass(frozen=True, slots=True)
class SegmentTimes:
    """Seconds of the parts of one segment at batch 1, as a novel is written."""

    prompt_tokens: int
    read_seconds: Spread
    """Reading the prompt, `[memory][brief][tail]`."""
    first_token_seconds: Spread
    """Reading it and choosing one token."""
    generate_first_token_seconds: Spread
    """The same by `generate`, without memory."""
    draw_seconds: Spread
    """Drawing all new tokens after it."""
    write_seconds: Spread
    words_per_token: float
    new_tokens: int

    @property
    def seconds(self) -> float:
        return self.read_seconds.median + self.draw_seconds.median + self.write_seconds.median

    @property
    def write_share(self) -> float:
        return self.write_seconds.median / self.seconds

    @property
    def words_per_hour(self) -> float:
        return 3600 * self.new_tokens * self.words_per_token / self.seconds


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """All figures of one run."""

    device: str
    dtype: str
    quantization: str
    threads: int
    plan: DecodePlan
    rows: tuple[DecodeRow, ...]
    bandwidth: Spread
    """Bytes a second read from the device's memory, measured among the rest."""
    weight_bytes: int
    segment: SegmentTimes

    @property
    def ratios(self) -> dict[int, float]:
        """Ours at each batch over `generate` at batch 1 in its better dtype."""
        base = [row for row in self.rows if row.engine.startswith("generate") and row.batch == 1]
        if not base:
            return {}
        best = max(row.tokens_per_second.median for row in base)
        return {
            row.batch: row.tokens_per_second.median / best
            for row in self.rows
            if row.engine == "novelgen"
        }

    @property
    def roofline_fraction(self) -> float:
        """Bytes of weights read a second while drawing alone, over what the machine can read."""
        drawn = (self.segment.new_tokens - 1) / self.segment.draw_seconds.median
        return drawn * self.weight_bytes / self.bandwidth.median

    def hours(self) -> dict[str, float]:
        """Hours of writing, at batch 1, for as many words as each reference novel has."""
        rate = self.segment.words_per_hour
        return {novel.title: novel.words / rate for novel in REFERENCE_NOVELS}


def bench_decode(
    loaded: BenchModel,
    plan: DecodePlan,
    on_progress: OnProgress,
    load_gguf: Callable[[Path], Engine],
) -> DecodeReport:
    """Measure. Raises `UsageError` when the prompt and the new tokens do not fit the context."""
    _require_room(loaded, plan)
    ours = OurDecoder(loaded.model, loaded.tokenization, loaded.decoder)
    prompt = _prompt(loaded, plan.prompt_tokens)
    subjects: dict[tuple[str, int], Subject] = {}
    for dtype in (torch.float32, torch.bfloat16):
        name = f"generate {str(dtype).removeprefix('torch.')}"
        subjects[name, 1] = generate_subject(
            loaded.model.lm, dtype, prompt, 1, plan.new_tokens, plan.sampling
        )
    for batch in plan.batches:
        subjects["novelgen", batch] = ours.subject(prompt, batch, plan.new_tokens, plan.sampling)
    for file in plan.gguf:
        other = LlamaCppModel(file, torch.get_num_threads())
        for batch in plan.batches:
            subjects[other.name, batch] = partial(
                other.tokens_per_second, prompt, batch, plan.new_tokens, plan.sampling
            )
        engine, text = load_gguf(file), loaded.tokenization.decode(prompt)
        for batch in plan.batches:
            if batch <= MOST_ROWS:
                subjects[f"novelgen, {other.name}", batch] = engine_subject(
                    engine, text, batch, plan.new_tokens, plan.sampling
                )
    calls = {f"{name}|{batch}": subject for (name, batch), subject in subjects.items()}
    calls["bandwidth"] = _bandwidth_probe(loaded.model.device)
    segment = _segment_calls(loaded, plan, ours)
    figures = measure_in_turn(calls | segment, plan.rounds, on_progress)
    rows = [DecodeRow(name, batch, figures[f"{name}|{batch}"]) for name, batch in subjects]
    return DecodeReport(
        device=loaded.backbone.device,
        dtype=loaded.backbone.dtype,
        quantization=loaded.quantization,
        threads=torch.get_num_threads(),
        plan=plan,
        rows=tuple(rows),
        bandwidth=figures["bandwidth"],
        weight_bytes=loaded.weight_bytes,
        segment=_segment_times(loaded, plan, figures, ours.last_words_per_token),
    )


def _segment_calls(
    loaded: BenchModel, plan: DecodePlan, ours: OurDecoder
) -> dict[str, Callable[[], float]]:
    prompt, size = _prompt(loaded, plan.tail_tokens), loaded.segment_size
    ids = (loaded.tokenization.prose_ids(_PROSE * (size // 20 + 1)))[:size]

    def write() -> float:
        if not loaded.model.num_mem_tokens:
            return 0.0
        begin = time.perf_counter()
        with torch.inference_mode():
            memory = loaded.model.write(loaded.model.initial_memory(), pad_left([ids]))
            memory.cpu()
        return time.perf_counter() - begin

    dtype = next(loaded.model.lm.parameters()).dtype
    generate = generate_subject(loaded.model.lm, dtype, prompt, 1, 1, plan.sampling)
    return {
        "read": lambda: ours.seconds(prompt, 1, 1, plan.sampling)[0],
        "first token": lambda: sum(ours.seconds(prompt, 1, 1, plan.sampling)),
        "first token, generate": lambda: 1 / generate(),
        "draw": lambda: ours.seconds(prompt, 1, size, plan.sampling)[1],
        "write": write,
    }


def _bandwidth_probe(device: torch.device) -> Subject:
    from novelgen.bench.bandwidth import BandwidthProbe, DeviceBandwidthProbe

    if device.type == "cpu":
        return BandwidthProbe(torch.get_num_threads())
    return DeviceBandwidthProbe(device)


def _segment_times(
    loaded: BenchModel, plan: DecodePlan, figures: dict[str, Spread], words_per_token: float
) -> SegmentTimes:
    return SegmentTimes(
        prompt_tokens=plan.tail_tokens,
        read_seconds=figures["read"],
        first_token_seconds=figures["first token"],
        generate_first_token_seconds=figures["first token, generate"],
        draw_seconds=figures["draw"],
        write_seconds=figures["write"],
        words_per_token=words_per_token,
        new_tokens=loaded.segment_size,
    )


def _prompt(loaded: BenchModel, length: int) -> list[int]:
    ids = loaded.tokenization.prose_ids(_PROSE)
    return loaded.tokenization.prose_ids(_PROSE * (length // len(ids) + 2))[:length]


def _require_room(loaded: BenchModel, plan: DecodePlan) -> None:
    needed = max(plan.prompt_tokens + plan.new_tokens, plan.tail_tokens + loaded.segment_size)
    needed += 2 * loaded.model.num_mem_tokens
    if needed > loaded.model.context_size:
        raise UsageError(
            f"{needed} tokens are needed; the model attends to {loaded.model.context_size}.",
            "Lower --prompt-tokens, --tail-tokens or --new-tokens.",
        )
