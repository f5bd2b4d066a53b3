"""Asks for each choice of an export, in a dialog of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from novelgen.errors import NovelgenError
from novelgen.manuscript.chapter_range import parse_range, range_in_words
from novelgen.manuscript.export_options import Face, PageSize, Style
from novelgen.manuscript.formats import FORMATS
from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.ask_path import AskPath, PathAnswer
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.places.export.choices import ExportChoices, Line
from novelgen.tui.places.export.lines import FACES, MARKS, PAPERS, STYLES, format_called
from novelgen.tui.places.export.reading import ExportPlan
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.path_listing import path_of
from novelgen.tui.widgets.short_path import short_path

EnumT = TypeVar("EnumT", bound=StrEnum)
_PICTURES = frozenset({".jpg", ".jpeg", ".png"})
_SMART, _STRAIGHT = "smart", "straight"
_ONE, _SPLIT = "one", "split"
_HINTS: dict[StrEnum, str] = {
    Style.MANUSCRIPT: "As editors and agents want it: double spaced, a title page, page headers.",
    Style.READING: "Set as a book, to read it or give it to readers.",
    PageSize.LETTER: "8.5 by 11 inches.",
    PageSize.A4: "210 by 297 millimetres.",
    Face.TIMES: "What most ask for.",
    Face.COURIER: "As from a typewriter; some editors prefer it.",
}


class Choosing:
    """The questions of an export place; `want` is given the choices with the answer."""

    def __init__(self, place: Place, want: Callable[[ExportChoices], object]) -> None:
        self._place, self._want = place, want
        self._asks: dict[Line, Callable[[ExportPlan], None]] = {
            Line.FORMAT: self._format,
            Line.STYLE: self._style,
            Line.MARKS: self._marks,
            Line.PAPER: self._paper,
            Line.FACE: self._face,
            Line.COVER: self._cover,
            Line.FILES: self._files,
            Line.BRANCH: self._branch,
            Line.CHAPTERS: self._chapters,
            Line.FILE: self._file,
        }

    def ask(self, line: Line, plan: ExportPlan) -> None:
        """Ask for the choice of a line; does nothing for one that is none."""
        if line in self._asks:
            self._asks[line](plan)

    def _format(self, plan: ExportPlan) -> None:
        choices = [Choice(name, format_called(kind)) for name, kind in FORMATS.items()]
        self._choose(
            "Format", choices, plan.choices.format_name, lambda id: plan.choices.in_format(id)
        )

    def _style(self, plan: ExportPlan) -> None:
        self._one_of(
            "Style", STYLES, plan.choices.styled, lambda style: replace(plan.choices, style=style)
        )

    def _paper(self, plan: ExportPlan) -> None:
        now = plan.wish.options.page_size
        self._one_of("Paper", PAPERS, now, lambda size: replace(plan.choices, page_size=size))

    def _face(self, plan: ExportPlan) -> None:
        now = plan.choices.face
        self._one_of("Face", FACES, now, lambda face: replace(plan.choices, face=face))

    def _marks(self, plan: ExportPlan) -> None:
        kind = plan.choices.format
        usual = {kind.is_smart: f"As is usual for {kind.label}."}
        choices = [
            Choice(name, MARKS[smart], usual.get(smart, ""))
            for name, smart in ((_SMART, True), (_STRAIGHT, False))
        ]
        self._choose(
            "Marks",
            choices,
            _SMART if plan.choices.smartens else _STRAIGHT,
            lambda id: replace(plan.choices, is_smart=id == _SMART),
        )

    def _files(self, plan: ExportPlan) -> None:
        choices = [
            Choice(_ONE, "One file for the book"),
            Choice(_SPLIT, "One file a chapter", "In a folder, numbered in their order."),
        ]
        self._choose(
            "Files",
            choices,
            _SPLIT if plan.choices.splits else _ONE,
            lambda id: plan.choices.split(is_split=id == _SPLIT),
        )

    def _branch(self, plan: ExportPlan) -> None:
        choices = [Choice(str(at), name) for at, name in enumerate(plan.branches)]
        self._choose(
            "Branch",
            choices,
            str(plan.branches.index(plan.branch)),
            lambda id: replace(plan.choices, branch=plan.branches[int(id)]),
        )

    def _cover(self, plan: ExportPlan) -> None:
        cover = plan.choices.cover
        value = "" if cover is None else short_path(cover)

        def named(answer: PathAnswer | None) -> None:
            if answer is not None:
                self._want(replace(plan.choices, cover=answer.path))

        question = "A JPEG or PNG for the cover."
        self._place.app.push_screen(AskPath("Cover", question, _PICTURES, value, "no cover"), named)

    def _chapters(self, plan: ExportPlan) -> None:
        choices = plan.choices
        now = range_in_words(choices.first, choices.last).replace("–", "-")

        def named(text: str) -> ExportChoices:
            first, last = parse_range(text)
            return replace(choices, first=first, last=last)

        question = "Such as 3-7, or 5. Empty for all of them."
        self._line("Chapters", question, "" if choices.last is None else now, named)

    def _file(self, plan: ExportPlan) -> None:
        def named(text: str) -> ExportChoices:
            if not text:
                return plan.choices.at(None)
            is_folder = text.endswith("/") and not plan.choices.splits
            path = path_of(text)
            return plan.choices.at(path / plan.path.name if is_folder else path)

        which = "folder" if plan.choices.splits else "file"
        question = f"Where the {which} is to be. Empty for a name after the title."
        self._line(which.capitalize(), question, short_path(plan.path), named)

    def _line(
        self, title: str, question: str, now: str, named: Callable[[str], ExportChoices]
    ) -> None:
        """Ask for a line; `named` may raise `NovelgenError`."""

        def answered(text: str | None) -> None:
            if text is None:
                return
            try:
                choices = named(text)
            except NovelgenError as error:
                app_of(self._place).show_error(error)
            else:
                self._want(choices)

        self._place.app.push_screen(AskLine(title, question, now, may_be_empty=True), answered)

    def _one_of(
        self,
        title: str,
        names: Mapping[EnumT, str],
        now: EnumT | None,
        chosen: Callable[[EnumT], ExportChoices],
    ) -> None:
        values = {str(value.value): value for value in names}
        choices = [
            Choice(id, names[value][:1].upper() + names[value][1:], _HINTS.get(value, ""))
            for id, value in values.items()
        ]
        at = "" if now is None else str(now.value)
        self._choose(title, choices, at, lambda id: chosen(values[id]))

    def _choose(
        self, title: str, choices: list[Choice], now: str, chosen: Callable[[str], ExportChoices]
    ) -> None:
        def answered(id: str | None) -> None:
            if id is not None:
                self._want(chosen(id))

        self._place.app.push_screen(Choose(title, choices, at=now), answered)
