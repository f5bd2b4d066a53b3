"""The `novelgen` command: global options, the commands, and the one error boundary."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

import novelgen
from novelgen.cli.command_table import CommandGroup, Interrupted
from novelgen.cli.global_options import EPILOG, hoist_global_options
from novelgen.cli.invocation import Invocation
from novelgen.cli.output import Output, make_streams_safe
from novelgen.errors import ExitCode, NovelgenError
from novelgen.paths import ENV_HOME, resolve_paths

app = typer.Typer(
    name="novelgen",
    cls=CommandGroup,
    help="Write long novels on your own machine.",
    epilog=EPILOG,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        Output().data(f"novelgen {novelgen.__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No narration on stderr.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    db: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Database (NOVELGEN_DATABASE_URL); default a SQLite file."
        ),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep everything below DIR (NOVELGEN_HOME)."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration file (TOML).")
    ] = None,
    unattended: Annotated[bool, typer.Option("--unattended", hidden=True)] = False,
    worker: Annotated[bool, typer.Option("--worker", hidden=True)] = False,
    version: Annotated[  # noqa: ARG001 - shown by its callback
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    paths = resolve_paths(home)
    if home is not None:  # for what finds its directories by itself, and for child processes
        os.environ[ENV_HOME] = str(Path(home).expanduser().absolute())
    is_worker = worker or unattended
    output = Output(json, quiet)
    context.obj = Invocation(paths, output, config, db, debug, is_worker, unattended)
    if is_worker:
        from novelgen.runs.detachment import settle_in_background

        settle_in_background()
    from novelgen.log import start_logging

    start_logging(paths.log_file, debug=debug)


def run() -> None:
    """Entry point of the console script."""
    arguments = hoist_global_options(sys.argv[1:]) or ["--help"]
    make_streams_safe()
    sys.exit(_guarded(arguments))


def _guarded(arguments: list[str]) -> int:
    """Run the command; every error becomes one message and an exit code."""
    output = Output()
    try:
        code = app(arguments, standalone_mode=False, prog_name="novelgen")
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code or ExitCode.DONE)
    except typer.Exit as error:
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt, Interrupted):
        output.error("interrupted.", "Everything committed is kept; `novelgen list` shows it.")
        return ExitCode.INTERRUPTED
    except TyperException as error:
        if message := error.format_message():  # empty when help was shown instead
            command = getattr(getattr(error, "ctx", None), "command_path", "novelgen")
            output.error(message, f"See `{command} --help`.")
        return ExitCode.USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _explain(error, output)


def _explain(error: Exception, output: Output) -> int:
    from novelgen.bootstrap import as_novelgen_error

    known = as_novelgen_error(error)
    if isinstance(known, NovelgenError):
        output.error(known.message, known.remedy)
        return known.exit_code
    from novelgen.log import log_unexpected

    log_unexpected(error)
    if isinstance(error, MemoryError):
        output.error(
            "this machine ran out of memory.",
            "Everything committed is kept. End other programs, then go on with `novelgen resume`.",
        )
        return ExitCode.FAILED
    output.error(
        f"unexpected {type(error).__name__}: {error}",
        "Run it again with --debug for the traceback; the log file has it too.",
    )
    return ExitCode.FAILED
