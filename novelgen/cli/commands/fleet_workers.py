"""`novelgen fleet`: its workers: started, looked at, paused, asked to leave."""

from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import invocation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from novelgen.bootstrap import Workbench

Now = Annotated[
    bool, typer.Option("--now", help="Between two tokens: the segments in hand are dropped.")
]


def work(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="How the worker is called in tables.")
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Wait for more when the queue is done.")
    ] = False,
    index: Annotated[
        int, typer.Option(metavar="I", min=0, help="Of this worker on its machine, for metrics.")
    ] = 0,
) -> None:
    """Be one worker, in this process and without Ray, until the queue is done.

    Ctrl-C leaves after the segment in hand, a second one at once. For schedulers such as Slurm,
    and under torchrun for a model that is shared out (`placement = "tensor"`).

    Example: novelgen fleet work --stay --db postgresql+psycopg://me@host/novels
    """
    invocation = invocation_of(context)
    invocation.follow_first_process()
    from novelgen.cli.fleet_work import work_here

    with invocation.writing_workbench() as workbench:
        code = work_here(invocation, workbench, name, leaves_when_done=not stay, index=index)
    raise typer.Exit(code)


def start(
    context: typer.Context,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=10_000, help="Workers; by default one a GPU."),
    ] = None,
    gpus: Annotated[
        float | None,
        typer.Option(
            metavar="G",
            min=0,
            help="GPUs of a worker: a share such as 0.25 for small models, several for one that "
            "is split. By default 1 where the cluster has any.",
        ),
    ] = None,
    cpus: Annotated[
        float, typer.Option(metavar="C", min=0.1, help="Processor cores of a worker.")
    ] = 1.0,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="A",
            help="Of the Ray cluster; by default the one that runs here, or else, as with `local`, "
            "a new one.",
        ),
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Workers wait for more when the queue is done.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return at once; the workers go on in the cluster.")
    ] = False,
) -> None:
    """Start workers on a Ray cluster, and look on until the queue is done.

    A worker that dies, or whose machine vanishes, is started again by Ray, and its task goes on
    with another one. Ctrl-C looks away; `novelgen fleet stop` lets the workers leave.

    Example: novelgen fleet start --workers 8 --gpus 1
    """
    invocation = invocation_of(context)
    from novelgen.cli.fleet_start import start_and_follow
    from novelgen.fleet.shape import WorkerShape

    with invocation.workbench() as workbench:
        code = start_and_follow(
            invocation,
            workbench,
            WorkerShape(workers, gpus, cpus),
            address,
            leaves_when_done=not stay,
            follows=not detach,
        )
    raise typer.Exit(code)


def status(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look on until the queue is done.")
    ] = False,
    with_done: Annotated[bool, typer.Option("--all", help="Also what is done.")] = False,
) -> None:
    """Show the queue, how far everything is, who works on it and how fast.

    Example: novelgen fleet status --watch
    """
    invocation = invocation_of(context)
    from novelgen.cli.fleet_table import fleet_json, fleet_table
    from novelgen.cli.fleet_watching import look_on

    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        if watch and not invocation.output.as_json:
            look_on(invocation.output, workbench, with_done=with_done)
            return
        standing = workbench.fleet.standing(with_done=with_done)
    if invocation.output.as_json:
        invocation.output.document(fleet_json(standing))
    else:
        invocation.output.data(fleet_table(standing))


def pause(
    context: typer.Context,
    novel: Annotated[
        str | None,
        typer.Argument(metavar="[NOVEL]", help="This one alone; by default the whole fleet."),
    ] = None,
    now: Now = False,
) -> None:
    """Let the whole fleet stand still after the segments in hand, or one novel.

    The workers stay, with their models loaded.

    Example: novelgen fleet pause
    """
    invocation = invocation_of(context)
    from storage.run_records import PauseRequest

    request = PauseRequest.NOW if now else PauseRequest.AFTER_SEGMENT
    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        if novel is None:
            workbench.fleet.pause(request)
            when = "now; segments in hand are dropped" if now else "after the segments in hand"
            invocation.output.note(
                f"The fleet stands still {when}. `novelgen fleet resume` ends that."
            )
            return
        found = workbench.find(novel).novel
        workbench.fleet.pause_novel(found, request)
    invocation.output.note(f"Held. `novelgen fleet resume {found.id}` lets it go on.")


def resume(
    context: typer.Context,
    novel: Annotated[
        str | None,
        typer.Argument(metavar="[NOVEL]", help="This one alone; by default the whole fleet."),
    ] = None,
) -> None:
    """Let the whole fleet go on, or one novel that is held.

    Example: novelgen fleet resume
    """
    invocation = invocation_of(context)
    from storage.fleet_records import TaskState
    from storage.run_records import PauseRequest

    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        if novel is None:
            workbench.fleet.pause(PauseRequest.NONE)
            invocation.output.note("The fleet goes on.")
            _say_held(invocation.output.note, workbench)
            return
        found = workbench.find(novel).novel
        count = workbench.fleet.let_go_on(found, (TaskState.HELD,))
    if count:
        invocation.output.note(f"{count} in the queue again.")
    else:
        invocation.output.note(f"Nothing of “{found.title}” is held.")


def stop(context: typer.Context, now: Now = False) -> None:
    """Let all workers leave after the segments in hand. The queue stays as it is.

    Example: novelgen fleet stop
    """
    invocation = invocation_of(context)
    from storage.run_records import PauseRequest

    with invocation.workbench() as workbench:
        request = PauseRequest.NOW if now else PauseRequest.AFTER_SEGMENT
        count = workbench.fleet.ask_workers_to_leave(request)
    invocation.output.note(f"{count} asked to leave." if count else "There is no worker to leave.")


def _say_held(note: "Callable[[str], None]", workbench: "Workbench") -> None:
    from storage.fleet_records import TaskState

    held = workbench.fleet.standing().counts.get(TaskState.HELD, 0)
    if held:
        note(f"{held} held one by one: `novelgen fleet resume NOVEL` lets each go on.")
