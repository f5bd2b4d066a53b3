"""From a model, an adapter and a corpus folder to the report of `eval memory`.

The adapter and its control, the model tuned without memory, are loaded one after the other, so
that no more than one model is held at a time. Draws nothing: progress goes to callbacks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from novelgen.errors import UsageError
from novelgen.evaluation.memory_report import MemoryReport, summarise
from novelgen.evaluation.memory_scoring import (
    MemoryScores,
    count_passes,
    joined,
    score_control,
    score_memory,
)
from novelgen.evaluation.memory_settings import MemoryEvalSettings
from novelgen.evaluation.memory_windows import MemoryWindows, OnSkipped, draw_windows
from novelgen.modeling.adapter import Adapter, load_adapter, merge_adapter
from novelgen.modeling.adapter_config import CONFIG_NAME, CONTROL_FOLDER, trained_books
from novelgen.modeling.backbone import Backbone, load_backbone
from novelgen.modeling.out_of_memory import translated_out_of_memory
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.tokenization import Tokenization
from novelgen.text.books import BookFile

OnProgress = Callable[[int, int], None]
"""Passes done, and passes in all."""

_OUT_OF_MEMORY_REMEDY = "Lower --segment-size or --tail-tokens, or choose another --device."


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What is judged, and where it runs."""

    directory: Path
    """A folder with config.json, safetensors and tokenizer."""
    fingerprint: str
    adapter_dir: Path
    device: str = "auto"
    dtype: str = "auto"
    quantization: str = "none"
    """int8 predicts with rounded weights, as novels are drawn; memory is written as ever."""


@dataclass(frozen=True, slots=True)
class StretchChoice:
    """What is read of the corpus; None is a default."""

    segment_size: int | None
    """None: the size that the adapter was trained with."""
    segments_per_book: int
    tail_tokens: int
    max_books: int | None
    seed: int


def evaluate_memory(
    model: RecurrentLM,
    control: RecurrentLM | None,
    windows: MemoryWindows,
    settings: MemoryEvalSettings,
    on_progress: OnProgress = lambda _done, _total: None,
) -> MemoryReport:
    """The report of two models that are in memory already, as after training."""
    on_pass = _counted(on_progress, count_passes(settings, control is not None))
    scores = score_memory(model.eval(), windows, settings, on_pass)
    if control is not None:
        scores = joined(scores, score_control(control.eval(), windows, settings, on_pass))
    return summarise(scores, windows.books, model.num_mem_tokens, settings.segment_size)


def evaluate_adapter(
    chosen: ModelChoice,
    books: Sequence[BookFile],
    stretch: StretchChoice,
    on_skipped: OnSkipped,
    on_progress: OnProgress,
) -> MemoryReport:
    """The report of an adapter directory against its control.

    The control is in the directory, or for an adapter without LoRA the model as it is. Books that
    the adapter was trained on, by its `training.json`, are left out.

    Raises `ModelError` when a model or adapter is missing, damaged or does not fit, or when the
    device runs out of memory; `UsageError` when the books are too short or a segment is too long.
    """
    adapter = load_adapter(chosen.adapter_dir, chosen.fingerprint)
    has_control = _has_control(chosen)
    control = _load_control(chosen) if has_control else None
    is_compared = has_control or not adapter.lora
    settings = MemoryEvalSettings(
        stretch.segment_size or adapter.config.segment_size,
        stretch.segments_per_book,
        stretch.tail_tokens,
    )
    on_pass = _counted(on_progress, count_passes(settings, is_compared))
    with translated_out_of_memory(_OUT_OF_MEMORY_REMEDY):
        windows, scores = _score_adapter(
            chosen, adapter, books, stretch, settings, on_skipped, on_pass
        )
        if is_compared:
            backbone = _load(chosen)
            model = _apply(backbone, control) if control else RecurrentLM(backbone.lm).eval()
            model = _reader(model, chosen)
            scores = joined(scores, score_control(model, windows, settings, on_pass))
    return summarise(scores, windows.books, adapter.config.num_mem_tokens, settings.segment_size)


def _score_adapter(
    chosen: ModelChoice,
    adapter: Adapter,
    books: Sequence[BookFile],
    stretch: StretchChoice,
    settings: MemoryEvalSettings,
    on_skipped: OnSkipped,
    on_pass: Callable[[], None],
) -> tuple[MemoryWindows, tuple[MemoryScores, ...]]:
    """The windows too: the tokenizer comes with the backbone, which is freed on return."""
    backbone = _load(chosen)
    tokenization = Tokenization(backbone.tokenizer)
    windows = draw_windows(
        books,
        tokenization.prose_ids,
        settings.tokens_per_book,
        stretch.seed,
        stretch.max_books,
        on_skipped,
        start_ids=tokenization.with_start([]),
        trained_on=trained_books(chosen.adapter_dir),
    )
    model = _apply(backbone, adapter)
    return windows, score_memory(model, windows, settings, on_pass, _reader(model, chosen))


def _reader(model: RecurrentLM, chosen: ModelChoice) -> RecurrentLM:
    """The model that predicts: rounded as in drawing, if that is asked for."""
    if chosen.quantization == "none":
        return model
    from novelgen.modeling.fused.judging import rounded_to_int8
    from novelgen.modeling.fused.packing import Unsupported

    try:
        return RecurrentLM(rounded_to_int8(model.lm), model.cell).eval()
    except Unsupported as reason:
        raise UsageError(
            f"This model is never drawn from with int8 weights: {reason}.",
            "Leave --quantization out.",
        ) from reason


def _has_control(chosen: ModelChoice) -> bool:
    return (chosen.adapter_dir / CONTROL_FOLDER / CONFIG_NAME).is_file()


def _load_control(chosen: ModelChoice) -> Adapter:
    directory = chosen.adapter_dir / CONTROL_FOLDER
    control = load_adapter(directory, chosen.fingerprint)
    if control.config.num_mem_tokens:
        raise UsageError(
            f"The control {directory} has {control.config.num_mem_tokens} memory slots.",
            "A control is an adapter without memory; move this one elsewhere.",
        )
    return control


def _load(chosen: ModelChoice) -> Backbone:
    return load_backbone(chosen.directory, chosen.device, chosen.dtype)


def _apply(backbone: Backbone, adapter: Adapter) -> RecurrentLM:
    return merge_adapter(backbone.lm, adapter).eval()


def _counted(on_progress: OnProgress, total: int) -> Callable[[], None]:
    done = 0

    def on_pass() -> None:
        nonlocal done
        done += 1
        on_progress(done, total)

    return on_pass
