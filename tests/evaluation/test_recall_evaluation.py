"""Judging recall: branching, batches, memory that stays, and what the numbers say."""

import pytest
import torch

from novelgen.cli.recall_table import recall_table
from novelgen.evaluation.recall_document import recall_document
from novelgen.evaluation.recall_evaluation import (
    RecallPlan,
    RecallResult,
    answer,
    draw_samples,
    evaluate_recall,
)
from novelgen.evaluation.recall_model import (
    RecallModel,
    RecallModelConfig,
    build_recall_model,
    encode_with,
    train_tokenizer,
)
from novelgen.evaluation.recall_noise import encode_places, read_noise
from novelgen.evaluation.recall_plot import plot_recall
from novelgen.evaluation.recall_tasks import RecallTask, vocabulary_sentences

SIZE = 60


@pytest.fixture(scope="module")
def untrained() -> RecallModel:
    """A tiny model that remembers something, and answers at random."""
    tokenizer = train_tokenizer(vocabulary_sentences(), 400)
    torch.manual_seed(1)
    config = RecallModelConfig(400, 32, 48, 2, 4, num_mem_tokens=4, projection_rank=8)
    return RecallModel(build_recall_model(config).eval(), encode_with(tokenizer))


@pytest.fixture(scope="module")
def noise(untrained: RecallModel) -> torch.Tensor:
    return read_noise(None, untrained.encode)[:20_000]


def plan(task: RecallTask, *lengths: int, samples: int = 12, batch_size: int = 5) -> RecallPlan:
    return RecallPlan(task, lengths, samples, SIZE, batch_size, seed=3)


def test_branching_equals_reading_to_every_length_alone(
    untrained: RecallModel, noise: torch.Tensor
) -> None:
    lengths = (1, 2, 5)
    together = evaluate_recall(untrained, plan(RecallTask.MEMORIZE, *lengths), noise)
    alone = [
        evaluate_recall(untrained, plan(RecallTask.MEMORIZE, length), noise)[0]
        for length in lengths
    ]
    assert [result.correct for result in together] == [result.correct for result in alone]
    assert len({result.correct for result in together}) > 1  # so that equality says something


def test_answers_do_not_depend_on_the_batch(untrained: RecallModel, noise: torch.Tensor) -> None:
    one, many = (
        evaluate_recall(untrained, plan(RecallTask.REASONING, 2, batch_size=size), noise)
        for size in (1, 12)
    )
    assert one[0].correct == many[0].correct


def test_answers_are_balanced_and_samples_differ(
    untrained: RecallModel, noise: torch.Tensor
) -> None:
    asked = plan(RecallTask.DETECT, 3, samples=18)
    samples = draw_samples(asked, 3, range(18), noise, untrained.encode)
    answers = [sample.question.answer for sample in samples]
    places = [tuple(ids) for ids in encode_places(untrained.encode)]
    assert all(answers.count(place) == 3 for place in places)
    assert len({sample.noise_start for sample in samples}) == 18


def test_the_answer_is_the_likeliest_place(untrained: RecallModel, noise: torch.Tensor) -> None:
    samples = draw_samples(plan(RecallTask.REASONING, 1), 1, range(4), noise, untrained.encode)
    model, places = untrained.model, encode_places(untrained.encode)
    memory = model.initial_memory(4)
    found = answer(model, memory, samples, places)
    for row, sample in enumerate(samples):
        ids = torch.tensor([sample.question.tokens])
        logits = model.lm(inputs_embeds=model.embed(memory[row : row + 1], ids)).logits[0, -1]
        assert found[row] == int(logits[[ids[0] for ids in places]].argmax())


def test_progress_counts_every_segment_of_every_sample(
    untrained: RecallModel, noise: torch.Tensor
) -> None:
    seen: list[tuple[int, int]] = []
    evaluate_recall(
        untrained,
        plan(RecallTask.DETECT, 1, 3, samples=7),
        noise,
        lambda done, total: seen.append((done, total)),
    )
    assert seen[-1] == (28, 28)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_results_become_json_a_table_and_a_plot(tmp_path) -> None:
    results = [RecallResult(n, n // 2 + 1, 40, n * SIZE, 100.0, 0.001) for n in (1, 16)]
    document = recall_document(plan(RecallTask.DETECT, 1, 16), results)
    assert document["task"] == "detect-and-memorize"
    assert document["accuracy"] == {"1": 0.025, "16": 0.225}
    assert document["ci95"] == {"1": [0.0044, 0.1288], "16": [0.1232, 0.375]}
    assert document["samples"] == {"1": 40, "16": 40}
    assert document["tokens"] == {"1": 60, "16": 960}
    assert document["peak_memory_mib"] == {"1": 100.0, "16": 100.0}
    assert document["seconds_per_segment"] == {"1": 0.001, "16": 0.001}
    lines = "\n".join(recall_table(RecallTask.DETECT, results)).split("\n")
    assert lines[:2] == ["detect-and-memorize", "guessing: 16.7%"]
    assert "95 % interval" in lines[2]
    assert "22.5%  12.3% to 37.5%" in lines[4]
    assert max(map(len, lines)) <= 80
    path = tmp_path / "recall.png"
    plot_recall({RecallTask.DETECT: results}, path)
    assert path.read_bytes()[:4] == b"\x89PNG"
