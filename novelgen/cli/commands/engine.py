"""`novelgen engine`: the process that keeps a loaded model warm."""

from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.global_options import EPILOG
from novelgen.cli.invocation import invocation_of
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.resident.control import ResidentStatus

app = typer.Typer(
    add_completion=False,
    help="The process that keeps a loaded model warm.",
    no_args_is_help=True,
    epilog=EPILOG,
)


@app.callback()
def engine() -> None:
    """The process that keeps a loaded model warm."""


@app.command(epilog=EPILOG)
def status(context: typer.Context) -> None:
    """Show what is loaded, for whom, and when it will be given back.

    Example: novelgen engine status
    """
    invocation = invocation_of(context)
    from novelgen.resident.control import resident_status
    from novelgen.resident.rendezvous import output_file

    found = resident_status(invocation.paths)
    if invocation.output.as_json:
        document = {"is_running": found is not None} | (found.as_json() if found else {})
        invocation.output.document(document)
        return
    if found is None:
        invocation.output.data("No engine is kept warm.")
        said = output_file(invocation.paths)
        if said.is_file() and said.stat().st_size:
            invocation.output.note(f"What the last ones printed: {said}")
        return
    for key, value in _lines(found).items():
        invocation.output.data(f"{key:12} {value}")


@app.command(epilog=EPILOG)
def stop(
    context: typer.Context,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Even while a novel is being written with it, or when it does not answer.",
        ),
    ] = False,
) -> None:
    """Give the memory back now.

    Example: novelgen engine stop
    """
    invocation = invocation_of(context)
    from novelgen.resident.control import resident_status, stop_resident

    if not force:
        found = resident_status(invocation.paths)
        if found is not None and found.connections:
            raise UsageError(
                "The engine is in use.",
                "Stop what uses it first (Ctrl-C where it runs), or give --force: what is "
                "committed stays, and `novelgen resume` goes on.",
            )
    was_running = stop_resident(invocation.paths)
    if invocation.output.as_json:
        invocation.output.document({"was_running": was_running})
    else:
        invocation.output.data("Stopped." if was_running else "No engine is kept warm.")


def _lines(found: "ResidentStatus") -> dict[str, str]:
    left = max(0.0, found.keep_warm_minutes - found.idle_seconds / 60)
    state = "computing" if found.is_computing else f"idle for {found.idle_seconds:.0f} s"
    return {
        "models": ", ".join(found.models) or "none loaded",
        "state": state if found.is_computing else f"{state}, given back in {left:.1f} min",
        "used by": f"{found.connections} connections",
        "process": str(found.pid),
        "memory": f"{found.resident_bytes / 1e6:,.0f} MB",
        "its output": str(found.output),
    }
