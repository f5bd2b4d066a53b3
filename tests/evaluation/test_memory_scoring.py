"""The five readings against whole passes, one book and one segment at a time."""

from typing import Any

import pytest
import torch
from torch import Tensor

from novelgen.errors import UsageError
from novelgen.evaluation import segment_nats as segment_nats_module
from novelgen.evaluation.memory_readings import Reading
from novelgen.evaluation.memory_scoring import (
    MemoryScores,
    count_passes,
    score_control,
    score_memory,
)
from novelgen.evaluation.memory_settings import MemoryEvalSettings
from novelgen.evaluation.memory_windows import MemoryWindows
from novelgen.evaluation.segment_nats import segment_nats, write_segment
from novelgen.modeling.causal_lm import run_logits
from novelgen.modeling.lora import LoraSettings, add_lora
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.token_batch import pad_left
from tests.modeling.tiny_models import FAMILIES, LmFactory

SIZE = 10
BOOKS = 3
TAIL = 14
SETTINGS = MemoryEvalSettings(SIZE, segments_per_book=4, tail_tokens=TAIL)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a tiny segment is read in several chunks, and the books in two passes."""
    monkeypatch.setattr(segment_nats_module, "_LOGITS_ON_CPU", 8)
    monkeypatch.setattr(segment_nats_module, "_TOKENS_ON_CPU", 40)


@pytest.fixture
def windows() -> MemoryWindows:
    generator = torch.Generator().manual_seed(5)
    ids = torch.randint(3, 300, (BOOKS, SETTINGS.tokens_per_book), generator=generator)
    return MemoryWindows(("a", "b", "c"), ids)


@pytest.fixture
def model(make_lm: LmFactory) -> RecurrentLM:
    return add_memory(make_lm("llama"), 3).eval()


@pytest.fixture
def control(make_lm: LmFactory) -> RecurrentLM:
    lm = add_lora(make_lm("llama"), LoraSettings(4, 8.0, ("q_proj",)))
    for name, parameter in lm.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    return RecurrentLM(lm).eval()


def whole_pass(model: RecurrentLM, memory: Tensor, context: Tensor, segment: Tensor) -> Tensor:
    """Nats of a book's segment but its first token, from all logits of one pass."""
    ids = torch.cat([context, segment]).unsqueeze(0)
    logits = run_logits(model.lm, model.embed(memory, ids), use_cache=False).logits[0]
    logprobs = logits.float().log_softmax(-1)[-len(segment) : -1]
    return -logprobs.gather(1, segment[1:].unsqueeze(1)).squeeze(1)


def memories_of(model: RecurrentLM, row: Tensor) -> list[Tensor]:
    """The memory of a book before every segment; the first is the initial one."""
    memories = [model.initial_memory()]
    for segment in row.split(SIZE):
        memories.append(model.write(memories[-1], pad_left([segment.tolist()])))
    return memories


