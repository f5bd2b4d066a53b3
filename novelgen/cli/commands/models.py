"""`novelgen models`: list, pull, info."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.global_options import EPILOG
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns
from novelgen.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from novelgen.modeling.disk_models import DiskModel
    from novelgen.modeling.local_models import ModelRecord
    from novelgen.modeling.rough_fit import RoughFit
    from novelgen.server_settings import ServerSettings

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

    Looked for in the folders of LM Studio, Ollama, llama.cpp and Hugging Face, and in those of the
    setting `model_folders`. Nothing is loaded; what is said of fit and speed is an estimate.

    Example: novelgen models list
    """
    invocation = invocation_of(context)
    from novelgen.config import load_settings
    from novelgen.engine.values import SERVER_PREFIX
    from novelgen.modeling.disk_models import RunAs, find_disk_models, look_at_path
    from novelgen.modeling.local_models import list_models as known_models

    settings = load_settings(invocation.paths, invocation.config_file)
    run_as = RunAs(settings.dtype, settings.quantization, settings.gguf_runtime)
    records = known_models(invocation.paths.models)
    fits = {
        record.name: look_at_path(record.directory, run_as).fit
        for record in records
        if record.directory is not None
    }
    found, is_complete = find_disk_models(settings.model_folders, run_as)
    servers = sorted(settings.servers.items())
    if invocation.output.as_json:
        known = [
            {**record.as_json(), "fit": fit.as_json() if (fit := fits.get(record.name)) else None}
            for record in records
        ]
        invocation.output.document(
            {
                "models": known,
                "found": [model.as_json() for model in found],
                "search_complete": is_complete,
                "servers": [
                    {"name": SERVER_PREFIX + name, "url": server.url, "model": server.model}
                    for name, server in servers
                ],
            }
        )
        return
    invocation.output.data(_known_table(records, fits, servers))
    if found:
        invocation.output.data()
        invocation.output.data(_found_table(found))
        invocation.output.note("Give the path as --model. `novelgen models info PATH` says more.")
    for folder in settings.model_folders:
        if not folder.is_dir():
            invocation.output.note(f"model_folders: there is no folder {folder}.")
    if not is_complete:
        invocation.output.note(
            "There was more than could be looked through; name folders closer to the models in the "
            "setting model_folders."
        )


def _known_table(
    records: "Sequence[ModelRecord]",
    fits: "Mapping[str, RoughFit | None]",
    servers: "Sequence[tuple[str, ServerSettings]]",
) -> str:
    from novelgen.engine.values import SERVER_PREFIX

    rows = [
        [
            record.name,
            "here" if record.is_local else "not fetched",
            f"{record.bytes_on_disk / 1e6:,.0f} MB" if record.bytes_on_disk else "",
            fit.summary() if (fit := fits.get(record.name)) else "",
            record.license,
            record.description,
        ]
        for record in records
    ]
    rows += [
        [SERVER_PREFIX + name, "server", "", "", "", f"{server.model} at {server.url}"]
        for name, server in servers
    ]
    headers = ["name", "state", "size", "fit", "licence", ""]
    return columns(headers, rows, right=(2,))


def _found_table(found: "Sequence[DiskModel]") -> str:
    rows = [
        [
            model.name,
            model.architecture,
            f"{model.parameters / 1e9:.1f} B" if model.parameters else "",
            model.quantization,
            f"{model.bytes_on_disk / 1e9:.1f} GB",
            f"{model.context_size:,}" if model.context_size else "",
            model.problem or (model.fit.summary() if model.fit else ""),
            model.place,
            str(model.path),
        ]
        for model in found
    ]
    headers = ["found", "family", "weights", "kept as", "size", "context", "fit", "in", "path"]
    return columns(headers, rows, right=(2, 4, 5))


@app.command(epilog=EPILOG)
def pull(context: typer.Context, name: _Name) -> None:
    """Fetch a model and make it ready to load; does nothing when it is here.

    A .gguf file that llama.cpp runs is checked, and stays where it is.

    Example: novelgen models pull smollm2-135m
    """
    invocation = invocation_of(context)
    from novelgen.bootstrap import runtime_of
    from novelgen.cli.progress import pull_display
    from novelgen.config import load_settings
    from novelgen.engine.values import ModelRuntime
    from novelgen.modeling.catalog import resolve
    from novelgen.modeling.llamacpp.provisioning import ready_gguf
    from novelgen.modeling.provisioning import pull as pull_model

    settings = load_settings(invocation.paths, invocation.config_file)
    file = resolve(name).path
    if file is not None and runtime_of(name, settings) is ModelRuntime.LLAMA_CPP:
        with pull_display(invocation.output) as on_progress:
            ready = ready_gguf(file, invocation.paths.models, on_progress)
        if invocation.output.as_json:
            invocation.output.document(ready.as_json())
        else:
            invocation.output.note(f"{file.name} is ready: llama.cpp runs it as it is.")
            invocation.output.data(str(ready.path))
        return
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

    A server is asked for a few words. Exits with 5 for a file that cannot be used.

    Example: novelgen models info smollm2-135m --target-words 100000
    """
    invocation = invocation_of(context)
    from novelgen.bootstrap import fit_of
    from novelgen.config import load_settings
    from novelgen.engine.values import is_server

    if is_server(name):
        _server_info(invocation, name)
        return
    from novelgen.modeling.catalog import SourceKind
    from novelgen.modeling.disk_models import RunAs, look_at_path
    from novelgen.modeling.local_models import model_info
    from novelgen.modeling.shipped_adapters import shipped_adapter_of

    settings = load_settings(invocation.paths, invocation.config_file)
    problem = ""
    known = model_info(name, invocation.paths.models)
    details = {**known.as_json(), "adapter": shipped_adapter_of(known.record.name)}
    if known.record.kind is SourceKind.GGUF and known.path is not None:
        looked = look_at_path(
            known.path, RunAs(settings.dtype, settings.quantization, settings.gguf_runtime)
        )
        details |= {
            "architecture": looked.architecture,
            "parameters": looked.parameters,
            "quantization": looked.quantization,
            "context_size": looked.context_size,
            "bytes_on_disk": looked.bytes_on_disk,
            "is_local": True,
            "problem": looked.problem,
        }
        problem = looked.problem
        fit_json = looked.fit.as_json() if looked.fit else None
        told = looked.fit.sentence() if looked.fit else f"It cannot be used: {looked.problem}."
    else:
        fit = fit_of(known.record.directory, settings, target_words)
        fit_json = fit.as_json() if fit else None
        told = fit.summary() if fit else ""
    if invocation.output.as_json:
        invocation.output.document({**details, "fit": fit_json})
    else:
        _say_details(invocation, details)
        if told:
            invocation.output.data(told)
        elif known.record.is_local is False:
            invocation.output.note(f"Not fetched yet: novelgen models pull {name}")
    if problem:
        raise typer.Exit(ExitCode.MODEL)


def _say_details(invocation: Invocation, details: dict[str, Any]) -> None:
    for key, value in details.items():
        if value not in ("", 0, None, {}):
            shown = (
                f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
            )
            invocation.output.data(f"{key:15} {shown}")


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
