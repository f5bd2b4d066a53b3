"""`novelgen export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.path_options import existing_path
from novelgen.errors import UsageError
from novelgen.manuscript.export_options import Face, PageSize, Style

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.bootstrap.exporting import ExportWish
    from novelgen.cli.invocation import Invocation
    from novelgen.cli.step_progress import OnStep
    from novelgen.manuscript.export_options import ExportOptions

_NUMBERS_SHOWN = 10
_DEFAULT_FORMAT = "md"
_FOREIGN = frozenset(
    {"doc", "azw", "azw3", "kfx", "mobi", "fb2", "tex", "pages", "wpd", "scriv", "zip", "xml"}
)
"""Suffixes of formats that are not written; other unknown ones may be part of a name."""


def export(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="md, epub, docx, html, txt, pdf, odt, rtf or json; by default what --output ends "
            "in, else md.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PATH", help="File to write; - is stdout."),
    ] = None,
    chapters: Annotated[
        str | None, typer.Option(metavar="A-B", help="Only these chapters, for example 3-7 or 5.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="A branch; by default the active one.")
    ] = None,
    style: Annotated[
        Style | None,
        typer.Option(
            help="For docx and pdf: standard manuscript format, as editors want it, or a book to "
            "read."
        ),
    ] = None,
    smart: Annotated[
        bool | None,
        typer.Option(
            "--smart/--straight",
            help="Curly quotation marks and real dashes, or as the text has them; by default smart "
            "where the format is for readers, straight in md, txt and json.",
        ),
    ] = None,
    cover: Annotated[
        Path | None,
        typer.Option(metavar="FILE", parser=existing_path, help="A JPEG or PNG for an EPUB."),
    ] = None,
    page: Annotated[
        PageSize | None, typer.Option(help="Paper of docx and pdf; default by `page_size`.")
    ] = None,
    face: Annotated[
        Face | None, typer.Option(help="Face of the manuscript style: times or courier.")
    ] = None,
    per_chapter: Annotated[
        bool, typer.Option("--per-chapter", help="A folder with one file a chapter (md).")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Export a manuscript. Prints the path of the file.

    The title page of the manuscript style takes your name and address from the settings
    legal_name, address, email and phone (`novelgen config set`). JSON holds everything of the
    novel, so that `novelgen import` has it all again.

    Example: novelgen export 3f2a --format docx --output my-novel.docx
    """
    invocation = invocation_of(context)
    from novelgen.bootstrap.exporting import ExportWish, options_of
    from novelgen.cli.step_progress import step_display
    from novelgen.manuscript.chapter_range import parse_range

    first, last = parse_range(chapters)
    if output == "-" and invocation.output.as_json:
        raise UsageError("--json and --output - both want stdout.", "Leave one of them out.")
    if output is not None and output.endswith(("/", "\\")) and not per_chapter:
        raise UsageError(f"{output} names a folder.", "Give the name of a file.")
    name = format_name or _format_in(output) or _DEFAULT_FORMAT
    with invocation.workbench() as workbench:
        options = _options(options_of(workbench.settings), style, smart, cover, page, face)
        wish = ExportWish(name, first, last, branch, options, per_chapter)
        _say_held(invocation, workbench, novel, wish)
        if output == "-":
            workbench.exports.to_stream(novel, wish, sys.stdout.buffer)
            return
        with step_display(invocation.output, "Chapters") as on_step:
            path = workbench.exports.to_path(
                novel,
                wish,
                Path(output) if output else None,
                overwrite=force,
                on_chapter=_telling(invocation, name, on_step),
            )
    if invocation.output.as_json:
        invocation.output.document({"path": str(path), "format": name})
    else:
        invocation.output.data(str(path))


def _telling(invocation: "Invocation", name: str, on_step: "OnStep") -> "OnStep":
    """The progress of chapters, and what goes on once all of them are read."""
    from novelgen.manuscript.formats import format_of

    afterwards = format_of(name).afterwards

    def tell(done: int, total: int) -> None:
        on_step(done, total)
        if done == total and afterwards:
            invocation.output.note(f"All chapters are read; {afterwards} …")

    return tell


def _format_in(output: str | None) -> str | None:
    """The format that a file's name asks for; None for a name that asks for none."""
    from novelgen.manuscript.formats import FORMATS

    suffix = Path(output).suffix.lower().removeprefix(".") if output else ""
    suffix = {"markdown": "md", "htm": "html", "text": "txt"}.get(suffix, suffix)
    if suffix in _FOREIGN:
        raise UsageError(
            f"There is no export format {suffix!r}.", f"Use one of: {', '.join(FORMATS)}."
        )
    return suffix if suffix in FORMATS else None


def _options(
    kept: "ExportOptions",
    style: Style | None,
    smart: bool | None,
    cover: Path | None,
    page: PageSize | None,
    face: Face | None,
) -> "ExportOptions":
    from dataclasses import replace

    return replace(
        kept,
        style=style,
        is_smart=smart,
        cover=cover,
        page_size=page or kept.page_size,
        face=face or kept.face,
    )


def _say_held(
    invocation: "Invocation", workbench: "Workbench", novel: str, wish: "ExportWish"
) -> None:
    """That chapters of the active branch are left out, since they wait to be kept."""
    if wish.branch is not None:
        return
    held = workbench.inbox.held_chapters(novel, wish.first, wish.last)
    if held:
        invocation.output.note(
            f"Left out, since they wait in the inbox to be kept: {_numbers(held)}. See "
            "`novelgen inbox`."
        )


def _numbers(chapters: list[int]) -> str:
    named = ", ".join(str(number) for number in chapters[:_NUMBERS_SHOWN])
    more = len(chapters) - _NUMBERS_SHOWN
    word = "chapter" if len(chapters) == 1 else "chapters"
    return f"{word} {named}" + (f" and {more} more" if more > 0 else "")
