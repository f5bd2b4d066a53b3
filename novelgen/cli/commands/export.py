"""`novelgen export`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.errors import UsageError

_NUMBERS_SHOWN = 10


def export(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    format_name: Annotated[str, typer.Option("--format", "-f", help="md (Markdown).")] = "md",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PATH", help="File to write; - is stdout."),
    ] = None,
    chapters: Annotated[
        str | None, typer.Option(metavar="A-B", help="Only these chapters, for example 3-7 or 5.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Export a manuscript. Prints the path of the file.

    Example: novelgen export 3f2a --format md --output my-novel.md
    """
    invocation = invocation_of(context)
    from novelgen.manuscript.chapter_range import parse_range

    first, last = parse_range(chapters)
    if output == "-" and invocation.output.as_json:
        raise UsageError("--json and --output - both want stdout.", "Leave one of them out.")
    with invocation.workbench() as workbench:
        held = workbench.inbox.held_chapters(novel, first, last)
        if held:
            invocation.output.note(
                f"Left out, since they wait in the inbox to be kept: {_numbers(held)}. See "
                "`novelgen inbox`."
            )
        if output == "-":
            _write_utf8_to_stdout()
            workbench.export_to_stream(novel, format_name, first, last, sys.stdout)
            return
        path = workbench.export(
            novel, format_name, first, last, Path(output) if output else None, overwrite=force
        )
    if invocation.output.as_json:
        invocation.output.document({"path": str(path), "format": format_name})
    else:
        invocation.output.data(str(path))


def _numbers(chapters: list[int]) -> str:
    named = ", ".join(str(number) for number in chapters[:_NUMBERS_SHOWN])
    more = len(chapters) - _NUMBERS_SHOWN
    word = "chapter" if len(chapters) == 1 else "chapters"
    return f"{word} {named}" + (f" and {more} more" if more > 0 else "")


def _write_utf8_to_stdout() -> None:
    """A manuscript is UTF-8 whatever the terminal speaks."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", newline="\n")
