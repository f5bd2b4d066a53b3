"""What a worker of a fleet serves to Prometheus, and where it says that it does."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.fleet.queue import add_novel
from novelgen.fleet.standing import fleet_standing
from novelgen.fleet.terms import WriteTerms
from storage.fleet_records import WorkerRecord
from tests.fleet.conftest import Fleet
from tests.fleet.tiny_fleet import until
from tests.metrics.scraping import asked, free_port

SECONDS = 60.0
IDLE = 'novelgen:worker_state{model_name="",state="idle",worker="desk"} 1.0'
WORDS = 'novelgen:words_committed_total{model_name="scripted",worker="desk"}'
DONE = 'novelgen:tasks_total{ending="done",model_name="",worker="desk"} 1.0'


@pytest.mark.timeout(180)
def test_a_worker_tells_from_the_beginning_how_it_stands_and_with_which_model_it_wrote(
    fleet: Fleet, environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    settings = {"NOVELGEN_METRICS_PORT": str(port), "NOVELGEN_METRICS_HOST": "0.0.0.0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "fleet", "work", "--stay", "--name", "desk", "--db",
         fleet.url],
        env=environment | settings,
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        (worker,) = until(lambda: workers_of(fleet), SECONDS)
        assert worker.metrics_address == f"{socket.gethostname()}:{port}"
        address = f"http://127.0.0.1:{port}/metrics"
        first = until(lambda: text_with(address, IDLE), SECONDS)
        assert WORDS not in first
        add_novel(fleet.store, fleet.novel(1_000).novel, WriteTerms())
        last = until(lambda: text_with(address, DONE), SECONDS)
        (words,) = [line.split()[-1] for line in last.splitlines() if line.startswith(WORDS)]
        with fleet.store.reading() as work:
            assert float(words) == sum(each.totals.words for each in work.novels.summaries())
        assert until(lambda: text_with(address, IDLE), SECONDS)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    finally:
        process.kill()
        process.wait()


def workers_of(fleet: Fleet) -> tuple[WorkerRecord, ...]:
    return fleet_standing(fleet.store).workers


def text_with(address: str, line: str) -> str | None:
    text = asked(address)[1]
    return text if line in text else None
