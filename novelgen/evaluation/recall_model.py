"""The small backbone of the recall tasks: a few layers, trained from scratch, and its folder.

    config.json, model.safetensors, tokenizer.json   an ordinary model folder
    adapter/                                         an ordinary memory adapter for it
    training.json                                    how it was trained, and what it reached

Guarantees: what ships is loaded by the same code as any model with an adapter. Knows no tasks.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

from novelgen.errors import UsageError
from novelgen.evaluation.recall_noise import Encode
from novelgen.modeling.adapter import apply_adapter, describe_adapter, load_adapter, save_adapter
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.fingerprints import compute_fingerprint, model_fingerprint
from novelgen.modeling.folders import unwritable, write_weights, written_whole
from novelgen.modeling.quiet import quiet_libraries
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.tokenization import Tokenization
from novelgen.prompting.brief import BRIEF_VERSION

SHIPPED_DIRECTORY = Path(__file__).parent / "recall_backbone"
SEGMENT_SIZE = 499
"""Tokens in a segment, as in arXiv 2304.11062."""

_ADAPTER_FOLDER = "adapter"
_NAME = "recall-backbone"
# Even at the start: no slot prefers a place in the segment, and each attends to its own taste.
_EVEN_SHARPNESS = -12.0
_TASTE_SCALE = 3.0
_OPEN_GATE_LOGIT = -2.0


@dataclass(frozen=True, slots=True)
class RecallModelConfig:
    """The size of the backbone and of its memory."""

    vocabulary_size: int = 2048
    hidden_size: int = 64
    intermediate_size: int = 128
    num_layers: int = 3
    num_heads: int = 4
    num_mem_tokens: int = 16
    projection_rank: int = 32


@dataclass(frozen=True, slots=True)
class RecallModel:
    """A model with its memory, and how it turns text into tokens."""

    model: RecurrentLM
    encode: Encode


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> Tokenizer:
    """A byte-level BPE tokenizer of `texts`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode_with(tokenizer: Tokenizer) -> Encode:
    """The tokenizer as a function from text to ids."""

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    return encode


def build_recall_model(config: RecallModelConfig) -> RecurrentLM:
    """An untrained backbone with a memory whose slots point anywhere and are written freely."""
    with quiet_libraries():
        lm = AutoModelForCausalLM.from_config(
            LlamaConfig(
                vocab_size=config.vocabulary_size,
                hidden_size=config.hidden_size,
                intermediate_size=config.intermediate_size,
                num_hidden_layers=config.num_layers,
                num_attention_heads=config.num_heads,
                num_key_value_heads=config.num_heads,
                max_position_embeddings=1024,
                tie_word_embeddings=True,
                bos_token_id=None,
                eos_token_id=None,
                initializer_range=config.hidden_size**-0.5,
            ),
            attn_implementation="sdpa",
        )
    model = add_memory(lm, config.num_mem_tokens, config.projection_rank)
    assert model.cell is not None
    with torch.no_grad():
        model.cell.pointer_bias.normal_(0, _TASTE_SCALE)
        model.cell.pointer_sharpness.fill_(_EVEN_SHARPNESS)
        model.cell.pointer_offset.zero_()
        model.cell.gate_logit.fill_(_OPEN_GATE_LOGIT)
    return model


def save_recall_model(
    model: RecurrentLM, tokenizer: Tokenizer, training: dict[str, Any], directory: Path
) -> None:
    """Write the folder, wholly or not at all. Raises `StorageError` when the disk refuses."""
    try:
        with written_whole(directory) as folder:
            _write_files(model, tokenizer, training, folder)
    except (OSError, SafetensorError) as error:
        raise unwritable(directory, error) from error


def _write_files(
    model: RecurrentLM, tokenizer: Tokenizer, training: dict[str, Any], directory: Path
) -> None:
    lm: Any = model.lm
    lm.config.architectures = [type(lm).__name__]
    lm.config.save_pretrained(directory)
    # Not `lm.save_pretrained`, which draws a progress bar. The head is the embedding.
    weights = {
        name: tensor.contiguous()
        for name, tensor in lm.state_dict().items()
        if "lm_head" not in name
    }
    write_weights(weights, directory / "model.safetensors")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(directory)
    fingerprint = compute_fingerprint(directory)
    config = describe_adapter(model, _NAME, fingerprint, SEGMENT_SIZE, BRIEF_VERSION)
    save_adapter(model, config, directory / _ADAPTER_FOLDER)
    document = json.dumps(training, indent=2, sort_keys=True)
    (directory / "training.json").write_text(document + "\n", encoding="utf-8")


def load_recall_model(
    directory: Path = SHIPPED_DIRECTORY,
    adapter: Path | None = None,
    device: str = "auto",
    dtype: str = "auto",
) -> RecallModel:
    """A model and its adapter, ready to be judged; the shipped ones by default.

    Raises `ModelError` when one is missing, damaged or does not fit the other, `UsageError` for an
    adapter without memory.
    """
    checked = load_adapter(adapter or directory / _ADAPTER_FOLDER, model_fingerprint(directory))
    if not checked.config.num_mem_tokens:
        raise UsageError(
            f"The adapter {checked.directory} has no memory to judge.",
            "Name an adapter with memory; this is a control.",
        )
    backbone = load_backbone(directory, device, dtype)
    model = apply_adapter(backbone.lm, checked).eval()
    return RecallModel(model, Tokenization(backbone.tokenizer).prose_ids)
