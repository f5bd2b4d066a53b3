"""The server answers two paths, repeats nothing, and is gone when it is left."""

import select
import socket
import threading

import pytest

from novelgen.errors import UsageError
from novelgen.metrics.server import MetricsServer, is_of_this_machine_alone
from novelgen.metrics.standing import MeasuredState
from novelgen.metrics.worker_metrics import CONTENT_TYPE, WorkerMetrics
from tests.metrics.scraping import asked, series_in, value


def metrics_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "metrics"]


def place_of(server: MetricsServer) -> tuple[str, int]:
    host, _, port = server.address.removeprefix("http://").removesuffix("/metrics").rpartition(":")
    return host.strip("[]"), int(port)


def raw(server: MetricsServer, said: bytes) -> bytes:
    with socket.create_connection(place_of(server), timeout=30) as connection:
        connection.sendall(said)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_figures_are_served_as_they_stand() -> None:
    metrics = WorkerMetrics(worker="w")
    with MetricsServer(metrics) as server:
        status, body, kind = asked(server.address)
        assert (status, kind) == (200, CONTENT_TYPE)
        assert value(series_in(body), "worker_state", state="paused") == 0
        metrics.set_state(MeasuredState.PAUSED)
        _, body, _ = asked(server.address, "/metrics?name%5B%5D=all")
        assert value(series_in(body), "worker_state", state="paused") == 1
        assert asked(server.address, "/health")[:2] == (200, "ok\n")


@pytest.mark.parametrize(
    "path", ["/", "/metrics/", "/metrics/../etc/passwd", "/healthy", "/s3cret"]
)
def test_anything_else_is_not_found_and_not_repeated(path: str) -> None:
    with MetricsServer(WorkerMetrics(worker="w")) as server:
        assert asked(server.address, path)[:2] == (404, "not found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "S3CRET"])
def test_nothing_but_looking_is_understood(method: str) -> None:
    with MetricsServer(WorkerMetrics(worker="w")) as server:
        answer = raw(server, f"{method} /metrics HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.0 501 ")
    assert b"S3CRET" not in answer and b"novelgen:" not in answer


@pytest.mark.parametrize(
    "said",
    [b"s3cret\r\n\r\n", b"GET /" + b"s3cret" * 20_000, b"GET / HTTP/s3cret\r\n\r\n", b"\x00"],
)
def test_nonsense_is_refused_without_a_word_of_it(
    said: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with MetricsServer(WorkerMetrics(worker="w")) as server:
        try:
            answer = raw(server, said + b"\r\n\r\n")
        except ConnectionResetError:  # it was sent away before it had said all
            answer = b""
        assert b"s3cret" not in answer and b"novelgen:" not in answer
        assert asked(server.address)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_leaving_ends_the_thread_and_frees_the_port() -> None:
    metrics = WorkerMetrics(worker="w")
    with MetricsServer(metrics) as server:
        assert len(metrics_threads()) == 1
        host, port = place_of(server)
        assert host == "127.0.0.1" and asked(server.address)[0] == 200
    assert not metrics_threads()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=30)
    with MetricsServer(metrics, port=port) as again:
        assert place_of(again) == (host, port)


def test_it_ends_also_while_a_client_says_nothing() -> None:
    with (
        MetricsServer(WorkerMetrics(worker="w")) as server,
        socket.create_connection(place_of(server)),
    ):
        assert asked(server.address, "/health")[0] == 200
    assert not metrics_threads()


def test_a_crowd_that_says_nothing_is_not_served_and_does_not_stay() -> None:
    with MetricsServer(WorkerMetrics(worker="w")) as server:
        silent = [socket.create_connection(place_of(server), timeout=60) for _ in range(12)]
        # Most are sent away at once, the others when they have said nothing for a while.
        assert [each.recv(1) for each in silent] == [b""] * 12
        for each in silent:
            each.close()
        assert asked(server.address)[0] == 200


def test_clients_that_say_little_by_little_are_sent_away_and_others_served() -> None:
    with MetricsServer(WorkerMetrics(worker="w")) as server:
        slow = [socket.create_connection(place_of(server), timeout=60) for _ in range(8)]
        left = set(slow)
        for _ in range(120):  # each says something far oftener than silence is borne
            for each in [*left]:
                try:
                    each.sendall(b"G")
                except OSError:
                    left.discard(each)
            closed, _, _ = select.select([*left], [], [], 0.5)
            left -= set(closed)
            if not left:
                break
        for each in slow:
            each.close()
        assert not left
        assert asked(server.address)[0] == 200


def test_a_place_is_told_as_another_machine_is_to_say_it() -> None:
    for host, told in (
        ("0.0.0.0", socket.gethostname()),
        ("127.0.0.1", "127.0.0.1"),
    ):
        with MetricsServer(WorkerMetrics(worker="w"), host) as server:
            port = place_of(server)[1]
            assert port and server.place == f"{told}:{port}"


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    metrics = WorkerMetrics(worker="w")
    with (
        MetricsServer(metrics) as server,
        pytest.raises(UsageError, match=r"cannot be served at 127\.0\.0\.1:") as refused,
        MetricsServer(metrics, *place_of(server)),
    ):
        pytest.fail("two servers have one port")
    assert "in use" in refused.value.message and "metrics_port" in refused.value.remedy
    assert not metrics_threads()


@pytest.mark.parametrize("host", ["198.51.100.7", "not a host"])
def test_an_address_of_no_interface_is_refused(host: str) -> None:
    with (
        pytest.raises(UsageError, match="cannot be served at"),
        MetricsServer(WorkerMetrics(worker="w"), host),
    ):
        pytest.fail("served at an address that this machine does not have")


def test_an_address_of_six_groups_is_written_in_brackets() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with MetricsServer(WorkerMetrics(worker="w"), "::1") as server:
        assert server.address.startswith("http://[::1]:")
        assert asked(server.address)[0] == 200


@pytest.mark.parametrize(
    ("host", "is_alone"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("192.168.1.4", False), ("example.org", False),
    ],
)  # fmt: skip
def test_which_addresses_are_of_this_machine_alone(host: str, is_alone: bool) -> None:
    assert is_of_this_machine_alone(host) is is_alone
