"""Leads from an empty library to a first written page: a model, then the form, filled in."""

from collections.abc import Callable

from textual.screen import Screen

from novelgen.bootstrap.known_models import KnownModel, KnownModels, ModelSite
from novelgen.modeling.catalog import DEFAULT_MODEL
from novelgen.tui.library.fetch import FetchModel
from novelgen.tui.library.new_novel import NewNovelScreen, NovelMade
from novelgen.tui.library.pick_model import PickModel
from novelgen.tui.library.welcome import BUNDLED, bundled_of


class FirstNovel:
    """The steps, each a dialog in front of the library; leaving one leaves all."""

    def __init__(
        self,
        screen: Screen[None],
        known: KnownModels | None,
        made: Callable[[NovelMade | None], None],
    ) -> None:
        self._screen = screen
        self._known = known
        self._made = made

    def begin(self, way: str) -> None:
        """With the bundled model, or with one that is chosen."""
        if way == BUNDLED:
            self._with_model(self._bundled())
        else:
            self._screen.app.push_screen(PickModel(self._known), self._with_model)

    def _bundled(self) -> KnownModel:
        found = None if self._known is None else bundled_of(self._known)
        if found is not None:
            return found
        return KnownModel(DEFAULT_MODEL, DEFAULT_MODEL, ModelSite.TO_FETCH, is_bundled=True)

    def _with_model(self, model: KnownModel | None) -> None:
        if model is None:
            return
        if model.site is not ModelSite.TO_FETCH:
            self._fill_in(model.id, self._known)
            return

        def fetched(is_here: bool | None) -> None:
            if is_here:
                self._fill_in(model.id, None)  # the machine is looked at again

        self._screen.app.push_screen(FetchModel(model.id), fetched)

    def _fill_in(self, model_id: str, known: KnownModels | None) -> None:
        self._screen.app.push_screen(NewNovelScreen(model_id, known, is_first=True), self._made)
