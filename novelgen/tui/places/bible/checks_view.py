"""The list to check: each passage with what it may not fit, and the three answers."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.places.bible.changing import intend
from novelgen.tui.places.bible.entry_lines import quoted, short
from novelgen.tui.places.bible.reading import Matter, MatterKind, Passage, read_matters
from novelgen.tui.places.bible.section import BibleSection
from novelgen.tui.widgets.kept_list import KeptList

_SIGNS = {MatterKind.CHECK: "!", MatterKind.CONTRADICTION: "≠", MatterKind.ODDITY: "~"}
_HEADINGS = {
    MatterKind.CHECK: "May no longer fit a change",
    MatterKind.CONTRADICTION: "Cannot both be true",
    MatterKind.ODDITY: "Looks odd",
}
_LINE = 70
_HINT_CHARS = 160


class MatterList(KeptList):
    """What is to check."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Passage", tooltip="Go to the passage in question"),
    ]


class ChecksView(BibleSection):
    """The list at the left, both passages at the right."""

    NAME = "To check"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "intend", "Meant so", tooltip="It is intended: take it off the list"),
        Binding("r", "repair", "Repair", tooltip="Have the passage written anew, so that it fits"),
        Binding("R", "redraft", "Redraft", tooltip="Have its whole chapter drafted anew"),
        Binding("o", "other", "Other one", tooltip="Go to the passage that it may not fit"),
    ]

    def compose(self) -> ComposeResult:
        yield MatterList(classes="bible-list", id="matters")
        with VerticalScroll(classes="bible-side", can_focus=False):
            yield Static("", id="matter-told")

    def on_mount(self) -> None:
        self._matters: tuple[Matter, ...] = ()

    def arrive(self) -> None:
        self.query_one(MatterList).focus()

    def reload(self) -> None:
        self.place.ask(
            lambda bench: read_matters(bench, self.novel_id), self._take, group="matters"
        )

    def action_intend(self) -> None:
        matter = self._matter
        if matter is not None:
            self.change(lambda bench: intend(bench, self.novel_id, matter))

    def action_repair(self) -> None:
        matter = self._matter
        if matter is None:
            return
        here = matter.here

        def wished(instruction: str | None) -> None:
            if instruction is None:
                return
            arguments = ["infill", self.novel_id, "--chapter", str(here.chapter)]
            arguments += ["--paragraphs", f"{here.paragraph}-{here.paragraph}"]
            arguments += ["--instruction", instruction] if instruction else []
            doing = f"Rewriting paragraph {here.paragraph} of chapter {here.chapter}"
            self.place.novel.order(arguments, doing)

        self.app.push_screen(
            AskLine(
                f"Repair paragraph {here.paragraph} of chapter {here.chapter}",
                "The paragraph is written anew in its place. What must it fit?",
                _what_to_fit(matter),
                may_be_empty=True,
            ),
            wished,
        )

    def action_redraft(self) -> None:
        matter = self._matter
        if matter is None:
            return
        number = matter.here.chapter

        def wished(instruction: str | None) -> None:
            if instruction is None:
                return
            arguments = ["regenerate", self.novel_id, "--chapter", str(number)]
            arguments += ["--instruction", instruction] if instruction else []
            self.place.novel.order(arguments, f"Drafting chapter {number} anew")

        self.app.push_screen(
            AskLine(
                f"Draft chapter {number} anew",
                "The whole chapter is drafted anew; the text that stands is kept as a revision. "
                "What should be different?",
                _what_to_fit(matter),
                may_be_empty=True,
            ),
            wished,
        )

    def action_other(self) -> None:
        matter = self._matter
        if matter is None:
            return
        if matter.other is None:
            self.say("There is no other passage: this one is odd by itself.")
        else:
            other = matter.other
            self.jump(other.chapter, other.paragraph or None, other.passage)

    @on(OptionList.OptionSelected, "#matters")
    def go_there(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        matter = self._matter
        if matter is not None:
            self.jump(matter.here.chapter, matter.here.paragraph)

    @on(OptionList.OptionHighlighted, "#matters")
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show()

    @property
    def _matter(self) -> Matter | None:
        chosen = self.query_one(MatterList).chosen
        return next((each for each in self._matters if each.key == chosen), None)

    def _take(self, matters: tuple[Matter, ...]) -> None:
        self._matters = matters
        self.tell(f"{len(matters):,} to check" if matters else "")
        self.query_one(MatterList).show([(each.key, _line(each)) for each in matters])
        self._show()

    def _show(self) -> None:
        matter = self._matter
        told = self.query_one("#matter-told", Static)
        if matter is None:
            text = "Nothing to check: nothing contradicts, nothing is odd."
            told.update(Content.styled(text, "$text-muted"))
            return
        sections = [
            Content.assemble(
                (_HEADINGS[matter.kind], "bold $warning"), (f"\n{matter.why}", "$text-muted")
            ),
            _passage(matter.here, "bold"),
        ]
        if matter.other is not None:
            sections.append(_passage(matter.other, "", is_now=bool(matter.before)))
        if matter.before:
            before = quoted(matter.before)
            it_said = Content.assemble(("It said\n", "$secondary"), (before, "$text-muted"))
            sections.append(it_said)
        answers = "i it is meant so   r repair the passage   R redraft the chapter"
        sections.append(Content.styled(answers, "$text-muted"))
        told.update(Content("\n\n").join(sections))


def _line(matter: Matter) -> Content:
    where = f"{matter.here.chapter:>3} ¶{matter.here.paragraph:<3}"
    return Content.assemble(
        (f"{_SIGNS[matter.kind]} ", "$warning"), (where, "$text-muted"), " ",
        short(matter.why, _LINE),
    )  # fmt: skip


def _passage(place: Passage, style: str, *, is_now: bool = False) -> Content:
    where = f"Chapter {place.chapter}" if place.chapter else "Before the story"
    if place.paragraph:
        where += f", paragraph {place.paragraph}"
    text = quoted(place.passage) if place.passage else "(that is gone)"
    heading = f"{where}{' says now' if is_now else ''}\n"
    return Content.assemble((heading, "$secondary"), (text, style))


def _what_to_fit(matter: Matter) -> str:
    """An instruction to begin with."""
    other = matter.other
    if other is None:
        return f"Mend this: {matter.why}."
    if not other.passage:
        return f"It must fit: “{short(matter.before, _HINT_CHARS)}” is no more so."
    where = f"chapter {other.chapter} says" if other.chapter else "it is known that"
    return f"It must fit: {where} “{short(other.passage, _HINT_CHARS)}”"
