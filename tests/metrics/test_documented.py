"""What docs/metrics.md names is what is served, and all of it."""

import re
from pathlib import Path

from novelgen.engine.scripted import ScriptedEngine
from novelgen.metrics.device_memory import DeviceMemory
from novelgen.metrics.worker_metrics import WorkerMetrics
from tests.conftest import REPOSITORY

DOCUMENT: Path = REPOSITORY / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(novelgen:\w+)` \| (\w+) \|", re.MULTILINE)


def served() -> dict[str, str]:
    metrics = WorkerMetrics(worker="w")
    metrics.engine(ScriptedEngine())
    kinds = re.findall(r"^# TYPE (novelgen:\w+) (\w+)$", metrics.exposition().decode(), re.M)
    on_a_gpu = [(family.name, family.type) for family in DeviceMemory("m", "w").describe()]
    return dict([*kinds, *on_a_gpu])


def test_the_table_has_every_metric_with_its_type() -> None:
    assert dict(ROW.findall(DOCUMENT.read_text(encoding="utf-8"))) == served()


def test_queries_ask_for_what_there_is() -> None:
    _, _, queries = DOCUMENT.read_text(encoding="utf-8").partition("## Queries that matter")
    asked = set(re.findall(r"novelgen:\w+", queries))
    series = served()
    for name, kind in list(series.items()):
        if kind == "histogram":
            series |= {f"{name}_{part}": kind for part in ("bucket", "sum", "count")}
    assert len(asked) > 8 and asked <= set(series)
