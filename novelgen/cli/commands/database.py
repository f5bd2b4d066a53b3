"""`novelgen db`."""

import typer

from novelgen.cli.global_options import EPILOG
from novelgen.cli.invocation import invocation_of

app = typer.Typer(
    add_completion=False, help="Look after the database.", no_args_is_help=True, epilog=EPILOG
)


@app.callback()
def database() -> None:
    """Look after the database."""


@app.command(epilog=EPILOG)
def upgrade(context: typer.Context) -> None:
    """Bring the tables of an older version up to date. Make a copy of the file first.

    Example: novelgen db upgrade
    """
    invocation = invocation_of(context)
    from novelgen.bootstrap import upgrade_database
    from novelgen.config import load_settings

    settings = load_settings(
        invocation.paths, invocation.config_file, database_url=invocation.database_url
    )
    revision = upgrade_database(invocation.paths, settings)
    if invocation.output.as_json:
        invocation.output.document({"revision": revision})
    else:
        invocation.output.data(f"The database is at schema {revision}.")
