"""The plan: its outline, who is on stage where, and all of it as text. Each save is a version."""

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Static

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError, UsageError
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.plan_editing import Replanned, SeenPlan, plan_anew, restore_plan, see_plan
from novelgen.story.on_stage import StageGrid, StageReader
from novelgen.tui.asking import app_of, carry_out
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.novel.open_novel import OpenNovel, Spot
from novelgen.tui.places.place import Place
from novelgen.tui.places.plan.arranging import (
    Arrangement,
    deleted,
    merged,
    moved,
    new_beat_at,
    new_chapter_at,
    split,
)
from novelgen.tui.places.plan.document_view import DocumentView
from novelgen.tui.places.plan.items import Item, ItemKind
from novelgen.tui.places.plan.outline_view import OutlineView
from novelgen.tui.places.plan.reading import PlanVersion, read_plan, read_versions, save_plan, told
from novelgen.tui.places.plan.stage_view import StageView
from novelgen.tui.places.plan.versions_dialog import PlanVersions
from novelgen.tui.run.news import RunNews
from novelgen.tui.widgets.section_bar import SectionBar

_OUTLINE, _STAGE, _DOCUMENT = "Outline", "On stage", "As text"
_IDS = {_OUTLINE: "plan-outline", _STAGE: "plan-stage", _DOCUMENT: "plan-document"}
_NOW, _LATER = "now", "later"
_NO_PLAN = "There is no plan yet. Enter makes one: parts, chapters and beats, for you to change."


