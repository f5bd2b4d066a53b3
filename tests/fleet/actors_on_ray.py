"""Fleets of several databases in one Ray cluster, and workers that cannot work. Prints what was
seen as JSON.

    python -m tests.fleet.actors_on_ray URL URL URL

The databases are empty. Whatever is said to be there comes at some time; there is no other clock.
"""

import json
import sys
from typing import Any

from sqlalchemy.engine import make_url

from novelgen.bootstrap import NovelRequest, Workbench
from novelgen.bootstrap.fleet_actor import FleetActor
from novelgen.bootstrap.fleet_trial import workers_on_ray
from novelgen.cli import fleet_start
from novelgen.cli.fleet_watching import Onlooker
from novelgen.cli.output import Output
from novelgen.config import Settings
from novelgen.fleet.ray_cluster import connected
from novelgen.fleet.ray_workers import RayWorkers, namespace_of
from novelgen.fleet.shape import WorkerShape
from novelgen.fleet.terms import WriteTerms
from novelgen.fleet.worker_order import ActorState, WorkerOrder, WorkerSign
from novelgen.paths import resolve_paths
from storage.run_records import PauseRequest
from tests.fleet.closed_database import let_in
from tests.fleet.tiny_fleet import until
from tests.postgresql import on_server

SHAPE = WorkerShape(1, 0, 0.1)
SECONDS = 90.0


class HastyActor(FleetActor):
    """Does not wait long for somebody to ask."""

    seconds_in_trouble = 3.0


def workbench(url: str, **settings: Any) -> Workbench:
    return Workbench(resolve_paths(), Settings(database_url=url, **settings))


def two_fleets(first: str, second: str) -> dict[str, Any]:
    """Each has its own workers, although they have one name; who starts again finds them."""
    told: dict[str, Any] = {}
    with workbench(first) as mine, workbench(second) as other:
        for name, bench in (("first", mine), ("second", other)):
            placed = bench.fleet.workers.start_on_ray(SHAPE, leaves_when_done=False)
            told[name] = placed.started
            until(lambda bench=bench: bench.fleet.standing().workers, SECONDS)  # type: ignore[misc]
        with workbench(first, scripted_tokens_per_second=50) as again:
            shape = WorkerShape(2, 0, 0.2)
            placed = again.fleet.workers.start_on_ray(shape, leaves_when_done=True)
            told["again"] = [placed.started, placed.present, placed.differences]
        mine.fleet.ask_workers_to_leave(PauseRequest.AFTER_SEGMENT)
        actors = RayWorkers(namespace_of(first))
        until(lambda: not actors.names(), SECONDS)
        told["second has"] = [worker.name for worker in other.fleet.standing().workers]
        # As one that Ray starts again, or that has waited for room, comes after that request.
        late = WorkerOrder("late", mine.settings.model_dump(mode="json"), leaves_when_done=False)
        told["late"] = actors.start(FleetActor, [late]).started
        until(lambda: not actors.names(), SECONDS)
    return told


def hindered(url: str) -> dict[str, Any]:
    """A worker without a database waits for it; one whose database cannot be used ends."""
    told: dict[str, Any] = {}
    actors = RayWorkers(namespace_of(url))

    def begin(name: str) -> None:
        settings = bench.settings.model_dump(mode="json")
        actors.start(HastyActor, [WorkerOrder(name, settings, leaves_when_done=False, cpus=0.1)])

    def sign(name: str, state: ActorState) -> WorkerSign:
        def look() -> WorkerSign | None:
            heard = actors.signs([name]).get(name)
            return heard if heard is not None and heard.state is state else None

        return until(look, SECONDS)

    def begins(*names: str) -> bool:
        fleet_start._SECONDS_TO_BEGIN = 20.0
        return fleet_start.wait_until_at_work(Output(), bench, Onlooker(bench), names)

    with workbench(url, model="scripted") as bench:
        bench.fleet.pause(PauseRequest.NOW)
        bench.fleet.create([NovelRequest("Ada", "", "A keeper.", 1_000, seed=3)], WriteTerms())
        let_in(url, False)
        begin("patient")
        told["away"] = sign("patient", ActorState.RETRIES).trouble
        let_in(url, True)
        until(lambda: bench.fleet.standing().workers, SECONDS)
        told["back"] = sign("patient", ActorState.WORKS).trouble
        on_server(make_url(url), "UPDATE alembic_version SET version_num = '9999'")
        begin("stuck")
        told["stuck"] = sign("stuck", ActorState.STUCK).trouble
        until(lambda: actors.names() == ["patient"], SECONDS)
        begin("stuck too")
        told["begins"] = [begins("stuck too"), begins("patient", "nobody")]
        actors.end_all()
        told["ended"] = actors.names()
    return told


def after_a_mishap(url: str) -> list[str]:
    """What is left of the workers of a trial that fails."""
    workers_at = workers_on_ray(resolve_paths(), Settings(), 100.0)
    try:
        with workers_at(url, 2):
            raise ZeroDivisionError
    except ZeroDivisionError:
        return RayWorkers(namespace_of(url)).names()


def main() -> None:
    first, second, third = sys.argv[1:]
    with connected("local"):
        told = {
            "fleets": two_fleets(first, second),
            "mishap": after_a_mishap(second),
            "hindered": hindered(third),
        }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
