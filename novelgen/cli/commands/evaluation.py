"""`novelgen eval`: what the product promises, measured. Each command is a file of its own."""

import typer

from novelgen.cli.commands import (
    eval_gguf,
    eval_memory,
    eval_norms,
    eval_quality,
    recall_evaluation,
)
from novelgen.cli.global_options import EPILOG

app = typer.Typer(
    add_completion=False,
    help="Measure memory, recall and prose.",
    no_args_is_help=True,
    epilog=EPILOG,
)


@app.callback()
def evaluation() -> None:
    """Measure memory, recall and prose."""


app.command("memory", epilog=EPILOG)(eval_memory.memory)
app.command("recall", epilog=EPILOG)(recall_evaluation.recall)
app.command("quality", epilog=EPILOG)(eval_quality.quality)
app.command("gguf", epilog=EPILOG)(eval_gguf.gguf)
app.command("norms", epilog=EPILOG)(eval_norms.norms)
