"""`novelgen config`: settings, and where each comes from."""

from typing import Annotated

import typer

from novelgen.cli.global_options import EPILOG
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import NotFoundError

app = typer.Typer(
    help="Settings, and where each comes from.",
    no_args_is_help=True,
    add_completion=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("show", epilog=EPILOG)
def show(context: typer.Context) -> None:
    """Show every setting with its value, where that comes from, and what it is for.

    Example: novelgen config show
    """
    from novelgen.cli.output import columns
    from novelgen.config_sources import settings_in_force

    invocation = invocation_of(context)
    found = settings_in_force(
        invocation.paths, invocation.config_file, database_url=invocation.database_url
    )
    file = invocation.config_file or invocation.paths.config_file
    if invocation.output.as_json:
        settings = [
            {
                "name": each.name,
                "value": each.shown,
                "source": each.source.value,
                "origin": each.origin,
                "default": each.shown_default,
                "variable": each.variable,
                "description": each.description,
            }
            for each in found
        ]
        invocation.output.document({"file": str(file), "settings": settings})
        return
    state = "" if file.is_file() else " (not there yet)"
    invocation.output.note(f"The configuration file is {file}{state}.")
    rows = [[each.name, each.shown, each.source.value, each.description] for each in found]
    invocation.output.data(columns(["setting", "value", "from", "what it is for"], rows))


@app.command("set", epilog=EPILOG)
def set_value(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SETTING", help="As `config show` lists it.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it is to be.")],
) -> None:
    """Change a setting in the configuration file; comments and other settings stay.

    Example: novelgen config set keep_warm_minutes 30
    """
    from novelgen.config_file import change_setting

    invocation = invocation_of(context)
    file = invocation.config_file or invocation.paths.config_file
    change_setting(file, _known(name), value)
    _tell(invocation, name)


@app.command("unset", epilog=EPILOG)
def unset_value(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SETTING", help="As `config show` lists it.")],
) -> None:
    """Take a setting out of the configuration file, so that its default holds again.

    Example: novelgen config unset keep_warm_minutes
    """
    from novelgen.config_file import unset_setting

    invocation = invocation_of(context)
    file = invocation.config_file or invocation.paths.config_file
    if not unset_setting(file, _known(name)):
        invocation.output.note(f"{file} does not set {name}.")
    _tell(invocation, name)


def _known(name: str) -> str:
    """Raises `NotFoundError` for what is no setting."""
    from novelgen.config import Settings

    if name not in Settings.model_fields:
        raise NotFoundError(
            f"There is no setting {name!r}.", "`novelgen config show` lists all of them."
        )
    return name


def _tell(invocation: Invocation, name: str) -> None:
    from novelgen.config_sources import SettingSource, settings_in_force

    found = settings_in_force(
        invocation.paths, invocation.config_file, database_url=invocation.database_url
    )
    setting = next(each for each in found if each.name == name)
    if setting.source in (SettingSource.ENVIRONMENT, SettingSource.FLAG):
        invocation.output.note(f"{setting.origin} wins over the file as long as it is given.")
    if invocation.output.as_json:
        invocation.output.document(
            {"name": name, "value": setting.shown, "source": setting.source.value}
        )
    else:
        invocation.output.data(f"{name}: {setting.shown}")
