"""The drafts: compare what was drawn for a passage, take another one, or sentences of several."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.bootstrap import Workbench
from novelgen.errors import UsageError
from novelgen.generation.editing import undo_change
from novelgen.tui.asking import app_of
from novelgen.tui.places.drafts.changing import JoinedKept, keep_joined, take_draft
from novelgen.tui.places.drafts.group_list import GroupList, group_line
from novelgen.tui.places.drafts.joining import JoinDialog, Joining, seam_paragraphs
from novelgen.tui.places.drafts.marks import MarkedDrafts, marked, plain
from novelgen.tui.places.drafts.ordering import order_redraft, order_redraw, order_smoothing
from novelgen.tui.places.drafts.pane import DraftPane, head_lines
from novelgen.tui.places.drafts.picking import PickView
from novelgen.tui.places.drafts.reading import (
    ChapterDrafts,
    DraftGroup,
    DraftKind,
    others_than,
    read_drafts,
)
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.prose_page import Paragraph

_NARROW_CELLS = 100
_LONG_CHARS = 8_000
"""Of two drafts; longer ones are compared off the screen's thread."""


class DraftsPlace(Place):
    """The drafts of the chapter at hand."""

    NAME = "Drafts"
    PURPOSE = "Compare the drafts of a passage, and take another, or sentences of several"
    SCOPED_CSS = False
    DEFAULT_CSS = """
    DraftsPlace > Horizontal { height: 1fr; }
    DraftsPlace #draft-side { width: 31; background: $surface; }
    DraftsPlace #draft-title { height: 4; padding: 1 1 0 1; text-wrap: nowrap; }
    DraftsPlace #draft-sides { width: 1fr; }
    DraftsPlace #draft-compared { height: 3; padding: 1 3 0 3; color: $text-muted; }
    DraftsPlace #draft-note { height: 1fr; padding: 2 4; color: $text-muted; }
    .-narrow DraftsPlace #draft-title { height: 3; padding: 0 1; }
    .-narrow DraftsPlace #draft-compared { height: 3; padding: 0 3; }
    .-narrow DraftsPlace #draft-side { width: 28; }
    .-narrow DraftsPlace #draft-held { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "flip(1)", "Flip", tooltip="Show the next draft at the right"),
        Binding("shift+tab", "flip(-1)", "Flip back", show=False,
                tooltip="Show the draft before at the right"),
        Binding("h", "hold", "Hold", tooltip="Hold the draft at the right, to compare others "
                "with it"),
        Binding("s", "sentences", "Sentences", tooltip="Pick sentences of several drafts into one "
                "text"),
        Binding("r", "redraw", "Redraw", tooltip="Have the passage that stands written anew"),
        Binding("R", "redraft", "Draft anew", tooltip="Have the whole chapter drafted anew, "
                "several times if you like"),
        Binding("u", "undo", "Undo", show=False, tooltip="Take the last change back"),
        Binding("space", "turn(1)", "Page down", show=False, tooltip="Turn the page of the drafts"),
        Binding("b", "turn(-1)", "Page up", show=False, tooltip="Turn the page back"),
    ]  # fmt: skip

    def __init__(self, novel: object) -> None:
        super().__init__(novel)  # type: ignore[arg-type]
        self._drafts: ChapterDrafts | None = None
        self._held = 0
        self._beside: int | None = None
        self._shown = ""
        """Chapter and group that `_held` and `_beside` belong to."""
        self._picking: tuple[int, DraftGroup] | None = None
        """Chapter and group whose sentences are picked."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="draft-all"):
            with Vertical(id="draft-side"):
                yield Static("", id="draft-title")
                yield GroupList(id="draft-groups")
            yield Static("", id="draft-note")
            with Vertical(id="draft-sides"):
                yield Static("", id="draft-compared")
                with Horizontal():
                    yield DraftPane(id="draft-held")
                    yield DraftPane(id="draft-beside")
        yield PickView()

    def on_mount(self) -> None:
        self.query_one("#draft-sides").display = False

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def arrive(self) -> None:
        if not self._is_picking:
            self.query_one(GroupList).focus()

    def reload(self) -> None:
        number = self.novel.chapter
        self.ask(lambda workbench: read_drafts(workbench, self.novel.id, number), self._take)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        own = {"flip", "hold", "sentences", "redraw", "redraft", "undo", "turn"}
        return not (self._is_picking and action in own)

    # Actions

    def action_flip(self, step: int) -> None:
        group = self._group
        if group is None:
            return
        every = self._is_narrow or len(group.drafts) == 1
        choice = range(len(group.drafts)) if every else others_than(group, self._held)
        at = self._held if self._beside is None else self._beside
        later = [each for each in choice if (each > at if step > 0 else each < at)]
        self._beside = (later or choice)[0 if step > 0 else -1]
        self._show()

    def action_hold(self) -> None:
        if self._group is not None and self._beside is not None:
            self._held, self._beside = self._beside, self._held
            self._show()

    def action_turn(self, step: int) -> None:
        for pane in self.query(DraftPane):
            if step > 0:
                pane.page.scroll_page_down(animate=False)
            else:
                pane.page.scroll_page_up(animate=False)

    def action_sentences(self) -> None:
        group = self._group
        if group is None:
            return
        if len([draft for draft in group.drafts if draft.is_usable]) < 2:
            self._explain("There is one draft only. Redraw the passage first, with r.")
            return
        at = self._held if self._beside is None else self._beside
        self._picking = (self._chapter, group)
        self.query_one("#draft-all").display = False
        self.query_one(PickView).display = True
        self.query_one(PickView).begin(group, at)
        self.refresh_bindings()

    def action_redraw(self) -> None:
        group = self._group
        if group is None:
            return
        if group.kind is DraftKind.CHAPTER:
            self.action_redraft()
            return
        if group.paragraphs is None:
            self._explain("The passage was edited since. Mark its paragraphs on the desk, then r.")
            return
        order_redraw(self.app, self.novel, self._chapter, group.paragraphs)

    def action_redraft(self) -> None:
        order_redraft(self.app, self.novel, self._chapter, self._explain)

    def action_undo(self) -> None:
        def take_back(workbench: Workbench) -> str:
            novel = workbench.find(self.novel.id).novel
            return undo_change(workbench.store, novel).change.label

        self.change(take_back, lambda label: self._explain(f"Taken back: {label}"))

    @on(GroupList.Taken)
    def take(self, event: GroupList.Taken) -> None:
        event.stop()
        group = self._group
        if group is None:
            return
        at = self._held if self._beside is None else self._beside
        if at == group.standing:
            self._explain("It stands in the chapter already. Tab shows another draft.")
            return
        number, draft = self._chapter, group.drafts[at]

        def done(told: str) -> None:
            self._shown = ""
            self._explain(f"{told} u takes it back.")

        self.change(
            lambda workbench: take_draft(workbench, self.novel.id, number, group, draft), done
        )

    @on(OptionList.OptionHighlighted, "#draft-groups")
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show()

    @on(PickView.Finished)
    def finish(self, event: PickView.Finished) -> None:
        event.stop()
        text = event.text
        if text is None or self._picking is None:
            self._end_picking()
            return
        number, group = self._picking

        def answered(joining: Joining | None) -> None:
            if joining is not None:
                self._end_picking()
                self._keep(number, group, joining, seam_paragraphs(text))

        where = "the chapter" if group.kind is DraftKind.CHAPTER else group.name.lower()
        self.app.push_screen(JoinDialog(text, where), answered)

    # What is shown

    @property
    def _is_narrow(self) -> bool:
        return self.app.size.width < _NARROW_CELLS

    @property
    def _is_picking(self) -> bool:
        return self._picking is not None

    @property
    def _chapter(self) -> int:
        """The chapter that is shown."""
        return self.novel.chapter if self._drafts is None else self._drafts.chapter

    @property
    def _group(self) -> DraftGroup | None:
        if self._drafts is None:
            return None
        chosen = self.query_one(GroupList).chosen
        return next((each for each in self._drafts.groups if each.id == chosen), None)

    def _take(self, drafts: ChapterDrafts) -> None:
        self._drafts = drafts
        title = Content.assemble(
            (f"Chapter {drafts.chapter}", "bold $primary"),
            ("\n  what        in  drafts", "$text-muted"),
        )
        self.query_one("#draft-title", Static).update(title)
        self.query_one(GroupList).show([(each.id, group_line(each)) for each in drafts.groups])
        has_any = bool(drafts.groups)
        self.query_one("#draft-sides").display = has_any
        self.query_one("#draft-note").display = not has_any
        told = drafts.note or "There are no drafts of this chapter."
        self.query_one("#draft-note", Static).update(
            Content(f"{told}\n\nR drafts the chapter anew, as often as you like.")
        )
        self._show()

    def _show(self) -> None:
        group = self._group
        if group is None or self._drafts is None:
            return
        shown = f"{self._drafts.chapter} {group.id} {len(group.drafts)} {group.standing}"
        if shown != self._shown:
            self._shown = shown
            self._held = group.standing or 0
            others = others_than(group, self._held)
            self._beside = None if not others else others[0]
        held = group.drafts[self._held]
        if self._beside is None:
            self._show_pair(group, None)
            return
        beside = group.drafts[self._beside]
        if len(held.text) + len(beside.text) < _LONG_CHARS:
            self._show_pair(group, marked(held, beside))
            return
        pair = (self._held, self._beside)

        def show(both: MarkedDrafts) -> None:
            if self._group == group and (self._held, self._beside) == pair:
                self._show_pair(group, both)

        self.ask(lambda _: marked(held, beside), show, group="marks")

    def _show_pair(self, group: DraftGroup, both: MarkedDrafts | None) -> None:
        at = self._held if self._beside is None else self._beside
        held, beside = group.drafts[self._held], group.drafts[at]
        lines = max(head_lines(held), head_lines(beside))
        self._fill("#draft-held", group, self._held, both.held if both else plain(held), lines)
        self._fill("#draft-beside", group, at, both.beside if both else plain(held), lines)
        self.query_one("#draft-beside").display = self._is_narrow or both is not None
        self.query_one("#draft-compared", Static).update(_compared(both, self._is_narrow))

    def _fill(
        self, id: str, group: DraftGroup, at: int, page: Sequence[Paragraph], lines: int
    ) -> None:
        self.query_one(id, DraftPane).show(
            group.drafts[at],
            f"Draft {at + 1} of {len(group.drafts)}",
            page,
            is_standing=at == group.standing,
            head_lines=lines,
        )

    def _keep(
        self, number: int, group: DraftGroup, joining: Joining, seams: tuple[int, int] | None
    ) -> None:
        def keep(workbench: Workbench) -> JoinedKept:
            wanted = seams if joining.smooths else None
            return keep_joined(workbench, self.novel.id, number, group, joining.text, wanted)

        def kept(done: JoinedKept) -> None:
            self._shown = ""
            self._explain(
                f"Your text stands as revision {done.edited.revision.number}. u takes it back."
            )
            if done.seam_paragraphs is not None:
                order_smoothing(self.novel, number, done.seam_paragraphs, done.instruction)

        self.change(keep, kept)

    def _end_picking(self) -> None:
        self._picking = None
        self.query_one(PickView).display = False
        self.query_one("#draft-all").display = True
        self.query_one(GroupList).focus()
        self.refresh_bindings()

    def _explain(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
        else:
            app_of(self).show_error(UsageError(text))


def _compared(both: MarkedDrafts | None, is_narrow: bool) -> Content:
    if both is None:
        return Content("There is one draft only.")
    other = "the one held" if is_narrow else "each other"
    if not both.share_changed:
        return Content(f"The same words as {other}.")
    if both.is_marked:
        return Content(
            f"{100 * both.share_changed:.0f} % of the words differ: they are underlined."
        )
    return Content("They share hardly a sentence, so nothing is marked.")
