"""`novelgen voice`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.story.voice import VoiceSheet
    from novelgen.story.voice_keeper import Voice
    from storage.records import NovelRecord

_SAMPLE_SHOWN = 60
"""Words of the sample that `voice` shows."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a person wants changed in a sheet."""

    edits: bool = False
    file: Path | None = None
    restores: int | None = None
    fields: list[str] = field(default_factory=list)
    bans: list[str] = field(default_factory=list)
    allows: list[str] = field(default_factory=list)

    @property
    def changes_fields(self) -> bool:
        return bool(self.fields or self.bans or self.allows)

    @property
    def is_change(self) -> bool:
        return (
            self.edits
            or self.file is not None
            or self.restores is not None
            or (self.changes_fields)
        )


def voice(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    edit: Annotated[
        bool, typer.Option("--edit", help="Edit the sheet as YAML in your editor.")
    ] = False,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take the sheet from a YAML file; - is stdin."),
    ] = None,
    set_field: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Set genre, point_of_view, tense, spelling, style or sample; several notes of "
            "style are parted by semicolons. May be given more than once.",
        ),
    ] = None,
    ban: Annotated[
        list[str] | None,
        typer.Option(metavar="PHRASE", help="Ban a phrase. May be given more than once."),
    ] = None,
    unban: Annotated[
        list[str] | None, typer.Option(metavar="PHRASE", help="Allow a banned phrase again.")
    ] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="List the versions of the sheet.")
    ] = False,
    restore: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Make version N the sheet again, as a new version."),
    ] = None,
) -> None:
    """Show or change how a novel is to sound: genre, person, tense, style, banned phrases.

    What you leave open is measured on the prose, or guessed from the premise, and marked so. Every
    change is a new version; each branch has its own.

    Example: novelgen voice 3f2a --set "style=Plain sentences; Dry humour" --ban "a testament to"
    """
    invocation = invocation_of(context)
    wish = _Wish(edit, from_file, restore, set_field or [], ban or [], unban or [])
    _require_one_way(wish, versions=versions)
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        if versions:
            _show_versions(invocation, workbench, found)
            return
        if wish.is_change:
            _change(invocation, workbench, found, wish)
        _show(invocation, _read(workbench, found))


def _require_one_way(wish: _Wish, *, versions: bool) -> None:
    ways = {
        "--edit": wish.edits,
        "--from": wish.file is not None,
        "--restore": wish.restores is not None,
        "--set, --ban and --unban": wish.changes_fields,
        "--versions": versions,
    }
    given = [name for name, is_given in ways.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"Both {given[0]} and {given[1]} are given.", "Give one of them.")


def _read(workbench: "Workbench", novel: "NovelRecord") -> "Voice":
    from novelgen.story.voice_keeper import voice_of

    with workbench.store.reading() as work:
        return voice_of(work, novel)


def _change(
    invocation: Invocation, workbench: "Workbench", novel: "NovelRecord", wish: _Wish
) -> None:
    before = _read(workbench, novel)
    if wish.edits:
        _edit(invocation, workbench, novel, before)
        return
    _keep(invocation, workbench, novel, before, _wished(workbench, novel, before.own, wish))


def _edit(
    invocation: Invocation, workbench: "Workbench", novel: "NovelRecord", before: "Voice"
) -> None:
    """What is wrong with the text is said, and the text is kept."""
    from novelgen.sittings.outside_editor import edited_text
    from novelgen.story.voice_document import document_of, read_document

    folder = invocation.paths.state / "editing"
    text = document_of(before.sheet)
    with edited_text(folder, f"{novel.id}-voice", text.strip(), invocation.output.note) as raw:
        sheet = read_document(raw, "The sheet")
        unchanged = before.own if sheet == before.sheet else sheet
        _keep(invocation, workbench, novel, before, unchanged)


def _wished(
    workbench: "Workbench", novel: "NovelRecord", own: "VoiceSheet", wish: _Wish
) -> "VoiceSheet":
    from novelgen.cli.voice_input import sheet_from
    from novelgen.story.voice import sheet_of, with_banned, with_field, without_banned

    if wish.file is not None:
        return sheet_from(wish.file)
    if wish.restores is not None:
        with workbench.store.reading() as work:
            return sheet_of(work.voices.version(novel.active_branch_id, wish.restores).sheet)
    sheet = own
    for assignment in wish.fields:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise UsageError(
                f"--set {assignment!r} has no “=”.", "For example: --set genre=mystery"
            )
        sheet = with_field(sheet, name.strip(), value.strip())
    return without_banned(with_banned(sheet, wish.bans), wish.allows)


def _keep(
    invocation: Invocation,
    workbench: "Workbench",
    novel: "NovelRecord",
    before: "Voice",
    sheet: "VoiceSheet",
) -> None:
    from novelgen.story.voice_keeper import keep_voice

    if sheet == before.own:
        invocation.output.note("The voice sheet is as it was.")
        return
    with workbench.store.writing() as work:
        record = keep_voice(work, novel.active_branch_id, sheet)
    invocation.output.note(f"The voice sheet is version {record.version} now.")


def _show(invocation: Invocation, voice: "Voice") -> None:
    from novelgen.story.voice_text import voice_line
    from novelgen.text.sentences import beginning_of_prose

    output, sheet = invocation.output, voice.sheet
    if output.as_json:
        output.document(
            {
                "version": voice.version,
                "sheet": sheet.as_json(),
                "guessed": {name: origin.value for name, origin in voice.guessed.items()},
                "line": voice_line(sheet),
            }
        )
        return
    marks = {"measured": "measured on the prose", "premise": "guessed from the premise"}

    def line(name: str, shown: str) -> None:
        origin = voice.guessed.get(name)
        mark = f"   ({marks[origin.value]})" if origin is not None else ""
        output.data(f"{name.replace('_', ' ') + ':':15}{shown or 'open'}{mark}")

    line("genre", sheet.genre)
    line("point_of_view", sheet.point_of_view or "")
    line("tense", sheet.tense or "")
    line("spelling", sheet.spelling or "")
    line("style", "; ".join(sheet.style))
    line("banned", "; ".join(sheet.banned))
    line("sample", " ".join(beginning_of_prose(sheet.sample, _SAMPLE_SHOWN).split()))
    if not voice.version:
        output.note("Nobody has said how this book is to sound; `--edit` or `--set` does.")


def _show_versions(invocation: Invocation, workbench: "Workbench", novel: "NovelRecord") -> None:
    from novelgen.cli.output import columns
    from novelgen.story.voice import sheet_of
    from novelgen.story.voice_text import voice_line

    with workbench.store.reading() as work:
        found = work.voices.versions(novel.active_branch_id)
    if invocation.output.as_json:
        document = [
            {
                "version": each.version,
                "origin": each.origin.value,
                "created_at": each.created_at.isoformat(),
                "sheet": dict(each.sheet),
            }
            for each in found
        ]
        invocation.output.document({"versions": document})
        return
    if not found:
        invocation.output.data("The voice sheet has no version yet.")
        return
    rows = [
        [
            f"{each.version}{'*' if each is found[0] else ''}",
            each.created_at.strftime("%Y-%m-%d %H:%M"),
            voice_line(sheet_of(each.sheet)),
        ]
        for each in found
    ]
    invocation.output.data(columns(["version", "made (UTC)", "voice"], rows))
