"""A thousand greedy tokens of every way to decode, against one pass over all of them."""

from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from novelgen.modeling.compiled import fused_decoder
from novelgen.modeling.graph_decoder import GraphDecoder
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.stepping import Decoder, PlainDecoder
from tests.modeling.tiny_models import CONFIGS, FAMILIES

NUM_TOKENS = 1000
PROMPT = tuple(range(40, 130))  # ends inside a block, and is longer than the tiny windows


def long_model(family: str, vocabulary: int) -> RecurrentLM:
    config = CONFIGS[family](vocabulary)
    config.max_position_embeddings = 1200
    config.eos_token_id = config.bos_token_id = config.pad_token_id = None
    torch.manual_seed(11)
    return add_memory(AutoModelForCausalLM.from_config(config).eval(), 3).eval()


def greedy(decoder: Decoder, model: RecurrentLM) -> list[int]:
    stepper = decoder.begin(model.initial_memory(), PROMPT, 1, NUM_TOKENS)
    tokens = [int(stepper.logits.argmax())]
    while len(tokens) < NUM_TOKENS:
        stepper.step(tokens[-1:])
        tokens.append(int(stepper.logits.argmax()))
    return tokens


@pytest.mark.parametrize("family", FAMILIES)
def test_a_thousand_greedy_tokens_are_those_of_one_pass(family: str, tokenizer: Any) -> None:
    model = long_model(family, len(tokenizer))
    decoders: dict[str, Any] = {"plain": PlainDecoder(model), "fixed": GraphDecoder(model)}
    fused = fused_decoder(model, "none")
    if fused is not None:
        decoders["fused"] = fused
    assert ("fused" in decoders) == (family in ("llama", "mistral", "qwen2", "qwen3"))
    with torch.inference_mode():
        for name, decoder in decoders.items():
            tokens = greedy(decoder, model)
            ids = torch.tensor([[*PROMPT, *tokens[:-1]]])
            logits = model.lm(inputs_embeds=model.embed(model.initial_memory(), ids)).logits[0]
            assert logits[-NUM_TOKENS:].argmax(-1).tolist() == tokens, name
