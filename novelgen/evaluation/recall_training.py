"""Training of the small backbone of the recall tasks from scratch, one model for all three.

The curriculum climbs a level when all tasks are answered, or when the level has had its steps.
Seeded, reads no clock to decide, and draws nothing on a screen.

Source: noisy stretched gates after Louizos et al., *Learning Sparse Neural Networks through L0
Regularization* (arXiv 1712.01312).
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from novelgen.evaluation.recall_curriculum import Level, RecallTrainingConfig
from novelgen.evaluation.recall_gates import add_gate_noise, remove_gate_noise
from novelgen.evaluation.recall_hard_noise import HardNoise
from novelgen.evaluation.recall_model import build_recall_model, encode_with
from novelgen.evaluation.recall_noise import (
    Encode,
    EncodedQuestion,
    RecallSample,
    encode_places,
    place_problem,
)
from novelgen.evaluation.recall_tasks import (
    Problem,
    RecallTask,
    draw_distraction,
    draw_lesson,
    draw_place,
    draw_problem,
)
from novelgen.modeling.causal_lm import run_logits
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.token_batch import TokenBatch

# Room for two facts and a question, even with a vocabulary of 500.
_MIN_SEGMENT_TOKENS = 28
_ANSWERS_WATCHED = 300
_MIN_STEPS_A_LEVEL = 30


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """What a step did, for a display."""

    step: int
    level: int
    loss: float
    accuracy: dict[str, float]
    """Of the last answers of every task."""
    elapsed_seconds: float
    tokens: int
    """Read so far, searched noise included, what memories are misled by not."""
    seconds_left: float | None
    """None before the last level, as nobody knows how fast the curriculum climbs."""


OnStep = Callable[[TrainingStep], None]


def train_recall(
    config: RecallTrainingConfig, tokenizer: Tokenizer, noise: Tensor, on_step: OnStep
) -> tuple[RecurrentLM, TrainingStep]:
    """A model trained on noise tokens, in eval mode, and its last step."""
    torch.manual_seed(config.seed)
    model = build_recall_model(config.model)
    trainer = _Trainer(config, model, encode_with(tokenizer), noise)
    last = None
    for last in trainer.steps():
        on_step(last)
    assert last is not None and model.cell is not None
    remove_gate_noise(model.cell)
    return model.eval(), last


class _Trainer:
    def __init__(
        self, config: RecallTrainingConfig, model: RecurrentLM, encode: Encode, noise: Tensor
    ) -> None:
        assert model.cell is not None
        quick = [model.cell.gate_logit, model.cell.pointer_bias]
        self._config = config
        self._model = model.train()
        self._gate_noise = add_gate_noise(model.cell)
        self._encode: Encode = lru_cache(None)(encode)
        self._noise = noise
        self._rng = numpy.random.default_rng(config.seed)
        self._place_ids = torch.tensor([ids[0] for ids in encode_places(encode)])
        self._answers = {task: deque[bool](maxlen=_ANSWERS_WATCHED) for task in RecallTask}
        self._hard_noise = HardNoise(model, noise, encode, self._rng)
        self._tokens = 0
        slow = [p for p in model.parameters() if all(p is not other for other in quick)]
        self._optimizer = torch.optim.AdamW(
            [{"params": slow, "factor": 1.0}, {"params": quick, "factor": config.gate_rate_factor}],
            betas=(0.9, 0.98),
            weight_decay=config.weight_decay,
        )

    def steps(self) -> Iterator[TrainingStep]:
        config, started = self._config, time.perf_counter()
        level_started = started
        level = steps_here = 0
        for step in range(1, config.max_steps + 1):
            is_last = level == len(config.levels) - 1
            left = 1 - steps_here / config.final_steps if is_last else 1.0
            rate = config.levels[level].learning_rate * left
            self._set_rate(rate * min(1.0, step / config.warmup_steps))
            loss = self._step(config.levels[level])
            steps_here += 1
            now = time.perf_counter()
            seconds_left = (now - level_started) / steps_here * (config.final_steps - steps_here)
            yield TrainingStep(
                step,
                level,
                loss,
                self._accuracy(),
                now - started,
                self._tokens + self._hard_noise.tokens_searched,
                seconds_left if is_last else None,
            )
            if is_last and steps_here >= config.final_steps:
                return
            if not is_last and self._climbs(config.levels[level], steps_here):
                level, steps_here, level_started = level + 1, 0, now
                for answers in self._answers.values():
                    answers.clear()

    def _step(self, level: Level) -> float:
        samples, tasks = self._draw_batch(level)
        self._gate_noise.deviation = level.gate_noise
        self._gate_noise.batch_size = len(samples)
        loss, memories = self._read(level, samples, tasks)
        if level.searched_rows:
            self._gate_noise.deviation = 0.0
            cost = self._hard_noise.opening_cost(
                torch.cat(memories), level.searched_rows, level.max_segment_tokens
            )
            loss = loss + level.closing_weight * cost
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), self._config.max_gradient_norm)
        self._optimizer.step()
        return float(loss.detach())

    def _draw_batch(self, level: Level) -> tuple[list[RecallSample], list[RecallTask]]:
        rng, config = self._rng, self._config
        longest = level.max_segment_tokens
        size = int(rng.integers(min(longest, max(_MIN_SEGMENT_TOKENS, longest // 2)), longest + 1))
        num_segments = int(rng.integers(level.min_segments, level.max_segments + 1))
        rows = max(6, min(config.max_batch_size, config.tokens_per_step // (size * num_segments)))
        other = (1 - config.reasoning_share) / 2
        shares = [other, other, config.reasoning_share]
        tasks = [list(RecallTask)[int(rng.choice(3, p=shares))] for _ in range(rows)]
        return [self._draw_sample(task, level, num_segments, size) for task in tasks], tasks

    def _draw_sample(
        self, task: RecallTask, level: Level, num_segments: int, size: int
    ) -> RecallSample:
        problem = self._draw_problem(task, level)
        # A lesson is one fact, anywhere.
        place_as = RecallTask.DETECT if len(problem.facts) == 1 else RecallTask.REASONING
        place_as = task if task is RecallTask.MEMORIZE else place_as
        while True:
            sample = place_problem(
                place_as, problem, num_segments, size, self._noise, self._encode, self._rng
            )
            if not (level.separates_facts and sample.has_shared_segment):
                return sample

    def _draw_problem(self, task: RecallTask, level: Level) -> Problem:
        place = draw_place(self._rng)
        if task is RecallTask.REASONING and level.asks_lessons_alone:
            return draw_lesson(place, self._rng)
        return draw_problem(task, place, self._rng)

    def _read(
        self, level: Level, samples: list[RecallSample], tasks: list[RecallTask]
    ) -> tuple[Tensor, list[Tensor]]:
        """The loss of a batch, all segments, and its memories from the initial to the last one."""
        rows, num_segments = len(samples), samples[0].num_segments
        length = level.max_segment_tokens
        memory = self._hard_noise.misled_memory(level.misled_share, rows, length)
        memories = [memory.detach()]
        loss = torch.zeros(())
        for index in range(num_segments):
            ids = self._segment(level, samples, index)
            update = self._model.write_update(memory, TokenBatch(ids, (ids.shape[1],) * rows))
            memory = update.memory
            memories.append(memory.detach())
            self._tokens += ids.numel()
            is_empty = torch.tensor([not sample.has_fact_in(index) for sample in samples])
            opened = (1 - update.kept).sum((1, 2))  # (batch,)
            writing_cost = level.writing_weight / (num_segments * self._model.num_mem_tokens)
            cost = torch.where(is_empty, level.closing_weight, writing_cost)
            loss = loss + (opened * cost).mean()
            is_last = index == num_segments - 1
            weight = 1.0 if is_last else self._config.early_question_weight
            loss = loss + weight * self._ask(memory, samples, index, tasks if is_last else None)
        return loss, memories

    def _segment(self, level: Level, samples: list[RecallSample], index: int) -> Tensor:
        """Token ids of every row, `(batch, length)`; a last segment is cut to the shortest.

        Questions differ by a token or two, so that a fact at the very end loses its full stop.
        """
        rows = [sample.segment(index, self._noise) for sample in samples]
        length = min(len(row) for row in rows)
        ids = torch.stack([row[:length] for row in rows])
        for row, sample in zip(ids, samples, strict=True):
            if not sample.has_fact_in(index) and self._rng.random() < level.distraction_share:
                if self._rng.random() < level.sprinkled_share:
                    self._hard_noise.sprinkle(row)
                    continue
                spoken = self._encode(f" {draw_distraction(self._rng)}")[:length]
                start = int(self._rng.integers(length - len(spoken) + 1))
                row[start : start + len(spoken)] = torch.tensor(spoken)
        return ids

    def _ask(
        self,
        memory: Tensor,
        samples: list[RecallSample],
        index: int,
        tasks: list[RecallTask] | None,
    ) -> Tensor:
        """Mean nats of the answers to all that can be asked after segment `index`."""
        asked = [
            (row, question)
            for row, sample in enumerate(samples)
            for question in (sample.question, *sample.lessons)
            if sample.is_answered_by(question, index)
        ]
        if not asked:
            return torch.zeros(())
        total = torch.zeros(())
        for length in sorted({len(question.tokens) for _, question in asked}):
            group = [(row, q) for row, q in asked if len(q.tokens) == length]
            total = total + self._nats(memory, group, samples, tasks)
        return total / len(asked)

    def _nats(
        self,
        memory: Tensor,
        group: list[tuple[int, EncodedQuestion]],
        samples: list[RecallSample],
        tasks: list[RecallTask] | None,
    ) -> Tensor:
        rows = torch.tensor([row for row, _ in group])
        embeds = self._model.embed(
            memory[rows], torch.tensor([question.tokens for _, question in group])
        )
        logits = run_logits(self._model.lm, embeds, logits_to_keep=1, use_cache=False).logits[:, 0]
        answers = torch.tensor([question.answer[0] for _, question in group])
        if tasks is not None:
            likeliest = self._place_ids[logits[:, self._place_ids].argmax(1)]
            is_right = (likeliest == answers).tolist()
            for (row, question), right in zip(group, is_right, strict=True):
                if question is samples[row].question:
                    self._answers[tasks[row]].append(right)
        return functional.cross_entropy(logits, answers, reduction="sum")

    def _accuracy(self) -> dict[str, float]:
        return {
            task.value: sum(answers) / max(1, len(answers))
            for task, answers in self._answers.items()
        }

    def _climbs(self, level: Level, steps: int) -> bool:
        if steps >= level.max_steps:
            return True
        return steps >= _MIN_STEPS_A_LEVEL and self._has_passed(level)

    def _has_passed(self, level: Level) -> bool:
        return all(
            len(answers) == _ANSWERS_WATCHED
            and sum(answers) > level.passing_accuracy * len(answers)
            for answers in self._answers.values()
        )

    def _set_rate(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["factor"]
