"""Memory that runs out and a device that disappears: said, the run marked, and nothing lost."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from novelgen.errors import DeviceFailed, ModelError
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.run import NovelRun
from novelgen.generation.stop import StopSignal
from novelgen.modeling.torch_engine import TorchEngine, load_torch_engine
from novelgen.prompting.library import PromptLibrary
from storage.records import NewNovel, NovelRecord, NovelStatus
from storage.run_records import RunStatus
from storage.store import Store, open_store
from tests.conftest import CommandLine
from tests.faults.conftest import NEW, Writers, run_program, text_of
from tests.modeling.conftest import _one_thread, tokenizer  # noqa: F401 - fixtures

FAILING = str(Path(__file__).parent / "failing_command.py")
WORDS = 1_500

pytestmark = [pytest.mark.faults]


@pytest.mark.parametrize(
    ("method", "call", "how", "code", "said"),
    [
        ("decode", 9, "memory", 1, "this machine ran out of memory"),
        ("write", 3, "device", 5, "The device failed: CUDA error: unspecified launch failure."),
    ],
)
def test_on_the_command_line(
    novelgen: CommandLine,
    environment: dict[str, str],
    writers: Callable[..., Writers],
    tmp_path: Path,
    method: str,
    call: int,
    how: str,
    code: int,
    said: str,
) -> None:
    write = (*NEW, "--seed", "9", "--target-words", str(WORDS))
    failed = run_program(
        sys.executable, FAILING, method, str(call), how, *write,
        environment=environment, cwd=tmp_path, expect=code,
    )  # fmt: skip
    assert said in failed.stderr
    assert "novelgen resume" in failed.stderr or "smaller model" in failed.stderr
    assert "TORCH_USE_CUDA_DSA" not in failed.stderr
    listed = json.loads(novelgen("list", "--json").stdout)["novels"]
    assert [novel["status"] for novel in listed] == ["failed"]
    novelgen("resume", "The Keeper")
    assert writers(WORDS).write(tmp_path / "whole.db").code == 0
    assert text_of(tmp_path / "home/data/novelgen.db") == text_of(tmp_path / "whole.db")


class Desk:
    """A novel that a tiny real model writes."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = open_store(f"sqlite:///{folder / 'novels.db'}")
        settings = NovelSettings(segment_size=48, tail_tokens=64, chapters=1).as_json()
        with self.store.writing() as work:
            self.novel: NovelRecord = work.novels.add(
                NewNovel("Salt", "A boat.", 3, 120, "tiny", settings=settings)
            )

    def write(self, engine: TorchEngine) -> None:
        run = NovelRun(self.store, engine, PromptLibrary(), self.novel,
                       stop=StopSignal())  # fmt: skip
        for _ in run.events():
            pass

    def segments(self) -> list[str]:
        with self.store.reading() as work:
            branch = self.novel.active_branch_id
            return [segment.text for _, segment in work.segments.of_branch(branch)]

    def statuses(self) -> tuple[NovelStatus, RunStatus]:
        with self.store.reading() as work:
            run = work.runs.latest(self.novel.id)
            assert run is not None
            return work.novels.get(self.novel.id).status, run.status


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def healthy(tiny_model: Path) -> TorchEngine:
    return engine_of(tiny_model)


@pytest.fixture(scope="module")
def expected(healthy: TorchEngine, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    whole = Desk(tmp_path_factory.mktemp("whole"))
    whole.write(healthy)
    segments = whole.segments()
    whole.store.close()
    assert len(segments) >= 2
    return segments


@pytest.fixture(scope="module")
def tiny_model(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(7)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2, n_positions=4096,
        eos_token_id=tokenizer.eos_token_id, bos_token_id=None, initializer_range=0.25,
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def engine_of(model: Path) -> TorchEngine:
    return load_torch_engine(
        model, "tiny", "c" * 64, 48, 1, device="cpu", dtype="float32", quantization="none"
    )


def accelerator_error() -> RuntimeError:
    kind: Any = getattr(torch, "AcceleratorError", RuntimeError)
    return kind("CUDA error: device-side assert triggered")  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), ModelError, "ran out of memory"),
        (MemoryError(), ModelError, "ran out of memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate"), ModelError,
         "ran out of memory"),
        (RuntimeError("CUDA error: unspecified launch failure"), DeviceFailed, "launch failure"),
        (accelerator_error(), DeviceFailed, "device-side assert triggered"),
    ],
    ids=["device memory", "memory", "CPU allocator", "launch failure", "accelerator"],
)  # fmt: skip
def test_a_real_model_whose_layer_fails(
    desk: Desk, tiny_model: Path, healthy: TorchEngine, expected: list[str],
    error: Exception, kind: type, said: str,
) -> None:  # fmt: skip
    failing = engine_of(tiny_model)

    def fail(*_: object) -> None:
        # Once a segment is in: the test is of a novel that is under way.
        if desk.segments():
            raise error

    hook = failing._model.lm.transformer.h[0].register_forward_hook(fail)
    with pytest.raises(kind, match=said) as raised:
        desk.write(failing)
    hook.remove()
    assert isinstance(raised.value, ModelError)
    assert raised.value.exit_code == 5
    assert raised.value.remedy
    assert desk.statuses() == (NovelStatus.FAILED, RunStatus.FAILED)
    before = desk.segments()
    assert before
    assert before == expected[: len(before)]
    desk.write(healthy)
    assert desk.segments() == expected
    assert desk.statuses() == (NovelStatus.FINISHED, RunStatus.FINISHED)
