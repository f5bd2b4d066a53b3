"""How the book is to sound: the author's sheet, and what was guessed where it says nothing."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from novelgen.story.voice import Spelling, VoiceSheet, sheet_of
from novelgen.story.voice_text import voice_line
from novelgen.text.narration import Person, Tense
from novelgen.text.sentences import beginning_of_prose
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.dialogs.form import FormDialog
from novelgen.tui.places.bible.changing import keep_sheet, restore_sheet
from novelgen.tui.places.bible.reading import SheetVersions, read_voice
from novelgen.tui.places.bible.section import BibleSection
from novelgen.tui.widgets.form_fields import FieldKind, FormField
from storage.story_records import VoiceOrigin

_MARKS = {
    VoiceOrigin.MEASURED: "measured on the prose",
    VoiceOrigin.PREMISE: "guessed from the premise",
}
_SAMPLE_WORDS = 120
_LABEL_CELLS = 16


class VoiceView(BibleSection):
    """The sheet, to be read; e changes it."""

    NAME = "Voice"
    DEFAULT_CSS = """
    VoiceView #voice-sheet { padding: 1 3; background: $background; scrollbar-size-vertical: 1; }
    VoiceView #voice-told { max-width: 100; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "edit", "Change", key_display="e", tooltip="Change the voice sheet"),
        Binding("v", "versions", "Versions", tooltip="Bring an earlier voice sheet back"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="voice-sheet", can_focus=True):
            yield Static("", id="voice-told")

    def on_mount(self) -> None:
        self._found: SheetVersions | None = None

    def arrive(self) -> None:
        self.query_one("#voice-sheet").focus()

    def reload(self) -> None:
        self.place.ask(lambda bench: read_voice(bench, self.novel_id), self._take, group="voice")

    def action_edit(self) -> None:
        if self._found is None:
            return
        self.app.push_screen(
            FormDialog(
                "How the book is to sound",
                _fields(self._found.voice.sheet),
                lambda bench, values: keep_sheet(bench, self.novel_id, values),
            ),
            self.changed,
        )

    def action_versions(self) -> None:
        found = self._found
        if found is None or not found.versions:
            self.say("The voice sheet has no version yet; e makes one.")
            return
        choices = [
            Choice(
                str(each.version),
                f"Version {each.version}   {each.created_at:%Y-%m-%d %H:%M}",
                voice_line(sheet_of(each.sheet)) or "says nothing",
            )
            for each in found.versions
        ]

        def chosen(version: str | None) -> None:
            if version is not None and int(version) != found.versions[0].version:
                self.change(lambda bench: restore_sheet(bench, self.novel_id, int(version)))

        self.app.push_screen(
            Choose("Versions of the voice sheet", choices, "The first one counts."), chosen
        )

    def _take(self, found: SheetVersions) -> None:
        self._found = found
        self.tell(f"version {found.voice.version}" if found.voice.version else "")
        self.query_one("#voice-told", Static).update(_told(found))


def _told(found: SheetVersions) -> Content:
    voice, sheet = found.voice, found.voice.sheet
    state = f"Version {voice.version}" if voice.version else "Nobody has said yet; e does"
    lines = [Content.styled(f"{state}.\n", "$text-muted")]

    def line(name: str, shown: str) -> None:
        origin = voice.guessed.get(name)
        mark = f"   {_MARKS[origin]}" if origin in _MARKS else ""
        label = name.replace("_", " ").capitalize()
        lines.append(
            Content.assemble(
                (f"{label:{_LABEL_CELLS}}", "$secondary"),
                (shown, "") if shown else ("open", "$text-muted"),
                (mark, "$text-muted"),
            )
        )

    line("genre", sheet.genre)
    line("point_of_view", f"{sheet.point_of_view.value} person" if sheet.point_of_view else "")
    line("tense", sheet.tense.value if sheet.tense else "")
    line("spelling", sheet.spelling.value if sheet.spelling else "")
    for heading, items in (("Style", sheet.style), ("Never to be written", sheet.banned)):
        lines.append(Content.styled(f"\n{heading}", "$secondary"))
        lines += [Content(f"· {item}") for item in items] or [Content.styled("open", "$text-muted")]
    lines.append(Content.styled("\nA page that sounds as the book is to sound", "$secondary"))
    sample = beginning_of_prose(sheet.sample, _SAMPLE_WORDS)
    lines.append(Content(sample) if sample else Content.styled("open", "$text-muted"))
    if voice_line(sheet):
        lines.append(Content.styled(f"\nSmall models read: {voice_line(sheet)}", "$text-muted"))
    return Content("\n").join(lines)


def _fields(sheet: VoiceSheet) -> list[FormField]:
    def choices(kind: type[Person | Tense | Spelling]) -> tuple[tuple[str, str], ...]:
        return (("", "open"), *((each.value, each.value) for each in kind))

    return [
        FormField("genre", "Genre", sheet.genre),
        FormField("point_of_view", "Person", sheet.point_of_view or "", FieldKind.CHOICE,
                  choices=choices(Person)),
        FormField("tense", "Tense", sheet.tense or "", FieldKind.CHOICE, choices=choices(Tense)),
        FormField("spelling", "Spelling", sheet.spelling or "", FieldKind.CHOICE,
                  choices=choices(Spelling)),
        FormField("style", "Style, one note a line", "\n".join(sheet.style), FieldKind.TEXT,
                  "Plain sentences", lines=3),
        FormField("banned", "Never to be written, one a line", "\n".join(sheet.banned),
                  FieldKind.TEXT, "a testament to", lines=3),
        FormField("sample", "A page that sounds as the book is to sound", sheet.sample,
                  FieldKind.TEXT, lines=5),
    ]  # fmt: skip
