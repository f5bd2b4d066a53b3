"""How widgets ask the desk: the answer comes to a callback on the screen's own thread.

An error is shown as a dialog, never lost and never the end of the program.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar, cast

from textual.dom import DOMNode
from textual.worker import Worker

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.tui.desk import unexpected

if TYPE_CHECKING:
    from novelgen.tui.app import WorkbenchApp

AnswerT = TypeVar("AnswerT")
ONCE = "once"
"""The group of workers that do what must not be done twice."""


def app_of(node: DOMNode) -> "WorkbenchApp":
    """The application that a widget is in."""
    return cast("WorkbenchApp", node.app)


def ask(
    node: DOMNode,
    question: Callable[[Workbench], AnswerT],
    then: Callable[[AnswerT], object] | None = None,
    *,
    group: str = "ask",
    is_exclusive: bool = True,
    on_error: Callable[[NovelgenError], object] | None = None,
) -> Worker[None]:
    """Ask for something and go on; `then` is given the answer while the widget is mounted.

    A later exclusive question of the same widget and group makes an earlier answer void.
    `on_error` takes the place of the dialog.
    """

    async def asked() -> None:
        answer = await app_of(node).desk.ask(question)
        if then is not None and _is_there(node):
            then(answer)

    return carry_out(node, asked, group=group, is_exclusive=is_exclusive, on_error=on_error)


def ask_once(
    node: DOMNode,
    question: Callable[[Workbench], AnswerT],
    then: Callable[[AnswerT], object],
    *,
    on_error: Callable[[NovelgenError], object] | None = None,
) -> None:
    """Ask for what must not be done twice: passed over while an earlier one is not answered."""
    under_way = (worker for worker in node.workers if worker.node is node)
    if not any(worker.group == ONCE and not worker.is_finished for worker in under_way):
        ask(node, question, then, group=ONCE, is_exclusive=False, on_error=on_error)


def _is_there(node: DOMNode) -> bool:
    """Whether a widget is on a screen that is open: one that closes has lost parts already."""
    return node.is_attached and (node is node.app or node.screen in node.app.screen_stack)


def carry_out(
    node: DOMNode,
    work: Callable[[], Awaitable[None]],
    *,
    group: str = "work",
    is_exclusive: bool = True,
    on_error: Callable[[NovelgenError], object] | None = None,
) -> Worker[None]:
    """Run a coroutine as a worker of the widget; what goes wrong is shown."""

    async def guarded() -> None:
        try:
            await work()
        except NovelgenError as error:
            (on_error or app_of(node).show_error)(error)
        except Exception as error:  # noqa: BLE001 - the boundary of every worker; logged
            (on_error or app_of(node).show_error)(unexpected(error))

    return node.run_worker(guarded, group=group, exclusive=is_exclusive, exit_on_error=False)
