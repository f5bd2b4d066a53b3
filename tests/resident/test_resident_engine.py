"""The resident engine as a real process: the same words, kept warm, given back, lost and found."""

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from novelgen.engine.protocol import Engine, QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    FinishReason,
    MemoryState,
    SamplingParams,
)
from novelgen.errors import DeviceFailed, ModelError, UsageError
from novelgen.paths import Paths, resolve_paths
from novelgen.resident.access import engine_for
from novelgen.resident.client import EngineGone, ResidentEngine
from novelgen.resident.control import resident_status, stop_resident
from novelgen.resident.handshake import reach
from novelgen.resident.launch import NoResidentEngine, connect, find, release_unused
from novelgen.resident.order import EngineOrder, FitQuestion, LoadedEngine, load_ordered
from novelgen.resident.rendezvous import output_file, read_rendezvous, rendezvous_file
from novelgen.resident.server import EngineServer
from novelgen.resident.shelf import EngineShelf
from tests.modeling.tiny_models import PROSE
from tests.resident.conftest import QUESTION, OrderOf

KEEP_SECONDS = 300.0
REQUEST = DecodeRequest(
    memory=None,
    brief="<|im_start|>user\nWrite on.<|im_end|>\n",
    tail=PROSE[:200],
    sampling=SamplingParams(repetition_penalty=1.1, top_p=0.95),
    stream_keys=tuple(stream_key(3, "test", [row]) for row in range(3)),
    max_new_tokens=40,
    min_new_tokens=40,
)


class Watcher(QuietObserver):
    """Keeps what it is shown, and stops all or rejects row 1 after some of it."""

    def __init__(self, stop_after: int | None = None, reject_after: int | None = None) -> None:
        self.texts: dict[int, str] = {}
        self._stop_after, self._reject_after = stop_after, reject_after

    def on_text(self, row: int, text: str) -> None:
        self.texts[row] = self.texts.get(row, "") + text

    def should_stop(self) -> bool:
        return self._stop_after is not None and len(self.texts.get(0, "")) > self._stop_after

    def rejected_rows(self) -> set[int]:
        shown = len(self.texts.get(1, ""))
        return {1} if self._reject_after is not None and shown > self._reject_after else set()


def resident(paths: Paths, order: Any, said: list[str] | None = None) -> ResidentEngine:
    notes = said if said is not None else []
    engine, _ = engine_for(paths, order, QUESTION, KEEP_SECONDS, notes.append)
    assert isinstance(engine, ResidentEngine), notes
    return engine


def wait_for_end(pid: int) -> None:
    psutil.Process(pid).wait(60) if psutil.pid_exists(pid) else None


def assert_equal_work(one: Engine, other: Engine) -> None:
    assert one.info == other.info
    memory = one.initial_memory()
    assert memory == other.initial_memory()
    written = one.write(memory, PROSE[:150])
    assert written == other.write(memory, PROSE[:150])
    texts = [PROSE[80:160], "", PROSE[30:60]]
    scores = one.scores(written, "A brief.", PROSE[:80], texts)
    assert scores == other.scores(written, "A brief.", PROSE[:80], texts)
    assert len(set(scores)) == 3
    assert one.count_tokens(PROSE) == other.count_tokens(PROSE)
    assert one.count_prompt_tokens("Brief.", PROSE) == other.count_prompt_tokens("Brief.", PROSE)
    messages = [ChatMessage("user", "Who is there?")]
    assert one.render_chat(messages, "I am") == other.render_chat(messages, "I am")
    assert one.decode(REQUEST).candidates == other.decode(REQUEST).candidates


def test_it_does_the_same_work_as_an_engine_of_the_process(paths: Paths, order_of: OrderOf) -> None:
    here = load_ordered(order_of(), QUESTION).engine
    there = resident(paths, order_of())
    assert_equal_work(here, there)
    watcher = Watcher()
    result = there.decode(REQUEST, watcher)
    for row, candidate in enumerate(result.candidates):
        assert watcher.texts[row].startswith(candidate.text)


def test_it_stays_loaded_between_callers(paths: Paths, order_of: OrderOf) -> None:
    said: list[str] = []
    resident(paths, order_of(), said).close()
    first = read_rendezvous(paths)
    resident(paths, order_of(), said).close()
    assert read_rendezvous(paths) == first
    resident(paths, order_of(segment_size=64), said).close()
    told = [line.split()[1] for line in said if line.startswith("tiny: ")]  # slow loads say more
    assert told == ["Fits:", "still", "Fits:"]
    status = resident_status(paths)
    assert status is not None
    assert status.models == ("tiny",)  # the other one made room, for nobody held it


