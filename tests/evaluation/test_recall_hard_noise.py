"""Noise that is taken for facts: sprinkled words, misled memories, what nears opening a gate."""

import numpy
import pytest
import torch
from tokenizers import Tokenizer
from torch import Tensor

from novelgen.evaluation.recall_hard_noise import HardNoise
from novelgen.evaluation.recall_model import (
    RecallModelConfig,
    build_recall_model,
    encode_with,
    train_tokenizer,
)
from novelgen.evaluation.recall_noise import read_noise
from novelgen.evaluation.recall_tasks import OBJECTS, PEOPLE, PLACES, vocabulary_sentences
from novelgen.modeling.recurrent import RecurrentLM

TINY = RecallModelConfig(500, 32, 64, 1, 2, num_mem_tokens=4, projection_rank=16)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(vocabulary_sentences(), TINY.vocabulary_size)


@pytest.fixture(scope="module")
def noise(tokenizer: Tokenizer) -> Tensor:
    return read_noise(None, encode_with(tokenizer))[:20_000]


@pytest.fixture
def model() -> RecurrentLM:
    torch.manual_seed(3)
    return build_recall_model(TINY)


def hard_noise(model: RecurrentLM, tokenizer: Tokenizer, noise: Tensor) -> HardNoise:
    return HardNoise(model, noise, encode_with(tokenizer), numpy.random.default_rng(5))


def test_sprinkling_puts_words_of_the_tasks_into_a_segment(
    model: RecurrentLM, tokenizer: Tokenizer, noise: Tensor
) -> None:
    empty = torch.full((300,), encode_with(tokenizer)(".")[0])
    hard_noise(model, tokenizer, noise).sprinkle(empty)
    words = set(tokenizer.decode(empty.tolist()).replace(".", " ").split())
    assert 1 <= len(words) <= 8
    assert words <= {*PEOPLE, *PLACES, *OBJECTS}


def test_a_word_at_the_end_of_a_segment_is_cut(
    model: RecurrentLM, tokenizer: Tokenizer, noise: Tensor
) -> None:
    hard = hard_noise(model, tokenizer, noise)
    for _ in range(50):
        short = torch.zeros(2, dtype=torch.int64)
        hard.sprinkle(short)
        assert short.any()


def test_a_share_of_the_memories_is_misled_and_the_rest_is_initial(
    model: RecurrentLM, tokenizer: Tokenizer, noise: Tensor
) -> None:
    hard = hard_noise(model, tokenizer, noise)
    initial = model.initial_memory(64)
    assert torch.equal(hard.misled_memory(0.0, 64, 32), initial)
    half, all_of_them = hard.misled_memory(0.5, 64, 32), hard.misled_memory(1.0, 64, 32)
    changed = (half != initial).any(2)  # (rows, slots)
    assert 16 < int(changed.any(1).sum()) < 48
    share = (all_of_them != initial).any(2).float().mean()
    assert 0.3 < share < 0.7, "some slots, or all"


def test_a_gate_costs_until_it_is_well_shut(
    model: RecurrentLM, tokenizer: Tokenizer, noise: Tensor
) -> None:
    hard = hard_noise(model, tokenizer, noise)
    memories = model.initial_memory(8).detach()
    cell = model.cell
    assert cell is not None
    costs = []
    for logit in (9.0, 4.0, 0.0):
        with torch.no_grad():
            cell.gate_logit.fill_(logit)
        cost = hard.opening_cost(memories, 12, 32)
        costs.append(cost.item())
    assert costs[0] == 0 < costs[1] < costs[2]
    cost.backward()
    assert cell.gate_logit.grad is not None and (cell.gate_logit.grad < 0).all()
    assert hard.tokens_searched == 3 * (12 + 8) * 32


def test_the_hardest_segments_are_those_that_cost(
    model: RecurrentLM, tokenizer: Tokenizer, noise: Tensor
) -> None:
    memories = model.initial_memory(1).detach()
    cell = model.cell
    assert cell is not None
    with torch.no_grad():
        cell.gate_logit.zero_()
        cell.gate_weight.normal_(std=0.5)
    few = hard_noise(model, tokenizer, noise).opening_cost(memories, 8, 32)
    many = hard_noise(model, tokenizer, noise).opening_cost(memories, 256, 32)
    assert many > few, "the hardest 8 of 256 are harder than 8"
