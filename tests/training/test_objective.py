"""The loss of a batch: what it is made of, and how far its gradient reaches."""

import random
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.lora import add_lora
from novelgen.modeling.memory_cell import MemoryUpdate
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.token_batch import pad_left
from novelgen.training import objective as objective_module
from novelgen.training.coverage import Coverage
from novelgen.training.objective import Objective, measure
from novelgen.training.windows import Shape
from tests.modeling.tiny_models import LmFactory
from tests.training.tiny_training import TINY

SEGMENTS = 6
SIZE = 8
PLAIN = Shape(SEGMENTS, SIZE, False, False, 0, False)
ROWS = torch.randint(3, 20, (2, SEGMENTS * SIZE), generator=torch.Generator().manual_seed(5))
RARE = torch.ones(400)


@pytest.fixture
def model(make_lm: LmFactory) -> RecurrentLM:
    lm = add_lora(make_lm("llama"), LoraSettings(4, 8.0, ("q_proj", "down_proj")))
    model = add_memory(lm, 4, projection_rank=8)
    assert model.cell is not None
    with torch.no_grad():
        model.cell.gate_logit.zero_()  # hand on half, so that all segments are reached
        model.cell.projection_up.normal_(std=0.1)
        for name, parameter in lm.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    return model


def objective_of(
    model: RecurrentLM, shape: Shape, briefs: Any = ((), ()), **changes: Any
) -> Objective:
    return measure(model, shape, ROWS.tolist(), briefs, replace(TINY, **changes), RARE, 1)


def parts_of(
    model: RecurrentLM, monkeypatch: pytest.MonkeyPatch, shape: Shape, depth: int
) -> dict[str, Tensor]:
    """Parts of the loss with their gradients: of the last segment, and of burn-in coverage."""
    parts: dict[str, Tensor] = {}

    def keep(sums: Any, rebuilt: Tensor, coverage: Coverage, _config: Any) -> Objective:
        parts["nats"], parts["coverage"] = sums.later[-1].sum(), coverage._losses[-1]
        parts["reconstruction"] = rebuilt.sum()
        # Nothing was read before the first segment.
        parts["burn-in"] = sum(coverage._losses[: shape.burn_in - 1], torch.zeros(()))
        return Objective(parts["nats"], 0.0, None, None)

    with monkeypatch.context() as patched:
        patched.setattr(objective_module, "_combine", keep)
        objective_of(model, replace(shape, is_reconstructing=True), bptt_depth=depth)
    return parts


def sizes(part: Tensor, inputs: list[Tensor]) -> list[float]:
    """How much each of `inputs` counts in a part of the loss."""
    gradients = torch.autograd.grad(part, inputs, allow_unused=True, retain_graph=True)
    return [0.0 if g is None else float(g.abs().sum()) for g in gradients]


def gradients_by_segment(
    model: RecurrentLM, monkeypatch: pytest.MonkeyPatch, part: str, depth: int
) -> list[float]:
    """How much the embeddings of each segment count in a part of the loss of the last one."""
    looked_up: list[Tensor] = []
    look_up = RecurrentLM._look_up

    def follow(self: RecurrentLM, ids: Tensor) -> Tensor:
        looked_up.append(look_up(self, ids).detach().requires_grad_())
        return looked_up[-1]

    with monkeypatch.context() as patched:
        patched.setattr(RecurrentLM, "_look_up", follow)
        parts = parts_of(model, monkeypatch, PLAIN, depth)
    return sizes(parts[part], looked_up[: SEGMENTS - 1])


