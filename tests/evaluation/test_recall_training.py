"""Training of the recall backbone: a tiny one learns in seconds, repeatably, and is kept."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from novelgen.errors import ModelError, UsageError
from novelgen.evaluation.recall_curriculum import Level, RecallTrainingConfig
from novelgen.evaluation.recall_evaluation import RecallPlan, evaluate_recall
from novelgen.evaluation.recall_gates import add_gate_noise, remove_gate_noise
from novelgen.evaluation.recall_making import make_recall_model
from novelgen.evaluation.recall_model import (
    RecallModel,
    RecallModelConfig,
    encode_with,
    load_recall_model,
    save_recall_model,
    train_tokenizer,
)
from novelgen.evaluation.recall_noise import read_noise
from novelgen.evaluation.recall_tasks import RecallTask, vocabulary_sentences
from novelgen.evaluation.recall_training import train_recall
from novelgen.modeling.folders import held_free
from novelgen.modeling.memory_cell import MemoryCell

TINY = RecallModelConfig(500, 32, 64, 1, 2, num_mem_tokens=4, projection_rank=16)


def tiny_training(steps: int) -> RecallTrainingConfig:
    return RecallTrainingConfig(
        model=TINY,
        levels=(Level(32, 2, asks_lessons_alone=True, learning_rate=5e-3),),
        final_steps=steps,
        reasoning_share=0.0,
    )


@pytest.fixture(scope="module")
def trained():
    tokenizer = train_tokenizer(vocabulary_sentences(), TINY.vocabulary_size)
    noise = read_noise(None, encode_with(tokenizer))[:50_000]
    model, last = train_recall(tiny_training(150), tokenizer, noise, lambda _: None)
    return RecallModel(model, encode_with(tokenizer)), tokenizer, noise, last


def test_a_tiny_model_learns_to_memorize_and_needs_its_memory(trained) -> None:
    recall, _, noise, _ = trained
    plan = RecallPlan(RecallTask.MEMORIZE, (2,), 48, 32, 48, seed=5)
    (result,) = evaluate_recall(recall, plan, noise)
    assert result.accuracy > 0.6

    class Forgetful(type(recall.model)):  # type: ignore[misc]
        def write(self, memory, segment):
            return self.initial_memory(len(memory))

    forgetful = Forgetful(recall.model.lm, recall.model.cell)
    (reset,) = evaluate_recall(RecallModel(forgetful, recall.encode), plan, noise)
    assert reset.accuracy < 0.35

    class Broken(type(recall.model)):  # type: ignore[misc]
        def write(self, memory, segment):
            return super().write(memory, segment) * float("nan")

    broken = Broken(recall.model.lm, recall.model.cell)
    with pytest.raises(ModelError, match="undefined numbers"):
        evaluate_recall(RecallModel(broken, recall.encode), plan, noise)


def test_training_is_repeatable() -> None:
    tokenizer = train_tokenizer(vocabulary_sentences(), TINY.vocabulary_size)
    noise = read_noise(None, encode_with(tokenizer))[:50_000]
    losses = []
    for _ in range(2):
        seen: list[float] = []
        train_recall(tiny_training(4), tokenizer, noise, lambda done, s=seen: s.append(done.loss))
        losses.append(seen)
    assert losses[0] == losses[1]
    assert len(losses[0]) == 4


def test_searching_noise_closes_gates_that_it_opens() -> None:
    tokenizer = train_tokenizer(vocabulary_sentences(), TINY.vocabulary_size)
    noise = read_noise(None, encode_with(tokenizer))[:50_000]
    opened = {}
    for rows in (0, 16):
        # In every sample of one segment a fact stands, so that nothing else is closed by a cost.
        level = Level(
            32,
            1,
            closing_weight=3.0,
            learning_rate=2e-2,
            writing_weight=0.0,
            searched_rows=rows,
        )
        config = replace(tiny_training(120), levels=(level,))
        model, _ = train_recall(config, tokenizer, noise, lambda _: None)
        rows_of_noise = torch.stack([noise[at : at + 32].long() for at in range(0, 3200, 32)])
        with torch.inference_mode():
            memory = model.initial_memory(len(rows_of_noise))
            kept = model.write_update(memory, _whole(rows_of_noise)).kept
        opened[rows] = float((1 - kept).mean())
    assert opened[16] < 0.5 * opened[0]


def test_a_saved_model_answers_alike(trained, tmp_path) -> None:
    recall, tokenizer, _, last = trained
    save_recall_model(recall.model, tokenizer, {"steps": last.step}, tmp_path / "model")
    loaded = load_recall_model(tmp_path / "model", device="cpu")
    text = " Rosalind went to the tower.\n\nShe did not answer."
    assert loaded.encode(text) == recall.encode(text)
    ids = torch.tensor([recall.encode(text)])
    with torch.inference_mode():
        memories = [
            each.model.write_update(each.model.initial_memory(), _whole(ids)).memory
            for each in (recall, loaded)
        ]
    assert torch.equal(*memories)


def _whole(ids: torch.Tensor):
    from novelgen.modeling.token_batch import TokenBatch

    return TokenBatch(ids, (ids.shape[1],) * len(ids))


def test_gate_noise_differs_by_row_and_leaves_the_cell_as_it_was() -> None:
    cell = MemoryCell(3, 8, 0.1, 4)
    before = {name: value.clone() for name, value in cell.state_dict().items()}
    noise = add_gate_noise(cell)
    noise.deviation, noise.batch_size = 1.0, 2
    tokens = torch.randn(1, 5, 8).expand(2, -1, -1)
    written = torch.randn(1, 3, 8).expand(2, -1, -1)
    update = cell.update(
        cell.initial(2), written, tokens, tokens, torch.ones(2, 5, dtype=torch.bool)
    )
    assert not torch.equal(update.kept[0], update.kept[1])
    update.kept.sum().backward()
    remove_gate_noise(cell)
    assert isinstance(cell.gate_logit, torch.nn.Parameter)
    after = cell.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_curriculum_climbs_when_all_tasks_are_answered_or_steps_are_used_up() -> None:
    tokenizer = train_tokenizer(vocabulary_sentences(), TINY.vocabulary_size)
    noise = read_noise(None, encode_with(tokenizer))[:50_000]
    for passing, max_steps, expected in ((-1.0, 2000, 1), (1.1, 2000, 0), (1.1, 20, 1)):
        first = Level(32, 1, passing_accuracy=passing, max_steps=max_steps)
        config = RecallTrainingConfig(
            model=TINY,
            levels=(first, Level(40, 1)),
            final_steps=1,
            max_steps=60,
        )
        _, last = train_recall(config, tokenizer, noise, lambda _: None)
        assert last.level == expected


def test_a_folder_that_holds_something_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "novel.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something already"):
        make_recall_model(RecallTrainingConfig(), tmp_path / "no books", tmp_path / "made", print)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="file is a file"):
        make_recall_model(RecallTrainingConfig(), tmp_path / "no books", tmp_path / "file", print)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_another_process_is_making_is_refused(corpus: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    with held_free(made):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".made.lock", "corpus"]
        with pytest.raises(UsageError, match="Another process is making"):
            make_recall_model(RecallTrainingConfig(), corpus, made, print)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus"]


def test_two_facts_are_not_separated_in_one_segment() -> None:
    with pytest.raises(ValueError, match="two segments"):
        Level(32, 2, separates_facts=True)
