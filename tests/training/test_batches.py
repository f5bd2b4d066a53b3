"""Batches made ready beside the model are those made by it."""

import signal
import sys

import psutil
import pytest

from novelgen.modeling.tokenization import Tokenization
from novelgen.text.books import Book
from novelgen.training.batches import BatchMaker, batches, workers_beside
from novelgen.training.windows import WindowSampler
from tests.training.tiny_training import TINY

_ROOM = 10_000


@pytest.fixture
def sampler(books: list[Book], tokenization: Tokenization) -> WindowSampler:
    return WindowSampler(books, tokenization, TINY, "memory", 1_000)


@pytest.fixture
def maker(sampler: WindowSampler, tokenization: Tokenization) -> BatchMaker:
    return BatchMaker(sampler, tokenization, lambda shape: _ROOM)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked")
def test_processes_beside_make_the_same_batches_in_the_same_order(maker: BatchMaker) -> None:
    made = list(batches(maker, 490, 520, num_workers=2))
    assert made == [maker[step] for step in range(490, 520)]
    assert any(brief for batch in made for brief in batch.briefs)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked")
def test_an_interrupt_of_the_terminal_ends_no_process_beside(maker: BatchMaker) -> None:
    made = batches(maker, 490, 520, num_workers=2)
    first = next(made)
    for child in psutil.Process().children():
        child.send_signal(signal.SIGINT)
    assert [first, *made] == [maker[step] for step in range(490, 520)]


def test_processes_that_share_a_batch_read_all_of_it_between_them(
    sampler: WindowSampler, tokenization: Tokenization, maker: BatchMaker
) -> None:
    halves = [BatchMaker(sampler, tokenization, lambda shape: _ROOM, n, 2)[3] for n in (0, 1)]
    whole = maker[3]
    assert [*halves[0].token_ids, *halves[1].token_ids] == [
        *whole.token_ids[0::2],
        *whole.token_ids[1::2],
    ]
    assert {half.num_windows for half in halves} == {len(whole.token_ids)}


def test_a_model_on_the_processor_keeps_all_of_its_cores() -> None:
    assert workers_beside("cpu") == 0
