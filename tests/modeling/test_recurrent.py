"""The recurrent wrapper: parity without memory, the invariants with it, and where gradients go."""

from typing import Any

import pytest
import torch
from transformers import DynamicCache

from novelgen.errors import ModelError
from novelgen.modeling.causal_lm import embedding_of, run_hidden
from novelgen.modeling.memory_cell import (
    SHUT_GATE_LOGIT,
    MemoryCell,
    MemoryUpdate,
    measure_embedding_rms,
    memory_cell_shapes,
)
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.token_batch import TokenBatch, pad_left
from tests.modeling.tiny_models import FAMILIES, LmFactory

SLOTS = 4


def random_segment(*lengths: int) -> TokenBatch:
    return pad_left([torch.randint(3, 300, (length,)).tolist() for length in lengths])


def perturb_cell(model: RecurrentLM) -> RecurrentLM:
    """Move the parameters that start at zero, as training would."""
    assert model.cell is not None
    with torch.no_grad():
        model.cell.projection_up.normal_(std=0.1)
        model.cell.gate_logit.normal_()
        model.cell.gate_weight.normal_(std=0.1)
    return model


@pytest.fixture(params=FAMILIES)
def family(request: Any) -> str:
    return str(request.param)


def test_without_slots_the_model_is_the_plain_one_to_the_last_bit(
    family: str, make_lm: LmFactory
) -> None:
    lm = make_lm(family)
    segment = random_segment(40, 40)
    model = add_memory(lm, num_mem_tokens=0)

    output = model.read_segment(model.initial_memory(2), segment)

    assert torch.equal(output.logits, lm(input_ids=segment.input_ids).logits)
    assert output.memory.shape == (2, 0, 32)


def test_without_slots_the_loss_is_the_plain_one(make_lm: LmFactory) -> None:
    lm = make_lm("llama")
    segment = random_segment(40, 40)
    plain = lm(input_ids=segment.input_ids, labels=segment.input_ids).loss
    losses, _ = add_memory(lm, 0)([segment])
    torch.testing.assert_close(losses, plain.unsqueeze(0))


def test_without_slots_gradients_are_the_plain_ones(make_lm: LmFactory) -> None:
    segment = random_segment(20, 20)
    plain, wrapped = make_lm("llama"), make_lm("llama")
    plain(input_ids=segment.input_ids).logits.square().sum().backward()
    model = add_memory(wrapped, 0)
    model.read_segment(model.initial_memory(2), segment).logits.square().sum().backward()
    for expected, found in zip(plain.parameters(), wrapped.parameters(), strict=True):
        assert torch.equal(expected.grad, found.grad)


def test_the_past_reaches_the_third_segment_only_through_memory(
    family: str, make_lm: LmFactory
) -> None:
    first, other = random_segment(20), random_segment(20)
    later = [random_segment(16), random_segment(16)]
    for slots, is_changed in ((SLOTS, True), (0, False)):
        model = add_memory(make_lm(family), slots)
        with torch.inference_mode():
            logits = [
                list(model.read_segments(model.initial_memory(), [start, *later]))[-1].logits
                for start in (first, other)
            ]
        assert torch.equal(*logits) is not is_changed


