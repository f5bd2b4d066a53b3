"""Begins a novel: a short form. What is left empty the model finds by itself."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus
from textual.widgets import Button, Input, Static, TextArea

from novelgen.bootstrap.known_models import KnownModel, KnownModels, ModelSite, known_models
from novelgen.errors import NovelgenError
from novelgen.generation.novel_context import RunLimits
from novelgen.modeling.catalog import DEFAULT_MODEL
from novelgen.tui.after_typing import after_typing
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.answering import AnsweringScreen
from novelgen.tui.library.estimating import EstimateKeeper
from novelgen.tui.library.fields import Chips, PickedField, Row
from novelgen.tui.library.form_words import heading, hint_for, length_told, model_told, price_told
from novelgen.tui.library.making import SUGGESTED_PREMISE, Answers, make_novel
from novelgen.tui.library.model_words import is_bundled
from novelgen.tui.widgets.keys_footer import KeysFooter

_OPEN = ("", "any")
_ANY_GENRE = "Any: ghost story, family saga …"
_ANY_STYLE = "Any: plain sentences; dry humour … with a ; between them"
_PERSONS = (_OPEN, ("first", "I"), ("third", "she, he"), ("second", "you"))
_TENSES = (_OPEN, ("past", "past"), ("present", "present"))
_SPELLINGS = (_OPEN, ("british", "British"), ("american", "American"))
_DRAFTS = (("1", "1"), ("4", "4, the best is kept"))
_DOES_THE_REST = "Empty: the model finds one"


@dataclass(frozen=True, slots=True)
class NovelMade:
    """A novel that was begun, and how far it is to be written at once."""

    novel_id: str
    limits: RunLimits
    is_introduced: bool = False
    """Whether the person was told what the bundled model is for."""


class NewNovelScreen(AnsweringScreen[NovelMade | None]):
    """The form. Its answer is None when it was left."""

    TITLE = "New novel"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s,f2", "begin", "Begin", key_display="^s F2", priority=True,
            tooltip="Begin the novel: it is planned at once",
        ),
        Binding("escape", "leave", "Leave", tooltip="Back to the library; nothing is begun"),
    ]  # fmt: skip
    CSS_PATH = "new_novel.tcss"

    def __init__(
        self,
        model_id: str = "",
        known: KnownModels | None = None,
        *,
        is_first: bool = False,
    ) -> None:
        """Without `model_id` it is the one of the settings; without `known` it is looked for.

        `is_first`: the person's first novel, which is filled in and written to a page.
        """
        super().__init__()
        self._model_id = model_id
        self._model: KnownModel | None = None
        self._known = known
        self._is_first = is_first
        self._words = Answers().words
        self._is_making = False
        self._estimates = EstimateKeeper(self, self._show_picked)

    def compose(self) -> ComposeResult:
        author = app_of(self).desk.workbench.settings.author
        yield Static(heading(is_first=self._is_first), id="form-head")
        with Horizontal(id="form-body"):
            with VerticalScroll(id="form", can_focus=False):
                yield _row("Title", Input(placeholder=_DOES_THE_REST, id="title", compact=True))
                yield _row("Premise", self._premise())
                yield _row(
                    "Genre",
                    Input(placeholder=_ANY_GENRE, id="genre", compact=True),
                    "-close",
                )
                yield _row(
                    "Style",
                    Input(placeholder=_ANY_STYLE, id="style", compact=True),
                    "-close",
                )
                yield _row("Told by", Chips(_PERSONS, "", "person"), "-close")
                yield _row("Tense", Chips(_TENSES, "", "tense"), "-close")
                yield _row("Spelling", Chips(_SPELLINGS, "", "spelling"))
                yield _row("Length", PickedField(id="length"), "-close")
                yield _row("Model", PickedField(id="model"), "-close")
                yield _row("Drafts", Chips(_DRAFTS, self._drafts(), "drafts"))
                yield _row("Author", Input(author, id="author", compact=True), "-close")
            yield Static("", id="form-side")
        yield Static("", id="hint")
        with Horizontal(id="form-foot"):
            yield Static("", id="price")
            yield Button("Begin", id="begin", variant="primary")
            yield Button("Leave", id="leave")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#begin" if self._is_first else "#title").focus()
        self._show_picked()
        if self._known is not None:
            self._take_known(self._known)
            return
        ask(
            self,
            lambda workbench: known_models(workbench.paths, workbench.settings),
            self._take_known,
            group="known",
        )

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_begin(self) -> None:
        """Fetch the model where it is not here, then make the novel."""
        after_typing(self, self._begin)

    def _begin(self) -> None:
        from novelgen.tui.library.fetch import FetchModel

        if self._is_making:
            return
        model = self._model
        if model is None or model.site is not ModelSite.TO_FETCH:
            self._make()
            return

        def fetched(is_here: bool | None) -> None:
            if is_here:
                self._make()

        self.app.push_screen(FetchModel(model.id), fetched)

    @on(PickedField.Opened, "#length")
    def pick_length(self) -> None:
        from novelgen.tui.library.pick_length import PickLength

        def picked(words: int | None) -> None:
            if words is not None:
                self._words = words
                self._show_picked()

        self.app.push_screen(PickLength(self._words, self._estimates.current), picked)

    @on(PickedField.Opened, "#model")
    def pick_model(self) -> None:
        from novelgen.tui.library.pick_model import PickModel

        def picked(model: KnownModel | None) -> None:
            if model is not None:
                self._model = model
                self._estimate()

        chosen = "" if self._model is None else self._model.id
        self.app.push_screen(PickModel(self._known, chosen), picked)

    @on(Chips.Changed, "#drafts")
    def change_drafts(self) -> None:
        self._estimate()

    @on(Input.Submitted)
    def go_on(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "begin":
            self.action_begin()
        else:
            self.action_leave()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        self._show_hint()

    @property
    def answers(self) -> Answers:
        """What is said so far."""
        return Answers(
            title=self._line("title"),
            premise=self.query_one("#premise", TextArea).text,
            genre=self._line("genre"),
            style=self._line("style"),
            person=self._chosen("person"),
            tense=self._chosen("tense"),
            spelling=self._chosen("spelling"),
            words=self._words,
            model=self._default_model() if self._model is None else self._model.id,
            candidates=int(self._chosen("drafts")),
            author=self._line("author"),
        )

    def _premise(self) -> TextArea:
        return TextArea(
            SUGGESTED_PREMISE if self._is_first else "",
            id="premise",
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder="What is it about? Who wants what, and what stands in the way?\n"
            "Empty: the model invents it",
        )

    def _drafts(self) -> str:
        candidates = app_of(self).desk.workbench.settings.candidates
        return "1" if candidates == 1 else "4"

    def _default_model(self) -> str:
        return self._model_id or app_of(self).desk.workbench.settings.model or DEFAULT_MODEL

    def _line(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _chosen(self, name: str) -> str:
        return self.query_one(f"#{name}", Chips).value

    def _take_known(self, known: KnownModels) -> None:
        self._known = known
        if self._model is None:
            default = self._default_model()
            self._model = known.named(default) or KnownModel(default, default, ModelSite.HERE)
        self._estimate()

    def _estimate(self) -> None:
        """Ask how long it takes; until then the field says so."""
        if self._model is not None:
            self._estimates.ask_for(self._model, int(self._chosen("drafts")))
        self._show_picked()

    def _show_picked(self) -> None:
        estimates = self._estimates
        self.query_one("#length", PickedField).told = length_told(self._words)
        self.query_one("#model", PickedField).told = model_told(self._model)
        self.query_one("#price", Static).update(
            price_told(self._model, estimates.current, self._words, is_asking=estimates.is_asking)
        )
        self._show_hint()

    def _show_hint(self) -> None:
        focused = self.focused
        name = "" if focused is None else focused.id or ""
        hint = hint_for(name, self._model, self._words, is_first=self._is_first)
        self.query_one("#form-side", Static).update(hint.in_full())
        self.query_one("#hint", Static).update(hint.in_short())

    def _make(self) -> None:
        self._is_making = True
        self.query_one("#begin", Button).label = "Making …"
        answers = self.answers
        limits = RunLimits(until_chapter=1) if self._is_first else RunLimits(plan_only=True)
        is_introduced = self._is_first and is_bundled(answers.model)

        def made(novel_id: str) -> None:
            self.dismiss(NovelMade(novel_id, limits, is_introduced))

        ask(
            self,
            lambda workbench: make_novel(workbench, answers),
            made,
            group="make",
            on_error=self._refused,
        )

    def _refused(self, error: NovelgenError) -> None:
        self._is_making = False
        self.query_one("#begin", Button).label = "Begin"
        app_of(self).show_error(error)


def _row(label: str, field: Input | TextArea | Chips | PickedField, classes: str = "") -> Row:
    row = Row(label, field)
    row.add_class("row", *classes.split())
    return row