def expected(model: RecurrentLM, windows: MemoryWindows, tail: int) -> dict[Reading, Tensor]:
    """What `score_memory` should find, in loops."""
    memories = [memories_of(model, row) for row in windows.input_ids]
    found: dict[Reading, list[Tensor]] = {reading: [] for reading in Reading}
    for book, row in enumerate(windows.input_ids):
        for number in SETTINGS.scored_segments(tail):
            end = (number - 1) * SIZE
            segment, before = row[end : end + SIZE], row[end - tail : end]
            initial = model.initial_memory()
            other = memories[(book + 1) % BOOKS][number - 1]
            more = row[max(0, end - tail - 2 * SIZE) : end]
            for reading, memory, context in (
                (Reading.TRUE, memories[book][number - 1], before),
                (Reading.RESET, initial, before),
                (Reading.OTHER_BOOK, other, before),
                (Reading.FULL_CONTEXT, initial, more),
            ):
                found[reading].append(whole_pass(model, memory, context, segment))
    return {
        reading: torch.stack(parts).reshape(BOOKS, -1, SIZE - 1)
        for reading, parts in found.items()
        if parts
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_chunks_say_what_one_whole_pass_says(family: str, make_lm: LmFactory) -> None:
    for num_mem_tokens, context_length in ((3, 0), (3, 15), (0, 0), (0, 7)):
        model = add_memory(make_lm(family), num_mem_tokens).eval()
        ids = torch.randint(3, 300, (BOOKS, context_length + SIZE))
        context, segment = ids[:, :context_length], ids[:, context_length:]
        memory = torch.randn(BOOKS, num_mem_tokens, model.hidden_size)
        with torch.inference_mode():
            nats = segment_nats(model, memory, context, segment)
            rows = [
                whole_pass(model, memory[row : row + 1], context[row], segment[row])
                for row in range(BOOKS)
            ]
        torch.testing.assert_close(nats, torch.stack(rows), atol=1e-4, rtol=1e-4)


def test_writing_in_several_passes_is_writing_book_by_book(
    model: RecurrentLM, windows: MemoryWindows
) -> None:
    with torch.inference_mode():
        written = write_segment(model, model.initial_memory(BOOKS), windows.input_ids[:, :SIZE])
        alone = [memories_of(model, row)[1] for row in windows.input_ids]
    torch.testing.assert_close(written, torch.cat(alone), atol=1e-5, rtol=1e-5)


def test_all_readings_are_paired_with_the_right_memory_and_context(
    model: RecurrentLM, windows: MemoryWindows
) -> None:
    sets = score_memory(model, windows, SETTINGS)
    assert [scores.tail_tokens for scores in sets] == [0, TAIL]
    assert [scores.segments for scores in sets] == [(2, 3, 4), (4, 5, 6)]
    for scores in sets:
        with torch.inference_mode():
            wanted = expected(model, windows, scores.tail_tokens)
        assert set(scores.nats) == set(wanted) == set(Reading) - {Reading.CONTROL}
        for reading, nats in wanted.items():
            torch.testing.assert_close(scores.nats[reading], nats, atol=1e-4, rtol=1e-4)
        apart = (scores.nats[Reading.TRUE] - scores.nats[Reading.OTHER_BOOK]).abs().mean()
        assert apart > 1e-3, "the readings differ, so the comparison above means something"


def test_the_control_reads_tail_and_segment_and_nothing_else(
    control: RecurrentLM, windows: MemoryWindows
) -> None:
    sets = score_control(control, windows, SETTINGS)
    for scores in sets:
        for column, number in enumerate(scores.segments):
            end = (number - 1) * SIZE
            for book, row in enumerate(windows.input_ids):
                before, segment = row[end - scores.tail_tokens : end], row[end : end + SIZE]
                with torch.inference_mode():
                    nats = whole_pass(control, control.initial_memory(), before, segment)
                found = scores.nats[Reading.CONTROL][book, column]
                torch.testing.assert_close(found, nats, atol=1e-4, rtol=1e-4)


def test_the_control_begins_as_the_model_begins_texts(
    control: RecurrentLM, windows: MemoryWindows
) -> None:
    started = MemoryWindows(windows.books, windows.input_ids, start_ids=(1, 2))
    scores = score_control(control, started, SETTINGS)[0]
    segment = windows.input_ids[1, SIZE : 2 * SIZE]
    with torch.inference_mode():
        nats = whole_pass(control, control.initial_memory(), torch.tensor([1, 2]), segment)
    torch.testing.assert_close(scores.nats[Reading.CONTROL][1, 0], nats, atol=1e-4, rtol=1e-4)


def test_what_a_book_reads_does_not_depend_on_other_books_but_for_the_other_memory(
    model: RecurrentLM, windows: MemoryWindows
) -> None:
    changed = windows.input_ids.clone()
    changed[2] = changed[2].flip(0)
    before = score_memory(model, windows, SETTINGS)[0].nats
    after = score_memory(model, MemoryWindows(windows.books, changed), SETTINGS)[0].nats
    for reading in before:
        torch.testing.assert_close(before[reading][0], after[reading][0])
    # Book 1 reads with the memory of book 2, book 0 with that of book 1.
    torch.testing.assert_close(before[Reading.TRUE][1], after[Reading.TRUE][1])
    assert not torch.allclose(before[Reading.OTHER_BOOK][1], after[Reading.OTHER_BOOK][1])


def test_progress_counts_every_pass(
    model: RecurrentLM, control: RecurrentLM, windows: MemoryWindows
) -> None:
    passes: list[int] = []
    score_memory(model, windows, SETTINGS, lambda: passes.append(1))
    assert len(passes) == count_passes(SETTINGS, has_control=False) == 5 + 6 * 4
    score_control(control, windows, SETTINGS, lambda: passes.append(1))
    assert len(passes) == count_passes(SETTINGS, has_control=True)


def test_far_segments_are_written_and_only_chosen_ones_scored(model: RecurrentLM) -> None:
    settings = MemoryEvalSettings(4, segments_per_book=32)
    ids = torch.randint(3, 300, (2, settings.tokens_per_book))
    scores = score_memory(model, MemoryWindows(("a", "b"), ids), settings)[0]
    assert scores.segments == (2, 3, 4, 5, 6, 7, 8, 15, 16, 31, 32)
    with torch.inference_mode():
        memory = model.initial_memory()
        for segment in ids[0].split(4)[:31]:
            memory = model.write(memory, pad_left([segment.tolist()]))
        nats = whole_pass(model, memory, ids[0, :0], ids[0, -4:])
    torch.testing.assert_close(scores.nats[Reading.TRUE][0, -1], nats, atol=1e-3, rtol=1e-3)


def test_full_context_is_left_out_where_it_does_not_fit(model: RecurrentLM) -> None:
    settings = MemoryEvalSettings(85, segments_per_book=2)  # 3 + 3 * 85 > 256 tokens of context
    windows = MemoryWindows(("a", "b"), torch.randint(3, 300, (2, settings.tokens_per_book)))
    (scores,) = score_memory(model, windows, settings)
    assert set(scores.nats) == {Reading.TRUE, Reading.RESET, Reading.OTHER_BOOK}


def test_what_cannot_be_judged_is_refused(
    model: RecurrentLM, control: RecurrentLM, windows: MemoryWindows
) -> None:
    with pytest.raises(UsageError, match="no memory to judge"):
        score_memory(control, windows, SETTINGS)
    with pytest.raises(UsageError, match="the model attends to 256"):
        score_memory(model, windows, MemoryEvalSettings(200, 2, tail_tokens=60))
    with pytest.raises(UsageError, match="the model attends to 256"):
        score_control(control, windows, MemoryEvalSettings(200, 2, tail_tokens=60))


def test_a_memory_that_is_told_the_answer_wins(make_lm: LmFactory) -> None:
    """A tiny memory trained for seconds to copy: its true memory must beat all the others."""
    model = add_memory(make_lm("llama"), 4)
    settings = MemoryEvalSettings(8, segments_per_book=3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(60):
        ids = _repeating(torch.randint(3, 12, (8, 1)), settings)
        segments = [pad_left(part.tolist()) for part in ids.split(8, dim=1)]
        losses, _ = model(segments)
        optimizer.zero_grad()
        losses[1:].mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    ids = _repeating(torch.tensor([[4], [7], [9], [11]]), settings)
    scores: MemoryScores = score_memory(model.eval(), MemoryWindows(tuple("abcd"), ids), settings)[
        0
    ]
    means = {reading: float(nats.mean()) for reading, nats in scores.nats.items()}
    assert means[Reading.TRUE] < means[Reading.RESET] - 0.2
    assert means[Reading.TRUE] < means[Reading.OTHER_BOOK] - 0.2


def _repeating(token: Any, settings: MemoryEvalSettings) -> Tensor:
    """Books of noise in which every second token is one of the book's own."""
    ids = torch.randint(20, 30, (len(token), settings.tokens_per_book))
    ids[:, 1::2] = token
    return ids