def test_two_callers_have_their_own_engines_at_once(paths: Paths, order_of: OrderOf) -> None:
    one, other = resident(paths, order_of()), resident(paths, order_of(segment_size=64))
    status = resident_status(paths)
    assert status is not None and len(status.models) == 2 and status.connections == 2
    expected = one.decode(REQUEST).candidates
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda engine=engine: found.append(engine.decode(REQUEST)))
        for engine in (one, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.candidates for result in found] == [expected, expected]


def test_a_decode_is_stopped_and_the_engine_goes_on(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    whole = engine.decode(REQUEST).candidates
    longer = replace(REQUEST, max_new_tokens=3000, min_new_tokens=3000)
    stopped = engine.decode(longer, Watcher(stop_after=5)).candidates
    assert {candidate.finish_reason for candidate in stopped} == {FinishReason.CANCELLED}
    assert all(candidate.num_tokens < 3000 for candidate in stopped)
    assert engine.decode(REQUEST).candidates == whole


def test_one_row_is_rejected_and_the_others_go_on(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    longer = replace(REQUEST, max_new_tokens=1200, min_new_tokens=1200)
    whole = engine.decode(longer).candidates
    watcher = Watcher(reject_after=5)
    found = engine.decode(longer, watcher).candidates
    assert found[1].finish_reason is FinishReason.REJECTED
    assert found[1].num_tokens < 1200 and whole[1].text.startswith(found[1].text)
    assert watcher.texts[1] == found[1].text
    assert [row.text for row in found[::2]] == [row.text for row in whole[::2]]
    late = Watcher(reject_after=len(whole[1].text) - 1)  # heard of when all is over, or not at all
    assert [row.text for row in engine.decode(longer, late).candidates] == [r.text for r in whole]
    assert engine.decode(longer).candidates == whole


def test_errors_come_back_and_the_engine_goes_on(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    too_long = DecodeRequest(None, "", PROSE, SamplingParams(), REQUEST.stream_keys, 100_000)
    with pytest.raises(UsageError, match="tokens are needed"):
        engine.decode(too_long)
    assert engine.count_tokens("The harbour.") > 0


def test_a_model_that_cannot_be_loaded_is_refused_as_ever(
    paths: Paths, order_of: OrderOf, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"nowhere"):
        resident(paths, order_of(directory=str(tmp_path / "nowhere")))
    assert_equal_work(resident(paths, order_of()), load_ordered(order_of(), QUESTION).engine)


def test_a_killed_process_is_told_and_replaced(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    found = read_rendezvous(paths)
    assert found is not None
    os.kill(found.pid, 9)
    wait_for_end(found.pid)
    with pytest.raises(EngineGone, match="process ended"):
        engine.count_tokens("Anyone?")
    assert resident(paths, order_of()).count_tokens("Anyone?") > 0
    assert read_rendezvous(paths) != found


def test_memory_is_given_back_when_nobody_asks_any_more(paths: Paths, order_of: OrderOf) -> None:
    client = connect(paths, keep_seconds=0.2)
    found = read_rendezvous(paths)
    assert found is not None
    engine, close = engine_for(paths, order_of(), QUESTION, 0.2, lambda _: None)
    expected = engine.decode(REQUEST).candidates
    while (status := client.ask("status"))["models"]:  # the question does not count as use
        assert status["connections"] == 2
    assert engine.decode(REQUEST).candidates == expected  # loaded again for one who stayed
    close()
    client.close()
    wait_for_end(found.pid)
    assert find(paths) is None
    assert not rendezvous_file(paths).exists()


def test_unused_models_make_room_and_used_ones_stay(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    release_unused(paths)
    status = resident_status(paths)
    assert status is not None and status.models == ("tiny",)
    engine.close()
    while (status := resident_status(paths)) is not None and status.connections:
        pass
    release_unused(paths)
    status = resident_status(paths)
    assert status is not None and status.models == ()


def test_a_process_of_another_build_is_replaced(
    paths: Paths, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = resident(paths, order_of())
    old = read_rendezvous(paths)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    second = resident(paths, order_of())
    new = read_rendezvous(paths)
    assert old is not None and new is not None and new.pid != old.pid
    assert first.decode(REQUEST).candidates == second.decode(REQUEST).candidates
    assert old.is_alive  # as long as it is used
    first.close()
    wait_for_end(old.pid)
    assert read_rendezvous(paths) == new


def test_without_a_process_the_model_is_loaded_here(
    paths: Paths, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise NoResidentEngine("no sockets here")

    monkeypatch.setattr("novelgen.resident.access.connect", refuse)
    said: list[str] = []
    engine, close = engine_for(paths, order_of(), QUESTION, KEEP_SECONDS, said.append)
    close()
    assert not isinstance(engine, ResidentEngine)
    assert "no sockets here" in said[0] and said[1].startswith("tiny: Fits")


def test_nobody_without_the_secret_is_served(paths: Paths, order_of: OrderOf) -> None:
    resident(paths, order_of())
    file = rendezvous_file(paths)
    assert file.stat().st_mode & 0o777 == 0o600
    told = file.read_text()
    secret = read_rendezvous(paths)
    assert secret is not None
    file.write_text(told.replace(secret.secret, "00" * 32))
    assert find(paths) is None
    file.write_text(told)
    stop_resident(paths)
    assert not secret.is_alive


def test_a_caller_of_the_resident_engine_loads_no_torch(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    code = (
        "import sys; from novelgen.paths import resolve_paths\n"
        "from novelgen.resident.access import engine_for\n"
        "from novelgen.resident.order import EngineOrder, FitQuestion\n"
        f"order = EngineOrder(**{order_of().as_json()!r})\n"
        f"paths = resolve_paths({str(paths.data.parent)!r})\n"
        "engine, _ = engine_for(paths, order, FitQuestion(1, (1,), 64), 300, lambda _: None)\n"
        "print(engine.count_tokens('A boat.'), 'torch' in sys.modules)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert finished.stdout.split() == [str(engine.count_tokens("A boat.")), "False"], (
        finished.stderr
    )


def test_a_long_wait_is_explained(paths: Paths, order_of: OrderOf) -> None:
    said: list[str] = []
    client = connect(paths, KEEP_SECONDS)
    client.ask("status", {0.0: lambda: said.append("at once"), 60.0: lambda: said.append("late")})
    assert "late" not in said
    client.close()


def test_warming_up_changes_no_word(order_of: OrderOf) -> None:
    engine = load_ordered(order_of(), QUESTION).engine
    first = engine.decode(REQUEST).candidates
    engine.warm_up(2, 768)  # type: ignore[attr-defined]
    assert engine.decode(REQUEST).candidates == first


def test_it_ends_in_good_order(paths: Paths, order_of: OrderOf) -> None:
    resident(paths, order_of()).close()
    assert stop_resident(paths)
    assert not stop_resident(paths)
    assert output_file(paths).read_text() == ""
    assert not [file.name for file in paths.state.iterdir() if "sock" in file.name]


def test_who_comes_and_says_nothing_hinders_nobody(paths: Paths, order_of: OrderOf) -> None:
    resident(paths, order_of()).close()
    found = read_rendezvous(paths)
    assert found is not None
    with socket.socket(socket.AF_UNIX) as silent, socket.socket(socket.AF_UNIX) as rude:
        silent.connect(found.address)
        rude.connect(found.address)
        rude.sendall(b"\x7f\xff\xff\xff" * 4)
        assert resident(paths, order_of()).count_tokens("Anyone?") > 0
    assert read_rendezvous(paths) == found


def test_a_process_that_does_not_answer_is_told_and_ended(
    paths: Paths, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident(paths, order_of()).close()
    found = read_rendezvous(paths)
    assert found is not None
    monkeypatch.setattr("novelgen.resident.launch.reach", partial(reach, limit_seconds=0.3))
    os.kill(found.pid, signal.SIGSTOP)
    said: list[str] = []
    engine, _ = engine_for(paths, order_of(), QUESTION, KEEP_SECONDS, said.append)
    assert not isinstance(engine, ResidentEngine)
    assert "does not answer" in said[0] and "engine stop --force" in said[0]
    with pytest.raises(ModelError, match="does not answer"):
        resident_status(paths)
    assert stop_resident(paths)
    assert not found.is_alive


def test_a_process_that_ends_while_it_is_asked_is_replaced(
    paths: Paths, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []

    def ending(*given: Any) -> Any:
        client = connect(*given)
        found = read_rendezvous(paths)
        if not ended and found is not None:
            ended.append(found.pid)
            os.kill(found.pid, signal.SIGKILL)
            wait_for_end(found.pid)
        return client

    monkeypatch.setattr("novelgen.resident.access.connect", ending)
    engine = resident(paths, order_of())
    found = read_rendezvous(paths)
    assert found is not None and ended != [found.pid]
    assert engine.count_tokens("Anyone?") > 0


def test_no_secret_of_the_environment_is_written_down(
    paths: Paths, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_do_not_tell")
    resident(paths, order_of())
    assert "do_not_tell" not in rendezvous_file(paths).read_text()


def test_a_home_with_a_long_name(order_of: OrderOf, tmp_path: Path) -> None:
    paths = resolve_paths(tmp_path / ("a" * 120))
    try:
        assert resident(paths, order_of()).count_tokens("Anyone?") > 0
        found = read_rendezvous(paths)
        assert found is not None
    finally:
        stop_resident(paths)
    assert not Path(found.address).parent.exists()


def test_an_engine_is_kept_for_all_who_hold_it(order_of: OrderOf) -> None:
    loads: list[EngineOrder] = []

    def load(order: EngineOrder, question: FitQuestion) -> LoadedEngine:
        loads.append(order)
        return LoadedEngine(ScriptedEngine(order.segment_size), "")

    shelf, order, other = EngineShelf(load), order_of(), order_of(segment_size=64)
    shelf.hold(order, QUESTION)
    shelf.hold(order, QUESTION)
    shelf.release(order)
    shelf.hold(other, QUESTION)
    assert shelf.at_hand(order) is not None
    shelf.release(order)
    shelf.hold(order_of(segment_size=96), QUESTION)
    assert shelf.at_hand(order) is None and shelf.at_hand(other) is not None
    assert loads == [order, other, order_of(segment_size=96)]


@pytest.mark.parametrize(
    "told",
    [
        '{"address": 5',
        '{"address":5,"secret":"zz","pid":"abc","started":"x","build":1}',
        '{"address":"/tmp/nope","secret":"00","pid":-5,"started":0,"build":"x"}',
    ],
)
def test_a_file_of_another_kind_is_no_file(paths: Paths, told: str) -> None:
    paths.state.mkdir(parents=True)
    rendezvous_file(paths).write_text(told)
    assert resident_status(paths) is None and not stop_resident(paths)


def test_a_lost_file_is_written_again(paths: Paths, order_of: OrderOf) -> None:
    engine = resident(paths, order_of())
    found = read_rendezvous(paths)
    rendezvous_file(paths).unlink()
    while read_rendezvous(paths) is None:
        assert engine.count_tokens("Anyone?") > 0
    assert read_rendezvous(paths) == found
    assert resident(paths, order_of()).count_tokens("Anyone?") > 0


def test_a_hanging_engine_does_not_keep_a_caller_who_stops(
    paths: Paths, order_of: OrderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = resident(paths, order_of())
    found = read_rendezvous(paths)
    assert found is not None
    monkeypatch.setattr("novelgen.resident.client._SECONDS_AFTER_A_STOP", 0.2)
    os.kill(found.pid, signal.SIGSTOP)
    try:
        with pytest.raises(EngineGone):
            engine.decode(REQUEST, Watcher(stop_after=-1))
    finally:
        os.kill(found.pid, signal.SIGCONT)


class LostDevice(ScriptedEngine):
    """An engine whose device has gone."""

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        raise DeviceFailed("The device failed: CUDA error.", "Run `novelgen resume`.")


def test_a_process_that_lost_its_device_ends(order_of: OrderOf, home: Path) -> None:
    """Only another process can use the device again."""
    paths = resolve_paths(home)
    server = EngineServer(paths, lambda *_: LoadedEngine(LostDevice(), ""), KEEP_SECONDS)
    serving = threading.Thread(target=server.serve)
    serving.start()
    try:
        while read_rendezvous(paths) is None and serving.is_alive():
            pass
        engine, close = engine_for(paths, order_of(), QUESTION, KEEP_SECONDS, lambda _: None)
        assert isinstance(engine, ResidentEngine)
        with pytest.raises(DeviceFailed, match="CUDA error") as failed:
            engine.write(engine.initial_memory(), "Text.")
        assert "novelgen resume" in failed.value.remedy
        close()
        serving.join(60)
        assert not serving.is_alive()
        assert find(paths) is None
    finally:
        server.stop()
        serving.join()
