"""The options that say what a run may spend at servers."""

from typing import Annotated

import typer

BudgetTokens = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Stop once servers took N tokens, in and out (exit code 6)."
    ),
]
BudgetCost = Annotated[
    float | None,
    typer.Option(metavar="X", min=0.0, help="Stop once servers cost X by the prices that are set."),
]