class PlanPlace(Place):
    """The plan."""

    NAME = "Plan"
    PURPOSE = "Read and change the plan: parts, chapters, beats, and how many words each gets"
    SCOPED_CSS = False
    DEFAULT_CSS = """
    PlanPlace { layout: vertical; }
    PlanPlace SectionBar { margin: 1 0 0 1; }
    PlanPlace #plan-sections { height: 1fr; }
    PlanPlace #plan-none { padding: 1 4; color: $text-muted; }
    PlanPlace.-low SectionBar { margin-top: 0; height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Plan it", show=False, tooltip="Have a plan made"),
        Binding("tab", "section(1)", "Section", tooltip="The next section: outline, who is on "
                "stage where, all of it as text"),
        Binding("n", "new_chapter", "Add chapter", show=False,
                tooltip="Add a chapter behind the chosen one"),
        Binding("b", "new_beat", "Add beat", show=False,
                tooltip="Add a beat behind the chosen one"),
        Binding("e", "document", "As text", tooltip="Change the whole plan as Markdown"),
        Binding("v", "versions", "Versions", tooltip="See earlier versions, and bring one back"),
        Binding("r", "replan", "Replan", tooltip="Forget what is planned from here on, and plan "
                "it anew"),
        Binding("K,shift+up", "move(-1)", "Move up", show=False, key_display="K",
                tooltip="Move the chapter or beat up"),
        Binding("J,shift+down", "move(1)", "Move down", show=False, key_display="J",
                tooltip="Move the chapter or beat down"),
        Binding("s", "split", "Split", show=False, tooltip="Make the chapter two; the second "
                "begins with the chosen beat"),
        Binding("m", "merge", "Merge", show=False, tooltip="Make the chapter and the next one one"),
        Binding("delete,backspace", "delete", "Delete", show=False, key_display="del",
                tooltip="Delete the chapter or beat"),
        Binding("g", "read", "Read", show=False, tooltip="Go to the text of the chapter"),
        Binding("shift+tab", "section(-1)", "Section before", show=False, tooltip="The section "
                "before"),
    ]  # fmt: skip

    def __init__(self, novel: OpenNovel) -> None:
        super().__init__(novel)
        self._seen: SeenPlan | None = None
        self._chapter = 0
        self._stage = StageReader()
        self._saving = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield SectionBar((_OUTLINE, _STAGE, _DOCUMENT))
        yield Static(_NO_PLAN, id="plan-none")
        with ContentSwitcher(initial=_IDS[_OUTLINE], id="plan-sections"):
            yield OutlineView()
            yield StageView()
            yield DocumentView()

    def on_mount(self) -> None:
        self.query_one("#plan-none").display = False

    def on_resize(self) -> None:
        self.set_class(self.size.height < 24, "-low")

    def arrive(self) -> None:
        view = self._view
        view.arrive()

    def reload(self) -> None:
        self.ask(lambda workbench: read_plan(workbench, self.novel.id), self._take)

    def hear(self, news: RunNews) -> None:
        picture = self.novel.picture
        self._outline.show_live(picture.chapter if picture.is_writing else 0)

    def unsaved(self) -> str:
        for document in self.query(DocumentView):
            if document.is_changed:
                return "the plan as text"
        return next((outline.unsaved for outline in self.query(OutlineView)), "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "section":
            return not self._outline.is_editing and self._section != _DOCUMENT
        if self._section != _OUTLINE:
            return action not in _OUTLINE_ACTIONS
        return not self._outline.is_editing or action not in _OUTLINE_ACTIONS

    # Actions of the outline

    def action_begin(self) -> None:
        if self._seen is None:
            self.novel.write(RunLimits(plan_only=True))
        else:
            self._outline.action_edit()

    def action_new_chapter(self) -> None:
        if self._seen is not None:
            self._outline.edit(new_chapter_at(self._seen, self._outline.item))

    def action_new_beat(self) -> None:
        item = None if self._seen is None else new_beat_at(self._seen, self._outline.item)
        if item is None:
            self._say("Choose a chapter first, or a beat of it.")
        else:
            self._outline.edit(item)

    def action_move(self, step: int) -> None:
        why = "Choose a chapter or a beat; parts go where their chapters go."
        self._arrange(moved(self._outline.item, step), why)

    def action_split(self) -> None:
        why = "Choose the beat that the second chapter is to begin with."
        self._arrange(split(self._outline.item), why)

    def action_merge(self) -> None:
        self._arrange(merged(self._outline.item), "Choose a chapter first.")

    def action_delete(self) -> None:
        item = self._outline.item
        if item.kind is ItemKind.CHAPTER:
            self._delete_chapter(item)
        else:
            self._arrange(deleted(item), "Choose a chapter or a beat.")

    def action_read(self) -> None:
        number = self._outline.item.chapter
        if number is not None:
            self.novel.go_to("Desk", Spot(number))

    # Actions of the whole plan

    def action_document(self) -> None:
        if self._seen is not None:
            self._show_section(_DOCUMENT)

    def action_section(self, step: int) -> None:
        self._show_section(self.query_one(SectionBar).next_name(step))

    def action_versions(self) -> None:
        def ask_which(versions: tuple[PlanVersion, ...]) -> None:
            if not versions:
                self._say("There is no plan yet.")
                return
            self.app.push_screen(PlanVersions(self.novel.id, versions), self._restore)

        self.ask(lambda workbench: read_versions(workbench, self.novel.id), ask_which, group="old")

    def action_replan(self) -> None:
        seen = self._seen
        if seen is None:
            self.action_begin()
            return
        total = len(seen.document.chapters)
        first = max(self._outline.item.chapter or 1, seen.written + 1)
        if first > total:
            self._say("Every chapter is written. n adds another one.")
            return

        def wished(answer: str | None) -> None:
            if answer is not None:
                self._plan_anew(first, at_once=answer == _NOW)

        which = f"chapter {first}" if first == total else f"chapters {first} to {total}"
        self.app.push_screen(
            Choose(
                f"Plan {which} anew",
                [
                    Choice(_NOW, "Plan them now", "The model that plans begins at once."),
                    Choice(_LATER, "Plan each when it is reached", "By then more is known."),
                ],
                f"What is planned of {which} is forgotten, and planned with other answers than "
                "before. What you gave as an outline stays. The plan as it is stays as a version.",
            ),
            wished,
        )

    # What the sections ask for

    @on(SectionBar.Chosen)
    def go_to_section(self, event: SectionBar.Chosen) -> None:
        event.stop()
        if not self._outline.is_editing and self._seen is not None:
            self._show_section(event.name)

    @on(OutlineView.SaveAsked)
    def save_item(self, event: OutlineView.SaveAsked) -> None:
        event.stop()
        seen, (document, words) = self._seen, event.wanted
        if seen is None:
            return

        def done(replanned: Replanned) -> None:
            self._outline.choose(event.item)
            self._outline.close_form()
            self._say(told(replanned))

        self.change(lambda workbench: save_plan(workbench, seen, document, words), done)

    @on(DocumentView.SaveAsked)
    def save_document(self, event: DocumentView.SaveAsked) -> None:
        event.stop()
        view = self.query_one(DocumentView)

        async def saved() -> None:
            desk = app_of(self).desk
            done = await desk.ask(lambda bench: save_plan(bench, event.seen, event.document))
            view.saved()
            self.novel.has_changed()
            self._say(told(done))

        carry_out(self, saved, group="save", on_error=view.complain)

    @on(DocumentView.Left)
    def leave_document(self, event: DocumentView.Left) -> None:
        event.stop()
        self._show_section(_OUTLINE)

    @on(StageView.Chosen)
    def read_there(self, event: StageView.Chosen) -> None:
        event.stop()
        self.novel.go_to("Desk", Spot(event.chapter, event.paragraph))

    @property
    def _outline(self) -> OutlineView:
        return self.query_one(OutlineView)

    @property
    def _section(self) -> str:
        return self.query_one(SectionBar).chosen

    @property
    def _view(self) -> OutlineView | StageView | DocumentView:
        views: dict[str, type[OutlineView | StageView | DocumentView]] = {
            _OUTLINE: OutlineView,
            _STAGE: StageView,
            _DOCUMENT: DocumentView,
        }
        return self.query_one(views[self._section])

    def _show_section(self, name: str) -> None:
        self.query_one(SectionBar).chosen = name
        self.query_one("#plan-sections", ContentSwitcher).current = _IDS[name]
        self._fill_section()
        self._view.arrive()
        self.screen.refresh_bindings()

    def _fill_section(self) -> None:
        if self._seen is None:
            return
        if self._section == _STAGE:
            self.ask(self._read_stage, self._show_stage, group="stage")
        elif self._section == _DOCUMENT:
            self.query_one(DocumentView).show(self._seen)

    def _take(self, seen: SeenPlan | None) -> None:
        self._seen = seen
        self.query_one("#plan-none").display = seen is None
        self.query_one("#plan-sections").display = seen is not None
        if seen is None:
            self.can_focus = True
            self.focus()
            return
        bar = self.query_one(SectionBar)
        chapters, words = seen.content.structure.total_chapters, seen.content.structure.target_words
        bar.told = f"version {seen.version}: {chapters:,} chapters, {words:,} words"
        picture = self.novel.picture
        live = picture.chapter if picture.is_writing else 0
        self._outline.show(seen, self.novel.chapters, live, self.novel.chapter)
        if self._chapter and self._chapter != self.novel.chapter:
            self._outline.choose_chapter(self.novel.chapter)
        self._chapter = self.novel.chapter
        self._fill_section()
        if self.has_focus:
            self.can_focus = False
            self.arrive()

    def _read_stage(self, workbench: Workbench) -> StageGrid:
        with workbench.store.reading() as work:
            return self._stage.read(work, work.novels.get(self.novel.id).active_branch_id)

    def _show_stage(self, grid: StageGrid) -> None:
        self.query_one(StageView).show(grid, self.novel.chapter)

    def _arrange(self, wanted: Arrangement | None, why_not: str = "") -> None:
        """Change the plan as it is when the turn comes; one change after the other."""
        if wanted is None or self._seen is None:
            self._say(why_not)
            return
        outline = self._outline
        outline.choose(wanted.item)

        def work(workbench: Workbench) -> Replanned:
            seen = see_plan(workbench.store, workbench.find(self.novel.id).novel)
            return save_plan(workbench, seen, wanted.changed(seen.document, seen.written))

        async def saved() -> None:
            async with self._saving:
                done = await app_of(self).desk.ask(work)
            self.novel.has_changed()
            self._say(f"{told(done)} {wanted.hint}".strip())

        def refused(error: NovelgenError) -> None:
            outline.forget_choice()
            if isinstance(error, UsageError):
                self._say(f"{error.message} {error.remedy}".strip())
            else:
                app_of(self).show_error(error)

        carry_out(self, saved, group="rearrange", is_exclusive=False, on_error=refused)

    def _delete_chapter(self, item: Item) -> None:
        if self._seen is None:
            return
        title = self._seen.document.chapters[item.number - 1].title or "not planned yet"

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._arrange(deleted(item))

        question = f"“{title}” goes from the plan; the other chapters share its words."
        self.app.push_screen(
            Confirm(f"Delete chapter {item.number}", question, "Delete", "Keep"), answered
        )

    def _restore(self, version: int | None) -> None:
        if version is None:
            return

        def restored(workbench: Workbench) -> Replanned:
            seen = see_plan(workbench.store, workbench.find(self.novel.id).novel)
            return restore_plan(workbench.store, seen, version)

        self.change(restored, lambda done: self._say(told(done)))

    def _plan_anew(self, first: int, *, at_once: bool) -> None:
        def anew(workbench: Workbench) -> Replanned:
            seen = see_plan(workbench.store, workbench.find(self.novel.id).novel)
            return plan_anew(workbench.store, seen, first)

        def done(replanned: Replanned) -> None:
            self._say(told(replanned))
            if at_once:
                self.novel.write(RunLimits(plan_only=True))

        self.change(anew, done)

    def _say(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)


_OUTLINE_ACTIONS = frozenset(
    {"begin", "new_chapter", "new_beat", "move", "split", "merge", "delete", "read", "document",
     "replan", "versions"}
)  # fmt: skip
