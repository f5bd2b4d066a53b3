"""`novelgen bench cowriting`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns

if TYPE_CHECKING:
    from novelgen.bench.co_writing import CoWritingFigures
    from novelgen.bench.rounds import Spread


def cowriting(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[
        int, typer.Option(metavar="K", min=1, help="Chapter with text to go on from.")
    ] = 1,
    words: Annotated[
        int, typer.Option(metavar="N", min=10, max=400, help="Words of a ghost text, at least.")
    ] = 40,
    repeat: Annotated[
        int, typer.Option(metavar="R", min=1, max=200, help="Measurements; medians are shown.")
    ] = 10,
) -> None:
    """How long a person waits for ghost text and rewritings; say, while a run writes the novel.

    The model is given back first where nobody else holds it, so that loading counts once. Nothing
    is saved.

    Example: novelgen bench cowriting 3f2a --chapter 2 --repeat 10
    """
    invocation = invocation_of(context)
    import time

    from novelgen.bench.co_writing import bench_co_writing
    from novelgen.cli.bench_options import say
    from novelgen.cli.interrupts import explained_interrupt
    from novelgen.cli.progress import pull_display
    from novelgen.cli.step_progress import step_display
    from novelgen.errors import NotFoundError
    from novelgen.resident.launch import release_unused

    output = invocation.output
    said: list[str] = []

    def narrate(text: str) -> None:
        said.append(text)
        output.note(text)

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        with workbench.store.reading() as work:
            standing = work.chapters.get(found.active_branch_id, chapter)
            text = "" if standing is None else work.texts.of_revision(standing.revision.id)
        if not text:
            raise NotFoundError(
                f"Chapter {chapter} has no text yet.",
                f"Write it with `novelgen resume {found.id}`.",
            )
        release_unused(workbench.paths)
        begun = time.perf_counter()
        with pull_display(output) as on_pull:
            writer = workbench.co_writing.open(found.id, on_pull, narrate)
        opened = time.perf_counter() - begun
        with (
            explained_interrupt(output, "Nothing is kept of it; fewer --repeat take less time."),
            step_display(output, "Measuring") as on_progress,
        ):
            figures = bench_co_writing(
                writer,
                chapter,
                text,
                words=words,
                repeats=repeat,
                was_warm=any("still loaded" in line for line in said),
                open_seconds=opened,
                on_progress=on_progress,
            )
    say(output, _lines(figures), figures.as_json())


def _lines(figures: "CoWritingFigures") -> Iterator[str]:
    loaded = "found loaded" if figures.was_warm else "loaded"
    yield (
        f"The model was {loaded} in {figures.open_seconds:.1f} s; the first ghost text began "
        f"{figures.cold_first_text:.1f} s after it was asked for."
    )
    yield (
        f"{figures.repeats} ghost texts of {figures.words} words after {figures.prompt_tokens} "
        f"tokens, memory up to {figures.memory_upto or 'nothing'}; {figures.drawn_again} drawn "
        f"again; {figures.waited:.1f} s waited for others in all."
    )
    yield ""
    rows = [
        _row("ghost text, first words", figures.first_text, "s"),
        _row("ghost text, all of it", figures.whole, "s"),
        _row("ghost text, from the first words on", figures.words_per_second, "words/s"),
        _row("another one there, first words", figures.retry_first_text, "s"),
        _row("a sentence rewritten, first words", figures.rewrite_first_text, "s"),
        _row("a sentence rewritten, all of it", figures.rewrite_whole, "s"),
    ]
    yield columns(["", "median", "range", ""], rows, right=(1, 2))


def _row(name: str, spread: "Spread", unit: str) -> list[str]:
    between = f"{spread.lowest:.2f} to {spread.highest:.2f}"
    return [name, f"{spread.median:.2f}", between, unit]
