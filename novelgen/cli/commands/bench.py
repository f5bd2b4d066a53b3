"""`novelgen bench`: how fast the product is on this machine. Each command is a file of its own."""

import typer

from novelgen.cli.commands import (
    bench_cowriting,
    bench_decode,
    bench_fleet,
    bench_keys,
    bench_memory,
    bench_storage,
)
from novelgen.cli.global_options import EPILOG

app = typer.Typer(
    add_completion=False, help="Measure speed and size here.", no_args_is_help=True, epilog=EPILOG
)


@app.callback()
def bench() -> None:
    """Measure speed and size here."""


app.command("cowriting", epilog=EPILOG)(bench_cowriting.cowriting)
app.command("decode", epilog=EPILOG)(bench_decode.decode)
app.command("fleet", epilog=EPILOG)(bench_fleet.fleet)
app.command("keys", epilog=EPILOG)(bench_keys.keys)
app.command("memory", epilog=EPILOG)(bench_memory.memory)
app.command("storage", epilog=EPILOG)(bench_storage.storage)
