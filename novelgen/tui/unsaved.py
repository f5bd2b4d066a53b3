"""What a person typed and did not save, and what is being saved, when they want to leave."""

from collections.abc import Sequence
from contextlib import suppress

from textual.app import App
from textual.worker import WorkerError

from novelgen.errors import NovelgenError
from novelgen.tui.asking import ONCE
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.error import ErrorDialog

_GROUPS_THAT_SAVE = frozenset(("change", "save", "rearrange", ONCE))
"""Workers of these groups change a novel."""


async def saves_done(app: App[None]) -> None:
    """Wait for all that is being saved, whether it succeeds or not."""
    for worker in [each for each in app.workers if each.group in _GROUPS_THAT_SAVE]:
        with suppress(WorkerError):
            await worker.wait()


async def may_leave(
    app: App[None], unsaved: Sequence[str], why: Sequence[NovelgenError] = ()
) -> bool:
    """Ask whether what is unsaved may be thrown away; called from a worker.

    `why` something could not be saved is told with it, or by itself.
    """
    if not unsaved:
        for error in why:
            await app.push_screen_wait(ErrorDialog(error))
        return True
    reasons = " ".join([told(unsaved), *(error.message for error in why)])
    question = Confirm("Unsaved changes", reasons, yes="Throw away", no="Go on editing")
    answer: bool | None = await app.push_screen_wait(question)
    return answer is True


def told(unsaved: Sequence[str]) -> str:
    """A sentence on it, such as "Chapter 2 is not saved."."""
    things = " and ".join(unsaved)
    return f"{things[:1].upper()}{things[1:]} {'is' if len(unsaved) == 1 else 'are'} not saved."
