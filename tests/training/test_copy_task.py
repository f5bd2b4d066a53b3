"""Memory is learned: what a segment needs stands in the one before, and nowhere else.

Every segment of four words names the hero of its scene once, so a reader without memory can
only guess among twelve.
"""

import math
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from novelgen.modeling.adapter import apply_adapter, load_adapter
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.token_batch import pad_left
from novelgen.training.config import TrainingConfig
from novelgen.training.corpus import read_corpus
from novelgen.training.model_building import Base
from tests.modeling.tiny_models import CONFIGS
from tests.training.tiny_training import train_tiny

NAMES = ["ada", "ben", "cleo", "dora", "emil", "fay", "gus", "hana", "ivo", "jon", "kim", "leo"]
FILLERS = ["went", "over", "there"]
SEGMENT = len(FILLERS) + 1
COPYING = TrainingConfig(
    control_steps=40,
    memory_steps=160,
    batch_size=16,
    min_segment_tokens=SEGMENT,
    max_segment_tokens=SEGMENT,
    min_segments=2,
    max_segments=3,
    late_max_segments=3,
    late_max_burn_in=0,
    max_window_tokens=3 * SEGMENT,
    context_share=0.0,
    reconstruction_share=0.5,
    reconstruction_tokens=SEGMENT,
    num_mem_tokens=8,
    projection_rank=16,
    lora_rank=32,
    lora_learning_rate=1e-2,
    memory_learning_rate=1e-2,
)


def scenes(seed: int, count: int) -> str:
    """Scenes of six sentences about one hero each."""
    draw = random.Random(seed)
    return " ".join(
        " ".join([name, *FILLERS] * 6) for name in (draw.choice(NAMES) for _ in range(count))
    )


@pytest.fixture(scope="module")
def word_tokenizer() -> Any:
    words = ["<unk>", "<end>", *NAMES, *FILLERS]
    backend = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<end>", unk_token="<unk>")


@pytest.fixture(scope="module")
def base(word_tokenizer: Any, tmp_path_factory: Any) -> Base:
    config = CONFIGS["llama"](len(word_tokenizer))
    config.eos_token_id, config.bos_token_id = 1, None
    config.max_position_embeddings = 2048  # room for the briefs, and for segments of default size
    torch.manual_seed(7)
    folder: Path = tmp_path_factory.mktemp("word-model")
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    word_tokenizer.save_pretrained(folder)
    return Base(folder, "tiny", "c" * 64, "cpu", "float32")


@pytest.fixture(scope="module")
def adapter(base: Base, tmp_path_factory: Any) -> Path:
    folder: Path = tmp_path_factory.mktemp("copying")
    (folder / "books").mkdir()
    for seed in (1, 2):
        (folder / "books" / f"{seed}.txt").write_text(scenes(seed, 150))
    books = read_corpus(folder / "books", COPYING.max_window_chars)
    train_tiny(base, books, folder / "adapter", COPYING)
    return folder / "adapter"


def held_out(word_tokenizer: Any) -> Tensor:
    """Pairs of segments, each pair inside a scene, from the name on, `(pairs, 2, words)`."""
    ids = word_tokenizer(scenes(9, 48))["input_ids"]
    return torch.tensor(ids).reshape(48, 6, SEGMENT)[:, :2]


@torch.inference_mode()
def nats_of_name(model: RecurrentLM, pairs: Tensor, has_read: bool) -> float:
    """Mean nats of the hero's name at the start of the second segment."""
    first, second = (pad_left(pairs[:, index].tolist()) for index in (0, 1))
    memory = model.initial_memory(len(pairs))
    if has_read:
        memory = model.write(memory, first)
    return float(model.predict(memory, second, SEGMENT)[:, 0].mean())


def test_memory_hands_on_the_name_and_the_reset_memory_cannot(
    adapter: Path, base: Base, word_tokenizer: Any
) -> None:
    lm = load_backbone(base.directory, "cpu", "float32").lm
    model = apply_adapter(lm, load_adapter(adapter, base.fingerprint)).eval()
    pairs = held_out(word_tokenizer)
    with_memory = nats_of_name(model, pairs, has_read=True)
    reset = nats_of_name(model, pairs, has_read=False)
    others = torch.stack([pairs.roll(1, 0)[:, 0], pairs[:, 1]], dim=1)
    of_another = nats_of_name(model, others, has_read=True)
    assert with_memory < 0.5 * math.log(len(NAMES))
    assert reset > with_memory + 1
    assert of_another > with_memory + 1


def test_the_control_can_only_guess(adapter: Path, base: Base, word_tokenizer: Any) -> None:
    """It knows the rest of the sentence, and the name once a sentence before is in its context."""
    lm = load_backbone(base.directory, "cpu", "float32").lm
    control = apply_adapter(lm, load_adapter(adapter / "control", base.fingerprint)).eval()
    segment = held_out(word_tokenizer)[:, 1]
    # The sentence before ends with `there`, whoever it was about.
    rows = pad_left(torch.cat([segment[:, -1:], segment], dim=1).tolist())
    with torch.inference_mode():
        nats = control.predict(control.initial_memory(len(segment)), rows, SEGMENT).mean(0)
    assert nats[0] > 0.8 * math.log(len(NAMES))
    assert nats[1:].mean() < 0.3
