"""Models to choose from, as one list; how long they take, asked of a process; one being fetched."""

import os
import shutil
import socket
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from novelgen.bootstrap.estimates import estimate_writing
from novelgen.bootstrap.fetching import Fetch
from novelgen.bootstrap.known_models import KnownModel, ModelSite, known_models
from novelgen.config import Settings
from novelgen.errors import ModelError
from novelgen.modeling.fit import Verdict
from novelgen.modeling.fit_before_fetch import fit_before_fetch
from novelgen.modeling.machine import Card, Machine
from novelgen.modeling.pull_progress import Progress, Stage
from novelgen.paths import Paths, resolve_paths
from novelgen.server_settings import ServerSettings
from tests.cli.runs import wait_until


@pytest.fixture
def paths(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Of a machine without models."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nobody" / "hub"))
    return resolve_paths(home)


def test_all_kinds_are_listed_and_the_damaged_last(
    paths: Paths, tmp_path: Path, tiny_gguf: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(tiny_gguf, folder / "good.gguf")
    (folder / "bad.gguf").write_bytes(tiny_gguf.read_bytes()[:100])
    server = ServerSettings(url="http://127.0.0.1:9/v1", model="m")
    known = known_models(paths, Settings(model_folders=(folder,), servers={"mine": server}))
    sites = {model.name: model.site for model in known.models}
    assert sites["smollm2-135m"] is ModelSite.TO_FETCH and sites["good"] is ModelSite.ON_DISK
    assert sites["mine"] is ModelSite.SERVER and sites["scripted"] is ModelSite.NO_WEIGHTS
    assert known.models[0].name == "good" and known.models[-1].name == "bad"
    assert known.models[-1].problem and known.is_complete
    bundled = known.named("smollm2-135m")
    assert bundled is not None and bundled.is_bundled and bundled.bytes_on_disk == 92_871_040
    assert bundled.fit is not None and bundled.fit.tokens_per_second is None


@pytest.mark.parametrize(
    ("machine", "verdict"),
    [
        (Machine(8_000_000_000, 6_000_000_000, 1e10), Verdict.DOES_NOT_FIT),
        (Machine(64_000_000_000, 60_000_000_000, 1e10), Verdict.FITS),
        (
            Machine(8_000_000_000, 6_000_000_000, 1e10, (Card("c", 24 << 30, 22 << 30),)),
            Verdict.FITS,
        ),
    ],
)
def test_what_is_not_here_fits_by_its_parameters(machine: Machine, verdict: Verdict) -> None:
    fit = fit_before_fetch(4_000_000_000, machine, "auto")
    assert fit is not None and fit.verdict is verdict and fit.tokens_per_second is None
    assert fit_before_fetch(0, machine, "auto") is None


def test_hours_are_asked_of_a_process(paths: Paths, model_dir: Path) -> None:
    model = KnownModel(str(model_dir), "tiny", ModelSite.ON_DISK, path=model_dir)
    one = estimate_writing(paths, Settings(), model, 1)
    four = estimate_writing(paths, Settings(), model, 4)
    assert one is not None and four is not None
    assert 0 < one.hours(1_000) < four.hours(1_000)
    assert one.hours(2_000) == pytest.approx(2 * one.hours(1_000))


@pytest.mark.parametrize("site", [ModelSite.SERVER, ModelSite.TO_FETCH])
def test_of_some_hours_are_not_known(paths: Paths, site: ModelSite) -> None:
    assert estimate_writing(paths, Settings(), KnownModel("m", "m", site), 1) is None


def test_the_scripted_engine_takes_no_time(paths: Paths) -> None:
    model = KnownModel("scripted", "scripted", ModelSite.NO_WEIGHTS)
    estimate = estimate_writing(paths, Settings(), model, 4)
    assert estimate is not None and estimate.hours(4_300_000) == 0


def test_a_model_is_fetched_beside(paths: Paths, model_dir: Path) -> None:
    told: list[Progress] = []
    assert Fetch(paths, str(model_dir)).run(told.append)
    assert told[-1].stage is Stage.DONE and told[-1].overall == 1.0


def test_what_went_wrong_comes_with_its_remedy(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model at") as raised:
        Fetch(paths, str(tmp_path / "none.gguf")).run(lambda _: None)
    assert "novelgen models list" in raised.value.remedy


def test_what_was_cancelled_before_never_begins(paths: Paths) -> None:
    fetch = Fetch(paths, "smollm2-135m")
    fetch.cancel()
    assert not fetch.run(lambda _: None)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are grouped otherwise")
def test_a_cancelled_fetch_leaves_no_process(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
        fetch = Fetch(paths, "smollm2-135m")
        assert not fetch.run(lambda _: fetch.cancel())
        assert fetch._process is not None
        wait_until(partial(_is_gone, fetch._process.pid))
    assert not (paths.models / "smollm2-135m").exists()


def _is_gone(group: int) -> bool:
    """Whether no process of a group is alive any more."""
    alive = [
        process.pid
        for process in psutil.process_iter(["status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
    ]
    return all(_group(pid) != group for pid in alive)


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
