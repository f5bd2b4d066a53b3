"""Goes from place to place of an open novel; each place is made when it is gone to first."""

from collections.abc import Callable, Sequence

from textual.screen import Screen
from textual.widget import AwaitMount
from textual.widgets import ContentSwitcher

from novelgen.tui.asking import carry_out
from novelgen.tui.novel.open_novel import OpenNovel
from novelgen.tui.places.place import Place
from novelgen.tui.places.registry import PlaceEntry

_GROUP = "go"


class Going:
    """The ways to the places of a screen. The last wish counts, however long a place takes."""

    def __init__(
        self,
        screen: Screen[None],
        novel: OpenNovel,
        entries: Sequence[PlaceEntry],
        show: Callable[[Place], None],
    ) -> None:
        """`show` is told of the place where the person arrives, once all of it is there."""
        self._screen = screen
        self._novel = novel
        self._kinds = {entry.place.NAME: entry.place for entry in entries}
        self._show = show
        self._made: dict[str, tuple[Place, AwaitMount]] = {}
        self._ready: set[str] = set()

    def go(self, name: str) -> None:
        """Go to the place called so."""
        self._screen.workers.cancel_group(self._screen, _GROUP)
        if name not in self._made:
            made = self._kinds[name](self._novel)
            switcher = self._screen.query_one("#places", ContentSwitcher)
            self._made[name] = made, switcher.mount(made)
        place, mounting = self._made[name]
        if name in self._ready:
            self._show(place)
            return

        async def arrived() -> None:
            await mounting
            self._ready.add(name)
            self._show(place)

        carry_out(self._screen, arrived, group=_GROUP)