def test_predictions_are_those_of_a_plain_pass_over_memory_and_prose(
    family: str, make_lm: LmFactory
) -> None:
    """The write slots come after, so they cannot change what the prose before them predicts."""
    model = add_memory(make_lm(family), SLOTS)
    segment, memory = random_segment(20), model.initial_memory()
    with torch.inference_mode():
        output = model.read_segment(memory, segment)
        plain = model.lm(inputs_embeds=model.embed(memory, segment.input_ids)).logits
        losses = torch.nn.functional.cross_entropy(
            plain[0, SLOTS - 1 : -1], segment.input_ids[0], reduction="none"
        )
    torch.testing.assert_close(output.logits, plain[:, SLOTS:], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(output.token_loss[0], losses, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(output.loss, losses.mean(), atol=1e-4, rtol=1e-4)


def test_a_batch_of_different_texts_equals_one_by_one(family: str, make_lm: LmFactory) -> None:
    model = perturb_cell(add_memory(make_lm(family), SLOTS))
    segment = random_segment(25, 3, 18, 0)
    memory = model.initial_memory(4) + torch.randn(4, 1, 32)
    with torch.inference_mode():
        together = model.read_segment(memory, segment)
        written = model.write(memory, segment)
        for row, length in enumerate(segment.lengths[:-1]):
            ids = segment.input_ids[row, segment.max_length - length :].tolist()
            alone = model.read_segment(memory[row : row + 1], pad_left([ids]))
            kept = slice(segment.max_length - length, None)
            for found, expected in (
                (together.memory[row], alone.memory[0]),
                (written[row], alone.memory[0]),
                (together.logits[row, kept], alone.logits[0]),
                (together.token_loss[row, kept], alone.token_loss[0]),
            ):
                torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert torch.equal(together.memory[3], memory[3]), "a text that has ended keeps its memory"
    assert together.is_scored.sum(1).tolist() == list(segment.lengths)


def test_memory_written_behind_a_cache_equals_memory_read_again(
    family: str, make_lm: LmFactory
) -> None:
    """As if the write slots had been put behind text that was just generated, token by token."""
    model = perturb_cell(add_memory(make_lm(family), SLOTS))
    assert model.cell is not None
    segment = random_segment(30)
    memory = model.initial_memory()
    with torch.inference_mode():
        embeds = model.embed(memory, segment.input_ids)
        embeds = torch.cat([embeds, model.cell.write_slots(memory)], dim=1)
        cache = DynamicCache(config=model.lm.config)
        run_hidden(model.lm, embeds[:, :SLOTS], cache=cache)
        hidden = []
        for position in range(SLOTS, SLOTS + 30):
            token = embeds[:, position : position + 1]
            hidden.append(run_hidden(model.lm, token, cache=cache))
        written = run_hidden(model.lm, embeds[:, SLOTS + 30 :], cache=cache)
        generated = model.cell.update(
            memory,
            written,
            torch.cat(hidden, dim=1),
            embeds[:, SLOTS : SLOTS + 30],
            segment.mask(),
        ).memory
        torch.testing.assert_close(generated, model.write(memory, segment), atol=1e-4, rtol=1e-4)


def test_memory_stays_at_the_scale_of_the_embeddings(family: str, make_lm: LmFactory) -> None:
    lm = make_lm(family)
    model = perturb_cell(add_memory(lm, SLOTS))
    scale = embedding_of(lm)(torch.arange(embedding_of(lm).num_embeddings)).square().mean().sqrt()
    with torch.inference_mode():
        memory = model.initial_memory()
        for _ in range(50):
            memory = model.write(memory, random_segment(10))
    assert 0.3 * scale < memory.square().mean().sqrt() < 2 * scale
    assert memory.dtype == torch.float32


def test_the_scale_is_what_the_embedding_puts_out(make_lm: LmFactory) -> None:
    embedding = embedding_of(make_lm("gemma3"))
    weight_rms = float(embedding.weight.detach().square().mean().sqrt())
    # Gemma multiplies what it looks up by the root of the hidden size.
    assert measure_embedding_rms(embedding) == pytest.approx(weight_rms * 32**0.5, rel=1e-3)


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4])
def test_gradients_stop_at_the_depth(depth: int, make_lm: LmFactory) -> None:
    """Five segments are four hand-overs, from the first segment to the last one's loss."""
    model = perturb_cell(add_memory(make_lm("llama"), SLOTS)).requires_grad_(False)
    segments = [random_segment(8) for _ in range(5)]
    seen: list[torch.Tensor] = []

    def follow(_module: Any, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1]

    memory = model.initial_memory().clone().requires_grad_()
    handle = embedding_of(model.lm).register_forward_hook(follow)
    try:
        *_, last = model.read_segments(memory, segments, bptt_depth=depth)
    finally:
        handle.remove()
    last.loss.backward()

    hops_back = [4 - index for index in range(5)]
    for hops, embeds in zip(hops_back, seen, strict=True):
        reached = embeds.grad is not None and bool(embeds.grad.abs().sum() > 0)
        assert reached is (hops <= depth), f"segment {hops} back"
    reached = memory.grad is not None and bool(memory.grad.abs().sum() > 0)
    assert reached is (depth >= 4)


def test_without_a_depth_gradients_reach_the_beginning(make_lm: LmFactory) -> None:
    model = add_memory(make_lm("llama"), SLOTS)
    segments = [random_segment(8) for _ in range(5)]
    assert model.cell is not None
    with torch.no_grad():
        model.cell.gate_logit.zero_()  # a slot nearly always kept hands on nearly nothing
    losses, _ = model(segments)
    losses[-1].backward()
    for name, parameter in model.cell.named_parameters():
        if name != "projection_down":  # behind the projection that starts at zero
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_gradients_of_a_padded_batch_are_finite(family: str, make_lm: LmFactory) -> None:
    model = add_memory(make_lm(family), SLOTS)
    losses, _ = model([random_segment(9, 2), random_segment(5, 0)])
    losses.sum().backward()
    assert all(
        torch.isfinite(parameter.grad).all()
        for parameter in model.parameters()
        if parameter.grad is not None
    )


