"""Asks how long a novel would take, one question at a time, and remembers the answers."""

from collections.abc import Callable

from textual.widget import Widget

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.estimates import WritingEstimate, estimate_writing
from novelgen.bootstrap.known_models import KnownModel
from novelgen.errors import NovelgenError
from novelgen.tui.asking import app_of, ask

_Question = tuple[str, int]


class EstimateKeeper:
    """The estimate for the model and drafts that are chosen now."""

    def __init__(self, widget: Widget, changed: Callable[[], object]) -> None:
        """`changed` is called on the screen's thread when there is an answer."""
        self._widget = widget
        self._changed = changed
        self._answers: dict[_Question, WritingEstimate | None] = {}
        self._wanted: _Question = ("", 0)

    @property
    def current(self) -> WritingEstimate | None:
        """None where it is not known, or not yet."""
        return self._answers.get(self._wanted)

    @property
    def is_asking(self) -> bool:
        return self._wanted not in self._answers

    def ask_for(self, model: KnownModel, candidates: int) -> None:
        """Have this one from now on; an earlier question is of no interest any more."""
        question = self._wanted = (model.id, candidates)
        if question in self._answers:
            return
        config_file = app_of(self._widget).desk.config_file

        def estimate(workbench: Workbench) -> WritingEstimate | None:
            paths, settings = workbench.paths, workbench.settings
            return estimate_writing(paths, settings, model, candidates, config_file)

        def answered(answer: WritingEstimate | None) -> None:
            self._answers[question] = answer
            self._changed()

        def failed(_: NovelgenError) -> None:
            answered(None)

        ask(self._widget, estimate, answered, group="estimate", on_error=failed)
