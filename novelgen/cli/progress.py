"""A model being fetched, on stderr: a bar in a terminal, a line for each stage elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from novelgen.cli.output import Output
from novelgen.cli.terminal import is_live_terminal

if TYPE_CHECKING:
    from novelgen.modeling.pull_progress import OnProgress, Progress


@contextmanager
def pull_display(output: Output) -> "Iterator[OnProgress]":
    """A callback for a model being fetched, shown as a bar in a terminal."""
    if not is_live_terminal() or output.is_quiet:
        yield _PullLines(output)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task: Any = None

        def show(progress: "Progress") -> None:
            nonlocal task
            if progress.stage.value == "done":
                return
            if task is None:
                task = bar.add_task("", total=1.0)
            bar.update(task, completed=progress.overall, description=_describe(progress))

        yield show


class _PullLines:
    """One line a stage, for a log or a pipe."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._stage = ""

    def __call__(self, progress: "Progress") -> None:
        if progress.stage.value not in (self._stage, "done"):
            self._stage = progress.stage.value
            self._output.note(_describe(progress))


_STAGES = {
    "wait": "Waiting for another process that fetches the model",
    "download": "Fetching the model",
    "check": "Checking the model",
    "convert": "Converting the model (once)",
    "save": "Saving the model",
}


def _describe(progress: "Progress") -> str:
    text = _STAGES.get(progress.stage.value, progress.stage.value)
    if progress.bytes_total:
        return f"{text}, {progress.bytes_total / 1e6:,.0f} MB"
    return text
