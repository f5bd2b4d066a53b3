"""GGUF in, ordinary model out: headers, weights, tokenizer, and what is refused."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

from novelgen.errors import ModelError
from novelgen.modeling.gguf_conversion import convert_gguf
from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.safetensors_header import read_tensors


def convert(gguf_file: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    convert_gguf(gguf_file, folder / "model", lambda _: None)
    return folder / "model"


def test_the_header_tells_architecture_licence_and_size(tiny_gguf: Path, tiny_llama: Any) -> None:
    header = read_gguf_header(tiny_gguf)
    assert (header.architecture, header.license) == ("llama", "mit")
    assert header.parameters == sum(p.numel() for p in tiny_llama.parameters())
    assert header.storage_dtype == "bfloat16"
    assert header.converted_bytes == 2 * header.parameters


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.05, 0.5, 0.9, 0.999])
def test_a_file_cut_off_anywhere_is_refused(tiny_gguf: Path, tmp_path: Path, kept: float) -> None:
    whole = tiny_gguf.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[: max(4, int(len(whole) * kept))])
    with pytest.raises(ModelError, match="cut off"):
        read_gguf_header(cut)


def test_other_files_old_versions_and_parts_are_refused(tmp_path: Path, write_gguf: Any) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(ModelError, match="not a GGUF"):
        read_gguf_header(other)
    other.write_bytes(b"GGUF" + struct.pack("<IQQ", 1, 0, 0))
    with pytest.raises(ModelError, match="version 1"):
        read_gguf_header(other)
    with pytest.raises(ModelError, match="split"):
        read_gguf_header(write_gguf(tmp_path / "part.gguf", split=True))


def test_float32_weights_arrive_unchanged(tmp_path: Path, write_gguf: Any, tiny_llama: Any) -> None:
    from transformers import AutoModelForCausalLM

    directory = convert(write_gguf(tmp_path / "exact.gguf", quantised=False), tmp_path / "out")
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    ids = torch.arange(24)[None]
    with torch.inference_mode():
        assert torch.equal(model(ids).logits, tiny_llama(ids).logits)
    assert json.loads((directory / "config.json").read_text())["dtype"] == "float32"


def test_quantised_weights_become_bfloat16_and_stay_close(
    tmp_path: Path, tiny_gguf: Path, tiny_llama: Any
) -> None:
    from safetensors.torch import load_file

    directory = convert(tiny_gguf, tmp_path / "out")
    saved = load_file(directory / "model.safetensors")
    truth = tiny_llama.state_dict()
    assert set(saved) == set(truth) - {"lm_head.weight"}  # tied to the embedding
    for name, tensor in saved.items():
        assert tensor.dtype is torch.bfloat16
        assert torch.allclose(tensor.float(), truth[name], atol=2e-3), name
    assert (directory / "model.safetensors").stat().st_mode == (
        directory / "config.json"
    ).stat().st_mode


def test_the_tokenizer_comes_along_with_template_and_special_tokens(
    tmp_path: Path, tiny_gguf: Path
) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(convert(tiny_gguf, tmp_path / "out"))
    text = 'The door—it was open—closed.\n\n* * *\n\n"No," said the other.'
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode("on the way"))[2:3] == ["Ġthe"]
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<|im_start|>", "<|im_end|>")
    messages = [{"role": "user", "content": "hello"}]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == "user: hello\n"


def test_progress_rises_to_one_and_nothing_is_printed(
    tmp_path: Path, tiny_gguf: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[float] = []
    convert_gguf(tiny_gguf, tmp_path / "model", seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 10  # one for every tensor, not the milestones alone
    assert capfd.readouterr() == ("", "")


def test_files_beside_the_gguf_take_no_part(tmp_path: Path, write_gguf: Any) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    gguf_file = write_gguf(folder / "m.gguf")
    (folder / "adapter_config.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text("nonsense")
    directory = convert(gguf_file, tmp_path / "out")
    assert read_tensors(directory)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["model"]


def test_an_unsupported_architecture_is_named(tmp_path: Path, write_gguf: Any) -> None:
    strange = write_gguf(tmp_path / "strange.gguf", architecture="rwkv6")
    with pytest.raises(ModelError) as caught:
        convert(strange, tmp_path / "out")
    assert "rwkv6" in caught.value.message
    assert "llama" in caught.value.remedy


def test_a_file_that_lacks_a_weight_is_refused(tmp_path: Path, write_gguf: Any) -> None:
    partial = write_gguf(tmp_path / "partial.gguf", without=["blk.1.ffn_up.weight"])
    with pytest.raises(ModelError, match=r"model\.layers\.1\.mlp\.up_proj"):
        convert(partial, tmp_path / "out")


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, write_gguf: Any) -> None:
    poisoned = write_gguf(tmp_path / "poisoned.gguf", poisoned=True)
    with pytest.raises(ModelError, match="not finite"):
        convert(poisoned, tmp_path / "out")
