"""A name is changed in the whole book: prose, titles, plan, bible. First it is shown where."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Static

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.generation.renaming import RenamePreview, preview_rename, rename, require_names
from novelgen.text.renaming import name_parts
from novelgen.text.sanitize import clean_line
from novelgen.tui.asking import ask, ask_once
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.form_fields import FormField, FormFields

_SECONDS_AFTER_TYPING = 0.25
_SAMPLES = 60
_AROUND = 30


class RenameDialog(Dialog[str]):
    """Its answer is what was done, in a line."""

    DEFAULT_CSS = """
    RenameDialog .box { width: 96; height: 90%; }
    RenameDialog FormFields { height: auto; padding: 0; }
    RenameDialog FormFields > VerticalScroll { height: auto; }
    RenameDialog #rename-places { height: 1fr; margin-top: 1; scrollbar-size-vertical: 1; }
    RenameDialog Footer { dock: bottom; }
    """

    def __init__(self, novel_id: str, name: str) -> None:
        super().__init__()
        self._novel_id, self._old = novel_id, name
        self._timer: Timer | None = None
        self._preview: RenamePreview | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Rename in the whole book"
            yield FormFields(
                [
                    FormField("old", "The name as it is written", self._old),
                    FormField("new", "The new name", ""),
                ]
            )
            with VerticalScroll(id="rename-places", can_focus=False):
                yield Static("", id="rename-told")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(FormFields).begin("new" if self._old else "old")
        self._look()

    @on(FormFields.Changed)
    def look_soon(self, event: FormFields.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, self._look)

    @on(FormFields.Saved)
    def save(self, event: FormFields.Saved) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        old, new = self._names()

        def renamed(workbench: Workbench) -> str:
            require_names(old, new)
            change = rename(workbench.store, workbench.find(self._novel_id).novel, old, new)
            return f"{change.label}. u takes it back."

        ask_once(self, renamed, self.dismiss, on_error=self._complain)

    @on(FormFields.Left)
    def leave(self, event: FormFields.Left) -> None:
        event.stop()
        self.dismiss(None)

    def _names(self) -> tuple[str, str]:
        values = self.query_one(FormFields).values
        return clean_line(values["old"]), clean_line(values["new"])

    def _look(self) -> None:
        old, new = self._names()
        if not old:
            self.query_one("#rename-told", Static).update("")
            return

        def find(workbench: Workbench) -> RenamePreview:
            return preview_rename(workbench.store, workbench.find(self._novel_id).novel, old)

        ask(self, find, lambda found: self._tell(found, old, new), on_error=self._complain)

    def _tell(self, found: RenamePreview, old: str, new: str) -> None:
        form = self.query_one(FormFields)
        if not found.total:
            form.tell(f"“{old}” stands nowhere; capitals count.", is_wrong=True)
        else:
            places = "1 place" if found.total == 1 else f"{found.total:,} places"
            ready = "Enter changes them all." if new and new != old else "Give the new name."
            form.tell(f"{places}. {ready}")
        self.query_one("#rename-told", Static).update(_told(found, old, new or "…"))

    def _complain(self, error: NovelgenError) -> None:
        text = f"{error.message} {error.remedy}".strip()
        self.query_one(FormFields).tell(text, is_wrong=True)


def _told(found: RenamePreview, old: str, new: str) -> Content:
    lines: list[Content] = []
    others = {
        "titles of chapters": found.chapter_titles,
        "the plan": found.plan,
        "the bible": found.story,
        "the title": found.title,
        "the premise": found.premise,
    }
    told = ", ".join(f"{place} {count:,}" for place, count in others.items() if count)
    if told:
        lines.append(Content.styled(f"In {told}.", "$text-muted"))
    parts = [part for part in name_parts(old) if part != old]
    if parts:
        alone = " or ".join(f"“{part}”" for part in parts)
        lines.append(Content.styled(f"Where {alone} stands alone it stays.", "$warning"))
    shown = 0
    for number, places in found.chapters.items():
        if shown >= _SAMPLES:
            break
        lines.append(Content.styled(f"\nChapter {number}: {len(places):,}", "bold"))
        for each in places[: _SAMPLES - shown]:
            shown += 1
            doubt = "  perhaps no name here" if each.is_doubtful else ""
            lines.append(
                Content.assemble(
                    (f"…{_line(each.before)[-_AROUND:]}", "$text-muted"),
                    (each.matched, "$error strike"),
                    " ",
                    (new, "$success underline"),
                    (f"{_line(each.after)[:_AROUND]}…", "$text-muted"),
                    (doubt, "$warning"),
                )
            )
    rest = sum(map(len, found.chapters.values())) - shown
    if rest > 0:
        lines.append(Content.styled(f"\n… and {rest:,} more", "$text-muted"))
    return Content("\n").join(lines)


def _line(text: str) -> str:
    return text.replace("\n", " ")
