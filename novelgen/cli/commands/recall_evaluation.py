"""`novelgen eval recall`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.path_options import existing_path
from novelgen.cli.seeds import LARGEST_SEED
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.evaluation.recall_model import RecallModel
    from novelgen.evaluation.recall_tasks import RecallTask

_ALL = "all"
# Weeks of reading on a CPU.
_MOST_SEGMENTS = 1_000_000
_MOST_SAMPLES = 10_000


def recall(
    context: typer.Context,
    task: Annotated[
        list[str],
        typer.Option(
            metavar="TASK", help="memorize, detect-and-memorize, reasoning or all; repeatable."
        ),
    ],
    segments: Annotated[
        str, typer.Option(metavar="N,N,...", help="Segments to read before the question.")
    ] = "1,2,4,8,16",
    samples: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=_MOST_SAMPLES, help="Samples at every number of segments."
        ),
    ] = 32,
    model: Annotated[
        str | None,
        typer.Option(metavar="M", help="Another model than the small one made for the tasks."),
    ] = None,
    adapter: Annotated[
        Path | None,
        typer.Option(metavar="A", parser=existing_path, help="The memory adapter of that model."),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=existing_path,
            help="Folder of .md or .txt books as noise; else made-up.",
        ),
    ] = None,
    segment_size: Annotated[
        int, typer.Option(metavar="L", min=1, help="Tokens in a segment.")
    ] = 499,
    batch_size: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=_MOST_SAMPLES, help="Samples read side by side."),
    ] = 32,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png", parser=existing_path, help="Draw the results into a file."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=LARGEST_SEED, help="Draws problems and noise.")
    ] = 0,
    device: Annotated[str | None, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = None,
) -> None:
    """Ask for facts that stand thousands of segments back, from memory alone. Chance is 16.7 %.

    Example: novelgen eval recall --task memorize --segments 1,16,256 --samples 32 --corpus books/
    """
    invocation = invocation_of(context)
    lengths = _read_lengths(segments)
    if (model is None) != (adapter is None):
        raise UsageError(
            "A model and its adapter belong together.", "Give both --model and --adapter."
        )

    tasks = _read_tasks(task)
    if plot is not None:
        from novelgen.evaluation.plot_files import require_plottable

        require_plottable(plot)
    from novelgen.cli.recall_table import recall_table
    from novelgen.cli.step_progress import step_display
    from novelgen.evaluation.recall_document import recall_document
    from novelgen.evaluation.recall_evaluation import RecallPlan, evaluate_recall, require_room
    from novelgen.evaluation.recall_noise import read_noise

    output = invocation.output
    judged = _load(invocation, model, adapter, device)
    require_room(judged, segment_size)
    noise = read_noise(corpus, judged.encode, seed + 1)
    documents, found = [], {}
    for each in tasks:
        plan = RecallPlan(each, lengths, samples, segment_size, batch_size, seed)
        with (
            explained_interrupt(output, "What was not printed is not kept."),
            step_display(output, each.value) as on_progress,
        ):
            found[each] = evaluate_recall(judged, plan, noise, on_progress)
        documents.append(recall_document(plan, found[each]))
        if not output.as_json:
            for line in recall_table(each, found[each]):
                output.data(line)
    if output.as_json:
        output.document(documents[0] if len(documents) == 1 else {"tasks": documents})
    if plot is not None:
        from novelgen.evaluation.recall_plot import plot_recall

        plot_recall(found, plot)
        output.note(f"Plotted in {plot}.")


def _read_lengths(segments: str) -> tuple[int, ...]:
    try:
        lengths = tuple(sorted({int(number) for number in segments.split(",")}))
    except ValueError as error:
        raise UsageError(
            f"--segments {segments!r} is no list of numbers.", "Write it as 1,16,4096."
        ) from error
    if lengths[0] < 1:
        raise UsageError("At least one segment must be read.", "Write it as 1,16,4096.")
    if lengths[-1] > _MOST_SEGMENTS:
        raise UsageError(
            f"--segments asks for {lengths[-1]:,}.", f"Give {_MOST_SEGMENTS:,} at most."
        )
    return lengths


def _read_tasks(names: list[str]) -> "tuple[RecallTask, ...]":
    from novelgen.evaluation.recall_tasks import RecallTask

    known = {task.value: task for task in RecallTask}
    unknown = [name for name in names if name not in known and name != _ALL]
    if unknown:
        raise UsageError(
            f"There is no recall task {unknown[0]!r}.", f"Choose {', '.join(known)} or {_ALL}."
        )
    if _ALL in names:
        return tuple(RecallTask)
    return tuple(dict.fromkeys(known[name] for name in names))


def _load(
    invocation: Invocation, model: str | None, adapter: Path | None, device: str | None
) -> "RecallModel":
    from novelgen.bootstrap import dtype_of
    from novelgen.config import load_settings
    from novelgen.evaluation.recall_model import SHIPPED_DIRECTORY, load_recall_model

    settings = load_settings(invocation.paths, invocation.config_file, device=device)
    if model is None or adapter is None:
        if not SHIPPED_DIRECTORY.is_dir():
            raise UsageError(
                "The small backbone for these tasks does not come with this version.",
                "Make it with novelgen train-recall, and name it with --model and --adapter.",
            )
        # Its gates learned their margins in float32.
        return load_recall_model(device=settings.device, dtype="float32")
    from novelgen.cli.progress import pull_display
    from novelgen.modeling.provisioning import pull
    from novelgen.resident.launch import release_unused

    with pull_display(invocation.output) as on_progress:
        local = pull(model, invocation.paths.models, on_progress)
    release_unused(invocation.paths)
    return load_recall_model(local.directory, adapter, settings.device, dtype_of(settings))
