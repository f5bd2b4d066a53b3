"""The desk: read a chapter, watch it grow, change it, send paragraphs to be written anew."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import OptionList

from novelgen.bootstrap import Workbench
from novelgen.errors import UsageError
from novelgen.generation.editing import Edited, undo_change
from novelgen.generation.events import ChapterBegun
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.passage_locks import lock_passage, standing_locks
from novelgen.tui.asking import app_of, carry_out
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.novel.open_novel import Spot
from novelgen.tui.places.desk.beat_panel import BeatPanel
from novelgen.tui.places.desk.chapter_list import ChapterList
from novelgen.tui.places.desk.machine_panel import MachinePanel
from novelgen.tui.places.desk.prose import page_of
from novelgen.tui.places.desk.reading import DeskChapter, read_desk
from novelgen.tui.places.desk.sitting_down import SittingDown
from novelgen.tui.places.place import Place
from novelgen.tui.run.news import RunNews
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.desk import WritingDesk
from novelgen.tui.writing.opening import OpenedChapter
from storage.records import NovelStatus


class DeskPlace(Place):
    """The desk."""

    NAME = "Desk"
    PURPOSE = "Read and change a chapter, and watch it being written"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Go on", show=False, tooltip="Do what the note at the end says"),
        Binding("e", "edit", "Edit", tooltip="Write the chapter yourself, from here"),
        Binding("v", "read", "Read", show=False, tooltip="Read the novel as a book, from here"),
        Binding("r", "rewrite", "Rewrite", tooltip="Have the marked paragraphs written anew"),
        Binding("R", "redraft", "Redraft", show=False, tooltip="Have the chapter drafted anew"),
        Binding("l", "lock", "Lock", show=False, tooltip="Lock the marked paragraphs, or release"),
        Binding("u", "undo", "Undo", tooltip="Take the last change back"),
        Binding("m", "machine", "Machine", tooltip="Show what the machine is doing"),
        Binding("B", "beat", "The beat", show=False, tooltip="Change the beat in hand"),
        Binding("o", "chapters", "Chapters", show=False, tooltip="Show or hide the chapters"),
        Binding("i", "side", "Beside", show=False, tooltip="Show or hide what stands beside"),
        Binding("f", "follow", "Follow", show=False, tooltip="Go where the book is being written"),
    ]

    def __init__(self, novel: object) -> None:
        super().__init__(novel)  # type: ignore[arg-type]
        self._chapter: DeskChapter | None = None
        self._fresh: dict[int, str] = {}
        """Segments committed since the chapter was read, by position."""
        self._fresh_revision = ""
        self._live = 0
        """The chapter that is being drawn; 0 for none."""
        self._sitting_down = SittingDown(self)
        self._has_looked = False
        """Whether texts were looked for that a sudden end left behind."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ChapterList()
            yield ProsePage(id="prose")
            yield WritingDesk()
            with VerticalScroll(id="desk-side"):
                yield BeatPanel()
                yield MachinePanel()

    def on_mount(self) -> None:
        self.desk.display = False
        self.desk.say = self.explain
        self.desk.words_today_before = lambda: self.novel.words_today
        self.desk.target_words = self._target_words
        self.query_one(MachinePanel).display = False

    def arrive(self) -> None:
        (self.desk.page if self.desk.display else self.query_one(ProsePage)).focus()

    def reload(self) -> None:
        self._read(self._take)
        self._show_chapters()
        if self.desk.display and self.novel.chapter != self.desk.chapter:
            self.desk.leave()

    def _read(self, then: Callable[[DeskChapter], object]) -> None:
        number, target = self.novel.chapter, self._target_words()
        self.ask(
            lambda workbench: read_desk(workbench, self.novel.id, number, target),
            then,
            group="read" if then == self._take else "read-beat",
        )

    def hear(self, news: RunNews) -> None:
        chapter = self._chapter
        for prose in news.prose:
            if chapter is not None and chapter.revision is not None:
                if prose.revision_id != self._fresh_revision:
                    self._fresh_revision, self._fresh = prose.revision_id, {}
                self._fresh[prose.position] = prose.text
        self._go_along(news)
        if news.events or news.has_ended or chapter is None:
            self._show_chapters()
        self._show_prose()
        self._show_side()
        self.query_one(MachinePanel).hear(news)

    @property
    def desk(self) -> WritingDesk:
        return self.query_one(WritingDesk)

    def unsaved(self) -> str:
        return f"chapter {self.desk.chapter}" if self.desk.is_changed else ""

    async def settle(self) -> None:
        await self.desk.settle()

    async def throw_away(self) -> None:
        sitting = self.desk.sitting
        if sitting is not None and sitting.is_changed:
            await app_of(self).desk.ask(lambda _: sitting.discard())

    def _go_along(self, news: RunNews) -> None:
        """Stay where the book grows, unless the person reads elsewhere."""
        page, live = self.query_one(ProsePage), news.page.chapter
        is_new, self._live = live != self._live, live
        if is_new and live == self.novel.chapter:
            page.follow_end()
        begun = [event.number for event in news.events if isinstance(event, ChapterBegun)]
        if begun and page.is_following and self.novel.chapter == begun[-1] - 1:
            self.novel.choose_chapter(begun[-1])

    # Actions

    def action_go_on(self) -> None:
        overview = self.novel.overview
        if overview is None or self.novel.picture.is_busy:
            return
        if not overview.chapters:
            self.novel.write(RunLimits(plan_only=True))
        elif overview.summary.novel.status is not NovelStatus.FINISHED:
            unwritten = [each.number for each in overview.chapters if each.status != "complete"]
            if unwritten:
                self.novel.choose_chapter(unwritten[0])
                self.query_one(ProsePage).follow_end()
                self.novel.write(RunLimits(until_chapter=unwritten[0]))

    def action_edit(self) -> None:
        self._sitting_down.write(self.novel.chapter, self.paragraph)

    def action_read(self) -> None:
        from novelgen.tui.reader.screen import ReaderScreen

        self.app.push_screen(ReaderScreen(self.novel, self.paragraph))

    def action_rewrite(self) -> None:
        selected = self._selected()
        chapter = self._chapter
        if selected is None or chapter is None:
            self.explain("Mark a paragraph first, with j and k or a click; J and K mark more.")
            return
        first, last = selected
        which = f"paragraph {first}" if first == last else f"paragraphs {first} to {last}"

        def wished(instruction: str | None) -> None:
            if instruction is None:
                return
            arguments = ["infill", self.novel.id, "--chapter", str(chapter.number)]
            arguments += ["--paragraphs", f"{first}-{last}"]
            arguments += ["--instruction", instruction] if instruction else []
            self.novel.order(arguments, f"Rewriting {which} of chapter {chapter.number}")

        self.app.push_screen(
            AskLine(
                f"Rewrite {which}",
                "What should be different? Leave it empty for another try.",
                may_be_empty=True,
            ),
            wished,
        )

    def action_redraft(self) -> None:
        number = self.novel.chapter

        def wished(instruction: str | None) -> None:
            if instruction is None:
                return
            arguments = ["regenerate", self.novel.id, "--chapter", str(number)]
            arguments += ["--instruction", instruction] if instruction else []
            self.novel.order(arguments, f"Drafting chapter {number} anew")

        self.app.push_screen(
            AskLine(
                f"Draft chapter {number} anew",
                "What should be different? The text that stands is kept as a revision.",
                may_be_empty=True,
            ),
            wished,
        )

    def action_lock(self) -> None:
        selected, shown = self._selected(), self._chapter
        if selected is None or shown is None:
            self.explain("Mark a paragraph first, with j and k or a click.")
            return
        number = shown.number

        def turn(workbench: Workbench) -> None:
            novel = workbench.find(self.novel.id).novel
            with workbench.store.reading() as work:
                standing = standing_locks(work, novel.active_branch_id)
            here = [
                lock.record.id
                for lock in standing
                if lock.record.chapter == number
                and lock.paragraphs is not None
                and lock.paragraphs[0] <= selected[1]
                and lock.paragraphs[1] >= selected[0]
            ]
            if not here:
                lock_passage(workbench.store, novel, number, *selected)
            with workbench.store.writing() as work:
                for lock_id in here:
                    work.passage_locks.release(novel.active_branch_id, lock_id)

        self.change(turn)

    def action_undo(self) -> None:
        def take_back(workbench: Workbench) -> str:
            novel = workbench.find(self.novel.id).novel
            return undo_change(workbench.store, novel).change.label

        self.change(take_back, lambda label: self.explain(f"Taken back: {label}"))

    def action_beat(self) -> None:
        """Change the beat in hand, or the last one of a chapter that is written."""
        chapter = self._chapter
        if chapter is not None and chapter.beats:
            self._change_beat(chapter)
        else:  # they may have been planned since it was read
            self._read(self._change_beat)

    def _change_beat(self, chapter: DeskChapter) -> None:
        from novelgen.tui.places.plan.beat_editor import BeatEditor

        if not chapter.beats:
            self.explain("The beats of this chapter are planned when writing reaches it.")
            return
        beat = chapter.beat if chapter.beat is not None else len(chapter.beats) - 1
        self.app.push_screen(BeatEditor(self.novel, chapter.number, beat))

    def action_machine(self) -> None:
        panel = self.query_one(MachinePanel)
        panel.display = not panel.display
        self.query_one(BeatPanel).display = not panel.display
        self.remove_class("-no-side")
        self.set_class(panel.display, "-side")
        if panel.display:
            panel.open(self.novel)

    def action_chapters(self) -> None:
        chapters = self.query_one(ChapterList)
        self.toggle_class("-chapters" if self.screen.has_class("-narrow") else "-no-chapters")
        (chapters if chapters.display else self.query_one(ProsePage)).focus()

    def action_side(self) -> None:
        self.toggle_class("-no-side" if self.screen.has_class("-very-wide") else "-side")

    def action_follow(self) -> None:
        live = self.novel.picture.chapter
        if live:
            self.novel.choose_chapter(live)
        self.query_one(ProsePage).follow_end()

    @on(OptionList.OptionSelected, "#chapter-list")
    def choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option.id is not None:
            self.novel.choose_chapter(int(event.option.id))
            self.remove_class("-chapters")
            self.query_one(ProsePage).focus()

    def begin_writing(self, opened: OpenedChapter, paragraph: int, words: str) -> None:
        """The chapter is held: write it; one that is being written is saved first."""

        async def begun() -> None:
            await self.desk.settle()
            self._show_desk(True)
            self.desk.begin(opened, paragraph, words)
            self._spell()

        carry_out(self, begun, group="sit-down", is_exclusive=False)

    def give_up_writing(self) -> None:
        """No chapter is to be written: back to reading, and what was typed ahead is dropped."""
        if self.desk.sitting is None:
            self.desk.page.let_keys_go(drops=True)
            if self.desk.display:
                self._show_desk(False)

    def on_unmount(self) -> None:
        self._sitting_down.close()
        for desk in self.query(WritingDesk):
            if desk.sitting is not None:  # what is not saved is in its journal
                desk.sitting.close()

    @on(WritingDesk.Saved)
    def tell_saved(self, event: WritingDesk.Saved) -> None:
        event.stop()
        self.novel.has_changed()
        self.explain(_saved_in_words(event.saved))

    @on(WritingDesk.Left)
    def end_writing(self, event: WritingDesk.Left) -> None:
        event.stop()
        self.explain("" if event.saved is None else _saved_in_words(event.saved))
        chapter = event.chapter + event.step
        if event.step and any(each.number == chapter for each in self.novel.chapters):
            self.novel.choose_chapter(chapter)
            self._sitting_down.write(chapter, 1)
        elif self.desk.sitting is None:
            self.give_up_writing()
            if self.novel.chapter == event.chapter:
                self.novel.spot = Spot(event.chapter, event.paragraph)
        if event.saved is not None and event.saved.is_changed:
            self.novel.has_changed()
        elif not event.step:
            self.reload()

    def _target_words(self) -> int:
        overview = self.novel.chapter_overview
        return 0 if overview is None else overview.target_words

    def _spell(self) -> None:
        """Fetch the words that are known, in the background."""
        self.ask(
            lambda workbench: workbench.spelling.for_novel(self.novel.id),
            self.desk.spelling.know,
            group="spelling",
        )

    def _show_desk(self, shown: bool) -> None:
        page = self.query_one(ProsePage)
        self.desk.display, page.display = shown, not shown
        (self.desk.page if shown else page).focus()

    @property
    def paragraph(self) -> int:
        """The paragraph that is marked, or the first in sight; 0 is the title."""
        page = self.query_one(ProsePage)
        return page.first_in_sight() if page.cursor is None else page.cursor

    def _selected(self) -> tuple[int, int] | None:
        """First and last marked paragraph, from 1."""
        return self.query_one(ProsePage).selection  # the title is paragraph 0 of the page

    def _take(self, chapter: DeskChapter) -> None:
        is_other = self._chapter is None or self._chapter.number != chapter.number
        self._chapter = chapter
        revision = chapter.revision
        if revision is None or revision.id != self._fresh_revision:
            self._fresh = {}
            self._fresh_revision = "" if revision is None else revision.id
        else:
            read = revision.num_segments
            self._fresh = {at: text for at, text in self._fresh.items() if at >= read}
        self._show_prose(keeps_place=not is_other)
        self._show_side()
        self.query_one(MachinePanel).look_if_elsewhere()
        if not self._has_looked:
            self._has_looked = True
            self._sitting_down.look_for_recovered()
        spot = self.novel.spot
        lets_go = self.desk.display and self.desk.chapter != chapter.number  # it comes here again
        if spot is not None and spot.chapter == chapter.number and not lets_go:
            self.novel.spot = None
            if spot.writes:
                self._sitting_down.write(spot.chapter, spot.paragraph or 1, spot.words)
            elif self.desk.display and self.desk.chapter == chapter.number:
                self.desk.go_to(spot.paragraph or 1, spot.words)
            elif spot.paragraph is not None:
                self.query_one(ProsePage).go_to(spot.paragraph)
        if is_other and self.novel.picture.chapter == chapter.number:
            self.query_one(ProsePage).follow_end()

    def _show_chapters(self) -> None:
        picture = self.novel.picture
        live = picture.chapter if picture.is_writing else 0
        self.query_one(ChapterList).show(self.novel.chapters, self.novel.chapter, live)

    def _show_prose(self, *, keeps_place: bool = True) -> None:
        chapter = self._chapter
        if chapter is None:
            return
        fresh = "".join(text for _, text in sorted(self._fresh.items()))
        notes = self._notes(chapter)
        page = self.query_one(ProsePage)
        page.show(page_of(chapter, fresh, self.novel.page, notes), keeps_place=keeps_place)

    def _show_side(self) -> None:
        self.query_one(BeatPanel).show(
            self._chapter, self.novel.overview, self.novel.chapter_overview, self.novel.picture
        )

    def _notes(self, chapter: DeskChapter) -> list[str]:
        """What can be done next, where nothing is going on."""
        overview = self.novel.overview
        if overview is None or self.novel.picture.is_busy:
            return []
        if not overview.chapters:
            return ["There is no plan yet. Enter makes one."]
        if overview.summary.totals.words == 0:
            return ["Read the plan (2). Enter writes chapter 1; e lets you write it yourself."]
        if chapter.words == 0:
            return ["This chapter is not written yet. Enter writes the next one."]
        if overview.summary.novel.status is NovelStatus.FINISHED:
            return []
        if chapter.is_complete and chapter.number == overview.summary.totals.chapters:
            return ["Enter writes the next chapter; w writes on to the end of the book."]
        return []

    def explain(self, text: str) -> None:
        """Say something in the line of news."""
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
        else:
            app_of(self).show_error(UsageError(text))


def _saved_in_words(edited: Edited) -> str:
    if not edited.is_changed:
        return "The notes are kept." if edited.has_other_notes else "Nothing was changed."
    told = f"Saved as revision {edited.revision.number}: {edited.revision.words:,} words."
    if edited.words_meanwhile:
        told += f" A run wrote {edited.words_meanwhile:,} words behind it meanwhile."
    if edited.to_check:
        told += f" {edited.to_check} later passages to check."
    return told
