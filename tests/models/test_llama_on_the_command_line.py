"""A GGUF file as a person uses it: written with by llama.cpp, found again, switched, compared."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("llama_cpp", reason="needs the extra llamacpp")

from novelgen.config import Settings
from novelgen.errors import ModelError
from novelgen.modeling.llamacpp import placing
from novelgen.modeling.llamacpp.placing import place
from novelgen.modeling.llamacpp.provisioning import ready_gguf
from novelgen.modeling.llamacpp.weights import ALL_LAYERS
from novelgen.modeling.machine import Card, Machine
from novelgen.resident.order import EngineOrder, FitQuestion, load_ordered
from novelgen.resident.shelf import EngineShelf
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
    assert "gguf" not in {model["kind"] for model in listed}
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
    gone = tmp_path / "gone.gguf"
    gone.write_bytes(wide_gguf.read_bytes())
    arguments = ("--premise", "p", "--target-words", "200", "--plan-only")
    made = novelgen("new", "--model", str(gone), *arguments, "--title", "Gone").stdout.strip()
    gone.unlink()
    refused = novelgen("resume", made, expect=3).stderr
    assert "gone.gguf" in refused and "novelgen set" in refused
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
    large = headers.write_model(
        tmp_path / "large.gguf", 24 * 10**9, numbers={"context_length": 131_072}
    )
    assert place(small, "auto", 8192, machine=CARD).gpu_layers == 0
    assert place(small, "auto", 8192, machine=CARD).fit.where == "memory"
    monkeypatch.setattr(placing, "offloads", lambda: True)
    assert place(small, "auto", 8192, machine=CARD).gpu_layers == ALL_LAYERS
    assert place(small, "auto", 8192, machine=CARD).fit.where == "a card"
    assert place(small, 7, 8192, machine=CARD).gpu_layers == 7
    assert place(small, 0, 8192, machine=CARD).fit.where == "memory"
    part = place(large, "auto", 8192, machine=CARD)
    assert 0 < part.gpu_layers < ALL_LAYERS
    assert part.fit.where == "split"
    assert place(large, "auto", 131_072, machine=CARD).gpu_layers < part.gpu_layers
    assert place(large, "auto", 8192, 16, CARD).gpu_layers < part.gpu_layers
    monkeypatch.setattr(sys, "platform", "linux")
    assert place(small, "auto", 8192, machine=LAPTOP).gpu_layers == 0
    monkeypatch.setattr(sys, "platform", "darwin")
    assert place(small, "auto", 8192, machine=LAPTOP).gpu_layers == ALL_LAYERS  # shared memory


def test_a_file_that_does_not_fit_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    huge = headers.write_model(tmp_path / "huge.gguf", 10**13)
    order = EngineOrder(
        model=str(huge), directory=str(tmp_path), fingerprint="f", adapter_dir=None,
        adapter_stamp="", segment_size=64, brief_version=1, device="cpu", dtype="auto",
        quantization="auto", placement="auto", cuda_graphs=True, gguf=str(huge),
    )  # fmt: skip
    with pytest.raises(ModelError, match=r"huge\.gguf does not fit this machine"):
        load_ordered(order, FitQuestion(1000, (1, 4), 768))


def test_an_engine_that_is_put_away_gives_its_memory_back(wide_gguf: Path, tmp_path: Path) -> None:
    ready = ready_gguf(wide_gguf, tmp_path / "models")
    order = EngineOrder(
        model=str(wide_gguf), directory=str(ready.tokenizer_dir), fingerprint=ready.fingerprint,
        adapter_dir=None, adapter_stamp="", segment_size=64, brief_version=1, device="cpu",
        dtype="auto", quantization="auto", placement="auto", cuda_graphs=True,
        gguf=str(wide_gguf),
    )  # fmt: skip
    shelf = EngineShelf(load_ordered)
    loaded, _ = shelf.hold(order, FitQuestion(1000, (1, 4), 768))
    memory = loaded.engine.initial_memory()
    assert loaded.engine.scores(memory, "", "The gulls", [" and the nets"])[0] < 0
    shelf.release(order)
    shelf.drop_unheld()
    with pytest.raises(ModelError, match="was closed"):
        loaded.engine.scores(memory, "", "The gulls", [" and the nets"])


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
    (words,) = torch["likeliest_words"]
    assert words["same"] == words["of"]
    novelgen("eval", "gguf", str(tmp_path / "gone.gguf"), *asked, expect=3, **runtime)
    novelgen("eval", "gguf", str(folder / "one.txt"), *asked, expect=5, **runtime)
    table = novelgen("eval", "gguf", str(wide_gguf), *asked, **runtime).stdout
    assert "tiny-Q8_0.gguf" in table
    assert "segments" in novelgen(
        "eval", "gguf", str(wide_gguf), "--corpus", str(folder), "--segments", "4000",
        "--model", str(whole), "--adapter", "none", expect=2, **runtime,
    ).stderr  # fmt: skip