def test_two_texts_share_one_model(make_lm: LmFactory) -> None:
    model = add_memory(make_lm("llama"), SLOTS)
    ours, theirs = [random_segment(9) for _ in range(3)], [random_segment(9) for _ in range(3)]
    with torch.inference_mode():
        _, alone = model(ours)
        mine, other = model.initial_memory(), model.initial_memory()
        for segment, stranger in zip(ours, theirs, strict=True):
            mine, other = model.write(mine, segment), model.write(other, stranger)
    torch.testing.assert_close(mine, alone)
    assert not torch.allclose(mine, other)


def test_the_cell_works_in_float32_in_a_bfloat16_model(make_lm: LmFactory) -> None:
    model = add_memory(make_lm("llama").to(torch.bfloat16), SLOTS)
    memory = model.write(model.initial_memory(), random_segment(12))
    assert memory.dtype == torch.float32
    assert all(parameter.dtype == torch.float32 for parameter in model.cell.parameters())  # type: ignore[union-attr]


def update_cell(cell: MemoryCell, length: int = 6, lengths: tuple[int, ...] = (6,)) -> MemoryUpdate:
    batch, hidden = len(lengths), cell.hidden_size
    is_token = torch.arange(length) >= torch.tensor([length - n for n in lengths]).unsqueeze(1)
    return cell.update(
        torch.randn(batch, cell.num_mem_tokens, hidden),
        torch.randn(batch, cell.num_mem_tokens, hidden) * 50,
        torch.randn(batch, length, hidden),
        torch.randn(batch, length, hidden),
        is_token,
    )


def test_a_closed_gate_keeps_a_slot_to_the_last_bit_and_an_open_one_replaces_it() -> None:
    cell = MemoryCell(2, 8, embedding_rms=3.0)
    memory, embeddings = torch.randn(1, 2, 8), torch.randn(1, 5, 8)
    is_token = torch.ones(1, 5, dtype=torch.bool)
    with torch.no_grad():
        cell.gate_logit.copy_(torch.tensor([[4.0], [-4.0]]))
        update = cell.update(
            memory, torch.randn(1, 2, 8) * 50, torch.randn(1, 5, 8), embeddings, is_token
        )
    assert update.kept.flatten().tolist() == [1, 0]
    assert torch.equal(update.memory[0, 0], memory[0, 0])
    torch.testing.assert_close(update.memory[0, 1], update.attention[0, 1] @ embeddings[0])


def test_a_gate_is_shut_from_the_shut_logit_on_and_writes_the_new_content_below() -> None:
    cell = MemoryCell(2, 8, embedding_rms=1.0)
    memory = torch.randn(1, 2, 8)
    with torch.no_grad():
        cell.gate_logit.copy_(torch.tensor([[SHUT_GATE_LOGIT + 1e-4], [SHUT_GATE_LOGIT - 1e-2]]))
        update = cell.update(
            memory,
            torch.randn(1, 2, 8),
            torch.randn(1, 5, 8),
            torch.randn(1, 5, 8),
            torch.ones(1, 5, dtype=torch.bool),
        )
    torch.testing.assert_close(update.gate_logits[0], cell.gate_logit)
    assert update.kept[0, 0].item() == 1 > update.kept[0, 1].item() > 0.9
    mixed = update.kept * memory + (1 - update.kept) * update.new_content
    torch.testing.assert_close(update.memory, mixed)
    assert not torch.allclose(update.new_content, memory)


def test_the_last_third_of_the_slots_starts_out_pointing_at_the_last_tokens_in_order() -> None:
    attention = update_cell(MemoryCell(6, 8, embedding_rms=1.0)).attention[0]
    assert attention[4:].argmax(-1).tolist() == [4, 5]
    assert (attention[4:].max(-1).values > 0.9).all()


def test_no_slot_points_at_padding_and_a_row_without_text_keeps_its_memory() -> None:
    update = update_cell(MemoryCell(4, 8, embedding_rms=1.0), length=6, lengths=(6, 2, 0))
    assert (update.attention[1, :, :4] == 0).all()
    torch.testing.assert_close(update.attention[1].sum(-1), torch.ones(4))
    assert (update.attention[2] == 0).all()
    assert (update.kept[2] == 1).all()


def test_a_model_of_two_widths_is_refused() -> None:
    from transformers import OPTConfig, OPTForCausalLM

    config = OPTConfig(
        vocab_size=64,
        hidden_size=32,
        word_embed_proj_dim=16,
        ffn_dim=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=64,
    )
    with pytest.raises(ModelError, match="16 numbers and thinks in 32"):
        add_memory(OPTForCausalLM(config), SLOTS)


def test_the_shapes_of_a_cell_are_known_without_one() -> None:
    cell = MemoryCell(5, 24, 0.1, projection_rank=7)
    shapes = {name: tuple(tensor.shape) for name, tensor in cell.state_dict().items()}
    assert memory_cell_shapes(5, 24, 7) == shapes