@pytest.mark.parametrize("part", ["nats", "coverage", "reconstruction"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_gradients_go_back_as_many_hand_overs_as_they_should(
    model: RecurrentLM, monkeypatch: pytest.MonkeyPatch, part: str, depth: int
) -> None:
    reached = gradients_by_segment(model, monkeypatch, part, depth)
    assert [value > 0 for value in reached] == [False] * (5 - depth) + [True] * depth


@pytest.mark.parametrize("part", ["nats", "coverage", "reconstruction"])
def test_without_a_cut_they_go_back_to_the_beginning(
    model: RecurrentLM, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    assert all(value > 0 for value in gradients_by_segment(model, monkeypatch, part, SEGMENTS))


@pytest.mark.parametrize(
    ("depth", "by_coverage"), [(2, [True] * 5), (1, [False] * 4 + [True])], ids=["whole", "cut"]
)
def test_coverage_alone_reaches_back_through_the_burn_in(
    model: RecurrentLM, monkeypatch: pytest.MonkeyPatch, depth: int, by_coverage: list[bool]
) -> None:
    """To its first segment, by what the slots point at, unless the memory is cut after it."""
    pointed: list[Tensor] = []
    kept: list[Tensor] = []
    point = Coverage.point

    def follow(self: Coverage, segment: Any, update: MemoryUpdate) -> None:
        pointed.append(update.attention)
        kept.append(update.kept)
        point(self, segment, update)

    shape = replace(PLAIN, num_segments=3, burn_in=3)
    with monkeypatch.context() as patched:
        patched.setattr(Coverage, "point", follow)
        parts = parts_of(model, monkeypatch, shape, depth)
    assert [size > 0 for size in sizes(parts["coverage"], pointed)] == by_coverage
    assert [size > 0 for size in sizes(parts["coverage"], kept)] == by_coverage
    for part in ("nats", "reconstruction"):
        reached = [size > 0 for size in sizes(parts[part], pointed)]
        assert reached == [False] * (5 - depth) + [True] * depth


def test_a_stretch_is_rebuilt_from_memory_alone(model: RecurrentLM) -> None:
    """The same by hand: of the segment that was written last, from where the seed says."""
    shape = replace(PLAIN, is_reconstructing=True)
    found = objective_of(model, shape, reconstruction_tokens=3, coverage_weight=0.0)
    with torch.no_grad():
        memory = model.initial_memory(2)
        for index in range(SEGMENTS - 1):
            segment = pad_left(ROWS[:, index * SIZE : (index + 1) * SIZE].tolist())
            memory = model.write(memory, segment)
        start = random.Random(1).randint(0, SIZE - 3)
        stretch = pad_left(segment.input_ids[:, start : start + 3].tolist())
        expected = model.predict(memory, stretch, 3).mean().item()
    assert found.reconstruction == pytest.approx(expected, 1e-5)
    without = objective_of(model, PLAIN, coverage_weight=0.0)
    assert without.reconstruction is None
    assert found.loss.item() == pytest.approx(without.loss.item() + expected, 1e-5)


def gradients(model: RecurrentLM, loss: Tensor) -> dict[str, Tensor]:
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    return dict(zip(trained, torch.autograd.grad(loss, list(trained.values())), strict=True))


def test_a_cut_changes_no_loss_and_leaves_every_parameter_a_gradient(model: RecurrentLM) -> None:
    """DDP waits for all of them; the initial memory is cut off from every loss here."""
    cut, whole = (objective_of(model, PLAIN, bptt_depth=depth) for depth in (4, 9))
    assert cut.loss.item() == whole.loss.item()
    found, full = gradients(model, cut.loss), gradients(model, whole.loss)
    assert (found["cell.initial_memory"] == 0).all()
    assert full["cell.initial_memory"].abs().sum() > 0


@pytest.mark.parametrize("has_memory", [True, False])
def test_checkpointing_changes_neither_loss_nor_gradients(
    model: RecurrentLM, has_memory: bool
) -> None:
    trained = model if has_memory else RecurrentLM(model.lm)
    shape = Shape(SEGMENTS, SIZE, True, True, 12, True)
    briefs = ([3, 4, 5], [6, 7, 8, 9, 10])
    plain, twice = (
        objective_of(trained, shape, briefs, gradient_checkpointing=value)
        for value in (False, True)
    )
    assert plain.loss.item() == twice.loss.item()
    assert (plain.nats, plain.coverage) == (twice.nats, twice.coverage)
    first, second = gradients(trained, plain.loss), gradients(trained, twice.loss)
    for name, gradient in first.items():
        torch.testing.assert_close(gradient, second[name], atol=1e-6, rtol=1e-5)


def test_the_loss_is_made_of_the_passes_that_generation_makes(model: RecurrentLM) -> None:
    """The same by hand: segments one by one, the last after its brief and its tail."""
    shape = Shape(SEGMENTS, SIZE, True, True, 12, True)
    briefs = ([3, 4, 5], [6, 7, 8, 9, 10])
    found = objective_of(model, shape, briefs, coverage_weight=0.0)
    with torch.no_grad():
        memory, nats = model.initial_memory(2), []
        for index in range(SEGMENTS - 1):
            segment = pad_left(ROWS[:, index * SIZE : (index + 1) * SIZE].tolist())
            output = model.read_segment(memory, segment)
            memory = output.memory
            nats.append(output.token_loss)
        layout = pad_left(
            [[*brief, *row[-20:]] for brief, row in zip(briefs, ROWS.tolist(), strict=True)]
        )
        nats.append(model.predict(memory, layout, SIZE))
    expected = torch.cat([part.flatten() for part in nats])
    assert found.reconstruction is not None
    assert found.loss.item() == pytest.approx(expected.mean().item() + found.reconstruction, 1e-5)
    assert found.nats == pytest.approx(expected[2 * SIZE :].mean().item(), 1e-5)
    without = objective_of(model, replace(shape, is_first_scored=False), briefs, coverage_weight=0)
    assert without.loss.item() == pytest.approx(found.nats + found.reconstruction, 1e-5)
    weighed = objective_of(model, shape, briefs, coverage_weight=1.0)
    assert weighed.loss > found.loss.item() + 0.1
    assert found.coverage is not None and 0 < found.coverage < 1


@pytest.mark.parametrize("has_memory", [True, False])
def test_a_long_last_segment_is_read_at_once_and_scored_whole(
    model: RecurrentLM, has_memory: bool
) -> None:
    trained = model if has_memory else RecurrentLM(model.lm)
    shape = Shape(3, SIZE, True, False, 0, False, long_last_tokens=4 * SIZE)
    found = objective_of(trained, shape, coverage_weight=0.0)
    with torch.no_grad():
        memory, nats = trained.initial_memory(2), []
        for start in (0, SIZE):
            segment = pad_left(ROWS[:, start : start + SIZE].tolist())
            nats.append(trained.predict(memory, segment, SIZE - (not has_memory)))
            memory = trained.write(memory, segment)
        last = pad_left(ROWS[:, 2 * SIZE :].tolist())
        nats.append(trained.predict(memory, last, 4 * SIZE - (not has_memory)))
    expected = torch.cat([part.flatten() for part in nats])
    assert found.loss.item() == pytest.approx(expected.mean().item(), 1e-5)
    assert found.nats == pytest.approx(expected[nats[0].numel() :].mean().item(), 1e-5)


def test_without_memory_every_segment_stands_alone(model: RecurrentLM) -> None:
    control = RecurrentLM(model.lm)
    found = objective_of(control, PLAIN)
    assert found.coverage is None and found.reconstruction is None
    with torch.no_grad():
        parts = [
            control.predict(
                control.initial_memory(2),
                pad_left(ROWS[:, start : start + SIZE].tolist()),
                SIZE - 1,
            )
            for start in range(SIZE, SEGMENTS * SIZE, SIZE)
        ]
    assert found.nats == pytest.approx(torch.cat(parts).mean().item(), 1e-5)
    assert found.loss.item() == pytest.approx(found.nats, 1e-6)


def test_without_memory_every_pass_begins_as_a_text_does(model: RecurrentLM) -> None:
    """After the model's own start, as the control is judged; slots stand there with memory."""
    shape = Shape(3, SIZE, True, True, 0, False)
    rows = ROWS[:, : 3 * SIZE]
    briefs = ([1, 4, 5], [6, 7, 8, 9])  # the first one's template has the start already
    control = RecurrentLM(model.lm)
    found = measure(control, shape, rows.tolist(), briefs, TINY, RARE, 1, start_ids=[1])
    starts = torch.ones(2, 1, dtype=torch.long)
    with torch.no_grad():
        none = control.initial_memory(2)
        segments = [
            pad_left(torch.cat([starts, rows[:, at : at + SIZE]], 1).tolist()) for at in (0, SIZE)
        ]
        last = rows[:, -SIZE:].tolist()
        layout = pad_left([[1, 4, 5, *last[0]], [1, 6, 7, 8, 9, *last[1]]])
        expected = torch.cat([control.predict(none, batch, SIZE) for batch in (*segments, layout)])
    assert found.loss.item() == pytest.approx(expected.mean().item(), 1e-6)
    alone = measure(
        control, replace(shape, has_brief=False), rows.tolist(), ((), ()), TINY, RARE, 1, [1]
    )
    assert alone.loss.item() != pytest.approx(found.loss.item(), 1e-6)
    for trained, start in ((model, [1]), (control, [])):
        one = measure(trained, shape, rows.tolist(), briefs, TINY, RARE, 1, start)
        other = measure(trained, shape, rows.tolist(), briefs, TINY, RARE, 1)
        assert one.loss.item() == other.loss.item()


def test_burn_in_trains_the_cell_alone_and_its_losses_are_not_counted(
    model: RecurrentLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = replace(PLAIN, num_segments=2, burn_in=SEGMENTS - 2)
    bare = measure(
        model, replace(long, burn_in=0), ROWS[:, -2 * SIZE :].tolist(), ((), ()), TINY, RARE, 1
    )
    after = objective_of(model, long, coverage_weight=0.0)
    assert after.nats != bare.nats, "the last two segments read another memory"
    assert after.loss.item() == pytest.approx(after.nats, 1e-6)

    part = parts_of(model, monkeypatch, long, depth=2)["burn-in"]
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    reached = dict(zip(trained, sizes(part, list(trained.values())), strict=True))
    for name in ("pointer_query", "pointer_key", "gate_logit", "gate_weight"):
        assert reached[f"cell.{name}"] > 0, name
    lora = [size for name, size in reached.items() if "lora_" in name]
    assert lora and not any(lora)


def test_a_pass_beside_the_model_gives_the_same_memory_and_leaves_the_model_alone(
    model: RecurrentLM,
) -> None:
    segment = pad_left(ROWS[:, :SIZE].tolist())
    memory = model.initial_memory(2)
    through = model.write_update(memory, segment)
    beside = model.write_update(memory, segment, through_model=False)
    assert torch.equal(through.memory, beside.memory)
    beside.memory.sum().backward()
    assert model.cell is not None and model.cell.gate_logit.grad is not None
    lora = [p for name, p in model.named_parameters() if "lora_" in name]
    assert lora and all(p.grad is None for p in lora)
