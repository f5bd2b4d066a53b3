"""For tests of metrics: a free port, what is served there, and single figures of it."""

import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(address: str, path: str = "/metrics", method: str = "GET") -> tuple[int, str, str]:
    """Status, body and type of an answer. Raises `OSError` where nothing listens."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers["Content-Type"]
    finally:
        connection.close()


def series_in(text: str) -> Series:
    """Every sample by its name and its labels, without model and worker."""
    return {
        (sample.name, _own_labels(sample.labels)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(series: Series, name: str, **labels: str) -> float:
    return series[f"novelgen:{name}", frozenset(labels.items())]


def _own_labels(labels: dict[str, str]) -> frozenset[tuple[str, str]]:
    left_out = ("model_name", "worker")
    return frozenset(each for each in labels.items() if each[0] not in left_out)
