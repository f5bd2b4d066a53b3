"""A GGUF file as a person uses it: written with by llama.cpp, found again, switched, compared."""

import json
from pathlib import Path

import pytest

pytest.importorskip("llama_cpp", reason="needs the extra llamacpp")

from novelgen.config import Settings
from novelgen.modeling.llamacpp import placing
from novelgen.modeling.llamacpp.placing import place
from novelgen.modeling.llamacpp.weights import ALL_LAYERS
from novelgen.modeling.machine import Card, Machine
from storage.store import open_store
from tests.conftest import CommandLine
from tests.models import headers
from tests.models.conftest import WriteGguf

LAPTOP = Machine(8 * 10**9, 6 * 10**9, 20e9)
CARD = Machine(32 * 10**9, 24 * 10**9, 40e9, (Card("a card", 12 * 10**9, 11 * 10**9),))


@pytest.fixture(scope="module")
def wide_gguf(tmp_path_factory: pytest.TempPathFactory, write_gguf: WriteGguf) -> Path:
    """The tiny model, which attends to enough for a brief and its tail."""
    return write_gguf(tmp_path_factory.mktemp("wide") / "tiny-Q8_0.gguf", context=4096)


@pytest.mark.timeout(600)
def test_a_novel_is_written_by_llama_cpp_and_stays_its_own(
    novelgen: CommandLine, home: Path, wide_gguf: Path
) -> None:
    made = json.loads(
        novelgen(
            "new", "--model", str(wide_gguf), "--title", "Gulls", "--premise", "Gulls.", "--json",
            "--target-words", "200", "--chapters", "1", "--seed", "1", "--plan-only",
        ).stdout
    )  # fmt: skip
    with open_store(f"sqlite:///{home / 'data' / 'novelgen.db'}") as store, store.reading() as work:
        kept = work.novels.find(made["id"])
    assert (kept.model, kept.settings["runtime"]) == (str(wide_gguf), "llamacpp")
    # Nothing was converted, and the tokenizer that is kept of the file is no model.
    listed = json.loads(novelgen("models", "list", "--json").stdout)["models"]
    assert {model["kind"] for model in listed} == {"package", "scripted"}
    pulled = json.loads(novelgen("models", "pull", str(wide_gguf), "--json").stdout)
    assert pulled["runtime"] == "llamacpp"
    # In a shell that would convert it, a novel is still run by what it began with.
    novelgen("plan", made["id"], "--replan", NOVELGEN_GGUF_RUNTIME="torch")
    switched = json.loads(
        novelgen(
            "set", made["id"], "--model", str(wide_gguf), "--json", NOVELGEN_GGUF_RUNTIME="torch"
        ).stdout
    )
    assert switched["changed"] == ["runtime"]
    back = novelgen("set", made["id"], "--model", str(wide_gguf)).stdout
    assert "runtime: torch -> llamacpp" in back


def test_what_is_wrong_with_a_file_is_said_before_it_is_loaded(
    novelgen: CommandLine, tmp_path: Path, wide_gguf: Path
) -> None:
    huge = headers.write_model(tmp_path / "huge.gguf", 10**7)
    too_large = novelgen(
        "new", "--model", str(huge), "--premise", "p", "--target-words", "200", expect=5
    )
    assert "huge.gguf" in too_large.stderr
    on_card = novelgen(
        "new", "--model", str(wide_gguf), "--premise", "p", "--target-words", "200",
        NOVELGEN_GPU_LAYERS="20", NOVELGEN_KEEP_WARM_MINUTES="0", expect=5,
    )  # fmt: skip
    assert "computes on the processor alone" in on_card.stderr
    refused = novelgen("list", NOVELGEN_GPU_LAYERS="-1", expect=2)
    assert "gpu_layers" in refused.stderr


def test_layers_go_onto_the_card_as_far_as_they_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = headers.write_model(tmp_path / "small.gguf", 2560)
    large = headers.write_model(tmp_path / "large.gguf", 24 * 10**9)
    assert place(small, "auto", 8192, CARD).gpu_layers == 0
    assert place(small, "auto", 8192, CARD).fit.where == "memory"
    monkeypatch.setattr(placing, "offloads", lambda: True)
    assert place(small, "auto", 8192, CARD).gpu_layers == ALL_LAYERS
    assert place(small, "auto", 8192, CARD).fit.where == "a card"
    assert place(small, 7, 8192, CARD).gpu_layers == 7
    assert place(small, 0, 8192, CARD).fit.where == "memory"
    part = place(large, "auto", 8192, CARD)
    assert 0 < part.gpu_layers < ALL_LAYERS
    assert part.fit.where == "split"
    assert place(large, "auto", 131_072, CARD).gpu_layers < part.gpu_layers
    assert place(small, "auto", 8192, LAPTOP).gpu_layers == ALL_LAYERS  # shares the memory


def test_layers_are_auto_or_a_number() -> None:
    assert Settings().gpu_layers == "auto"
    assert Settings(gpu_layers="12").gpu_layers == 12


@pytest.mark.timeout(600)
def test_a_file_is_compared_with_the_model_it_was_made_of(
    novelgen: CommandLine, wide_gguf: Path, tmp_path: Path, write_gguf: WriteGguf
) -> None:
    whole = write_gguf(tmp_path / "whole.gguf", quantised=False, context=4096)
    folder = tmp_path / "books"
    folder.mkdir()
    words = "the gulls and the nets went over the grey water, and nobody looked. "
    (folder / "one.txt").write_text("".join(f"{number} {words}" for number in range(400)))
    asked = ("--corpus", str(folder), "--segments", "4", "--model", str(whole), "--adapter", "none")
    runtime = {"NOVELGEN_SEGMENT_SIZE": "64", "NOVELGEN_GGUF_RUNTIME": "torch"}
    read = json.loads(
        novelgen("eval", "gguf", str(whole), str(wide_gguf), *asked, "--json", **runtime).stdout
    )
    torch, same, rounded = read.values()
    assert same["perplexity"] == pytest.approx(torch["perplexity"], rel=1e-3)
    assert same["largest_score_gap_nats"] < 1e-3
    assert same["largest_score_gap_nats"] < rounded["largest_score_gap_nats"] < 0.2
    assert torch["likeliest_words"][0]["nats_apart"] == 0
    table = novelgen("eval", "gguf", str(wide_gguf), *asked, **runtime).stdout
    assert "tiny-Q8_0.gguf" in table
    assert "segments" in novelgen(
        "eval", "gguf", str(wide_gguf), "--corpus", str(folder), "--segments", "4000",
        "--model", str(whole), "--adapter", "none", expect=2, **runtime,
    ).stderr  # fmt: skip
