"""`novelgen models`: list, pull, info."""

from typing import Annotated

import typer

from novelgen.cli.global_options import EPILOG
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns

app = typer.Typer(
    add_completion=False, help="Language models known here.", no_args_is_help=True, epilog=EPILOG
)

_Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A short name, a Hub id, a model directory, a .gguf file, or a server."
    ),
]


@app.command("list", epilog=EPILOG)
def list_models(context: typer.Context) -> None:
    """List the models of the catalog, those found on this machine, and the servers that are set.

    Example: novelgen models list
    """
    invocation = invocation_of(context)
    from novelgen.config import load_settings
    from novelgen.engine.values import SERVER_PREFIX
    from novelgen.modeling.local_models import list_models as known_models

    records = known_models(invocation.paths.models)
    servers = load_settings(invocation.paths, invocation.config_file).servers
    if invocation.output.as_json:
        listed = [
            {"name": SERVER_PREFIX + name, "url": server.url, "model": server.model}
            for name, server in sorted(servers.items())
        ]
        models = [record.as_json() for record in records]
        invocation.output.document({"models": models, "servers": listed})
        return
    rows = [
        [
            record.name,
            "here" if record.is_local else "not fetched",
            f"{record.bytes_on_disk / 1e6:,.0f} MB" if record.bytes_on_disk else "",
            record.license,
            record.description,
        ]
        for record in records
    ]
    rows += [
        [SERVER_PREFIX + name, "server", "", "", f"{server.model} at {server.url}"]
        for name, server in sorted(servers.items())
    ]
    invocation.output.data(columns(["name", "state", "size", "licence", ""], rows, right=(2,)))


@app.command(epilog=EPILOG)
def pull(context: typer.Context, name: _Name) -> None:
    """Fetch a model and make it ready to load; does nothing when it is here.

    Example: novelgen models pull smollm2-135m
    """
    invocation = invocation_of(context)
    from novelgen.cli.progress import pull_display
    from novelgen.modeling.provisioning import pull as pull_model

    with pull_display(invocation.output) as on_progress:
        model = pull_model(name, invocation.paths.models, on_progress)
    if invocation.output.as_json:
        invocation.output.document(model.as_json())
    else:
        invocation.output.note(f"{model.name} is ready.")
        invocation.output.data(str(model.directory))


@app.command(epilog=EPILOG)
def info(
    context: typer.Context,
    name: _Name,
    target_words: Annotated[
        int, typer.Option(metavar="N", min=1, help="Estimate the time for a novel of N words.")
    ] = 50_000,
) -> None:
    """Show what is known of a model, and whether it fits this machine or its server works.

    A server is asked for a few words.

    Example: novelgen models info smollm2-135m --target-words 100000
    """
    invocation = invocation_of(context)
    from novelgen.bootstrap import fit_of
    from novelgen.config import load_settings
    from novelgen.engine.values import is_server
    from novelgen.modeling.local_models import model_info
    from novelgen.modeling.shipped_adapters import shipped_adapter_of

    if is_server(name):
        _server_info(invocation, name)
        return
    known = model_info(name, invocation.paths.models)
    details = {**known.as_json(), "adapter": shipped_adapter_of(known.record.name)}
    settings = load_settings(invocation.paths, invocation.config_file)
    fit = fit_of(known.record.directory, settings, target_words)
    if invocation.output.as_json:
        document = {**details, "fit": fit.as_json() if fit else None}
        invocation.output.document(document)
        return
    for key, value in details.items():
        if value not in ("", 0, None, {}):
            shown = (
                f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
            )
            invocation.output.data(f"{key:15} {shown}")
    if fit is not None:
        invocation.output.data(fit.summary())
    elif known.record.is_local is False:
        invocation.output.note(f"Not fetched yet: novelgen models pull {name}")


def _server_info(invocation: Invocation, name: str) -> None:
    from novelgen.bootstrap import check_server
    from novelgen.config import load_settings

    settings = load_settings(invocation.paths, invocation.config_file)
    checked = check_server(invocation.paths, settings, name)
    if invocation.output.as_json:
        invocation.output.document(checked.as_json())
        return
    for key, value in checked.as_json().items():
        if key != "models" and value not in ("", None):
            shown = f"{value:,}" if key == "context_size" else value
            invocation.output.data(f"{key:15} {shown}")
    invocation.output.data(f"{'streams':15} yes, an answer in {checked.pieces} pieces")
    if checked.is_listed is False:
        known = ", ".join(checked.models)
        invocation.output.note(f"The server does not list that model; it lists: {known}")
