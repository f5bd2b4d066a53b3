"""`novelgen eval recall` as a real process, and the weights that ship."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from novelgen.evaluation.recall_curriculum import RecallTrainingConfig
from novelgen.evaluation.recall_evaluation import RecallPlan, evaluate_recall
from novelgen.evaluation.recall_model import SHIPPED_DIRECTORY, load_recall_model
from novelgen.evaluation.recall_noise import read_noise
from novelgen.evaluation.recall_tasks import RecallTask
from novelgen.modeling.adapter import describe_adapter, save_adapter
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.fingerprints import compute_fingerprint
from novelgen.modeling.lora import add_lora
from novelgen.modeling.recurrent import RecurrentLM

CommandLine = Callable[..., Any]


def test_json_has_the_contracted_keys(novelgen: CommandLine, tmp_path: Path) -> None:
    plot = tmp_path / "recall.png"
    finished = novelgen(
        *("eval", "recall", "--task", "memorize", "--segments", "2,1", "--samples", "6"),
        *("--plot", str(plot), "--json"),
    )
    document = json.loads(finished.stdout)
    assert document["task"] == "memorize"
    for key in ("accuracy", "ci95", "samples", "tokens", "peak_memory_mib", "seconds_per_segment"):
        assert list(document[key]) == ["1", "2"]
    assert document["tokens"] == {"1": 499, "2": 998}
    assert document["samples"] == {"1": 6, "2": 6}
    assert all(0 <= value <= 1 for value in document["accuracy"].values())
    assert all(value > 50 for value in document["peak_memory_mib"].values())
    assert plot.stat().st_size > 1000


def test_all_tasks_are_asked_in_order(novelgen: CommandLine) -> None:
    finished = novelgen(
        *("eval", "recall", "--task", "all", "--segments", "1", "--samples", "2", "--json")
    )
    tasks = [document["task"] for document in json.loads(finished.stdout)["tasks"]]
    assert tasks == [task.value for task in RecallTask]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--task", "forget"), "no recall task"),
        (("--task", "memorize", "--segments", "1,x"), "no list of numbers"),
        (("--task", "memorize", "--segments", "0"), "At least one segment"),
        (("--task", "memorize", "--segment-size", "30"), "36 to 992 tokens, not 30"),
        (("--task", "memorize", "--segment-size", "1000"), "not 1000"),
        (("--task", "memorize", "--model", "smollm2-135m"), "belong together"),
        (("--task", "memorize", "--segments", "9" * 23), "Give 1,000,000 at most"),
        (("--task", "memorize", "--samples", "9" * 23), "--samples"),
        (("--task", "memorize", "--seed", "9" * 23), "--seed"),
        (("--task", "memorize", "--corpus", ""), "it names nothing"),
    ],
)
def test_wrong_options_are_named(
    novelgen: CommandLine, options: tuple[str, ...], complaint: str
) -> None:
    finished = novelgen("eval", "recall", *options, expect=2)
    assert complaint in finished.stderr
    assert finished.stdout == ""


def test_training_without_books_or_over_other_files_is_refused(
    novelgen: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "book.md").write_text("# A heading\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "novel.txt").write_text("mine")
    empty = ("train-recall", "--corpus", str(tmp_path / "books"), "--output")
    finished = novelgen(*empty, str(tmp_path / "made"), expect=3)
    assert "no .md or .txt file" in finished.stderr
    finished = novelgen(*empty, str(tmp_path / "mine"), expect=2)
    assert "holds something already" in finished.stderr
    evaluation = ("eval", "recall", "--task", "memorize", "--segments", "1", "--samples", "1")
    finished = novelgen(*evaluation, "--corpus", str(tmp_path / "empty"), expect=3)
    assert "hold no prose" in finished.stderr
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["novel.txt"]


@pytest.mark.parametrize("task", RecallTask)
def test_shipped_weights_remember_over_eight_segments(task: RecallTask) -> None:
    recall = load_recall_model(device="cpu")
    noise = read_noise(None, recall.encode)
    plan = RecallPlan(task, (8,), 24, 499, 24, seed=11)
    (result,) = evaluate_recall(recall, plan, noise)
    assert result.accuracy > 0.9


def test_shipped_weights_say_how_they_were_made_and_are_small() -> None:
    training = json.loads((SHIPPED_DIRECTORY / "training.json").read_text())
    assert training["command"].startswith("novelgen train-recall --corpus BOOKS")
    assert training["config"] == json.loads(json.dumps(RecallTrainingConfig().as_json()))
    assert len(training["books"]) == 70
    assert all(len(book["sha256"]) == 64 for book in training["books"])
    total = sum(file.stat().st_size for file in SHIPPED_DIRECTORY.rglob("*") if file.is_file())
    assert total < 5_000_000


def test_a_control_is_not_judged(novelgen: CommandLine, tmp_path: Path) -> None:
    lm = add_lora(load_backbone(SHIPPED_DIRECTORY, "cpu").lm, LoraSettings(2, 4.0, ("q_proj",)))
    control = RecurrentLM(lm)
    fingerprint = compute_fingerprint(SHIPPED_DIRECTORY)
    config = describe_adapter(control, "recall-backbone", fingerprint, 499, 1)
    save_adapter(control, config, tmp_path / "control")
    finished = novelgen(
        *("eval", "recall", "--task", "memorize", "--model", str(SHIPPED_DIRECTORY)),
        *("--adapter", "control"),
        expect=2,
    )
    assert "control has no memory to judge" in finished.stderr
    assert finished.stdout == ""


def test_an_interrupted_training_says_so_and_leaves_nothing(
    environment: dict[str, str], corpus: Path, tmp_path: Path
) -> None:
    program = (
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from novelgen.cli.main import run\nrun()\n"
    )
    made = tmp_path / "made"
    command = [sys.executable, "-c", program, "train-recall", "--corpus", corpus, "--output", made]
    with subprocess.Popen(
        command,
        env=environment | {"OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any("step 1, level 1" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "interrupted" in said and "Nothing is kept" in said and "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "home"]
