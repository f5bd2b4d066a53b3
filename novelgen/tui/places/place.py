"""What every place of an open novel is made from."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.widget import Widget

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.tui.asking import ask
from novelgen.tui.run.news import RunNews

if TYPE_CHECKING:
    from novelgen.tui.novel.open_novel import OpenNovel

AnswerT = TypeVar("AnswerT")


class Place(Widget):
    """One place. It is made when it is first gone to, and stays.

    `reload` is called whenever it comes into sight and something has changed since: the novel's
    text, plan or memory, or the chapter at hand.
    """

    NAME: ClassVar[str]
    """As the bar of places shows it."""
    SHORT_NAME: ClassVar[str] = ""
    """The same where there is little room; empty: the name is short."""
    PURPOSE: ClassVar[str]
    """One sentence for the help screen."""

    def __init__(self, novel: "OpenNovel") -> None:
        super().__init__(id=f"place-{type(self).NAME.lower().replace(' ', '-')}")
        self.novel = novel
        self.is_stale = True
        """Whether something has changed since it was loaded last."""

    def reload(self) -> None:
        """Read again what is shown. Does nothing by itself."""

    def arrive(self) -> None:
        """The person has come here: focus what they will use first."""

    def look_again(self) -> None:
        """The person is back from another screen, such as the settings. Does nothing by itself."""

    def hear(self, news: RunNews) -> None:
        """News of a run, while this place is in sight."""

    def unsaved(self) -> str:
        """What was typed here and is not saved, such as "chapter 2"; empty for nothing."""
        return ""

    async def settle(self) -> None:
        """Save what saves itself, before the person goes elsewhere. Raises `NovelgenError`."""

    async def throw_away(self) -> None:
        """The person does not want what is unsaved here."""

    def ask(
        self,
        question: Callable[[Workbench], AnswerT],
        then: Callable[[AnswerT], object] | None = None,
        *,
        group: str = "ask",
        is_exclusive: bool = True,
    ) -> None:
        """Ask the desk; `then` is given the answer. An error becomes a dialog."""
        ask(self, question, then, group=group, is_exclusive=is_exclusive)

    def change(
        self,
        work: Callable[[Workbench], AnswerT],
        then: Callable[[AnswerT], object] | None = None,
        *,
        on_error: Callable[[NovelgenError], object] | None = None,
    ) -> None:
        """Change something of the novel, then let every place know. An error becomes a dialog.

        `on_error` takes the place of the dialog.
        """

        def changed(answer: AnswerT) -> None:
            self.novel.has_changed()
            if then is not None:
                then(answer)

        ask(self, work, changed, group="change", is_exclusive=False, on_error=on_error)
