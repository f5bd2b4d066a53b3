"""How many workers a cluster gets, and what each of them needs."""

import pytest

from novelgen.errors import UsageError
from novelgen.fleet.shape import WorkerShape


@pytest.mark.parametrize(
    ("asked", "cluster", "fitted"),
    [
        (WorkerShape(), (8, 64), WorkerShape(8, 1.0, 1.0)),
        (WorkerShape(), (0, 6), WorkerShape(6, 0.0, 1.0)),
        (WorkerShape(), (8, 4), WorkerShape(4, 1.0, 1.0)),
        (WorkerShape(gpus=0.25), (2, 64), WorkerShape(8, 0.25, 1.0)),
        (WorkerShape(gpus=0.1), (1, 64), WorkerShape(10, 0.1, 1.0)),
        (WorkerShape(gpus=4), (8, 64), WorkerShape(2, 4, 1.0)),
        (WorkerShape(gpus=0), (8, 6), WorkerShape(6, 0, 1.0)),
        (WorkerShape(cpus=0.1), (0, 1), WorkerShape(10, 0.0, 0.1)),
        (WorkerShape(cpus=3), (0, 8), WorkerShape(2, 0.0, 3)),
        (WorkerShape(workers=3), (8, 64), WorkerShape(3, 1.0, 1.0)),
        (WorkerShape(workers=20), (0, 2), WorkerShape(20, 0.0, 1.0)),
    ],
)
def test_what_is_left_open_is_what_the_cluster_has(
    asked: WorkerShape, cluster: tuple[float, float], fitted: WorkerShape
) -> None:
    assert asked.fitted(*cluster) == fitted
    assert fitted.fitted(*cluster) == fitted


@pytest.mark.parametrize(
    ("asked", "cluster"),
    [
        (WorkerShape(gpus=4), (2, 64)),
        (WorkerShape(cpus=8), (0, 4)),
        (WorkerShape(), (0, 0)),
        (WorkerShape(gpus=1), (0, 64)),
    ],
)
def test_a_cluster_without_room_for_one_is_told(
    asked: WorkerShape, cluster: tuple[float, float]
) -> None:
    with pytest.raises(
        UsageError, match=f"has {cluster[0]:g} GPUs and {cluster[1]:g} CPUs"
    ) as told:
        asked.fitted(*cluster)
    assert "--gpus" in told.value.remedy
