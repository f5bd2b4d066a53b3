"""Every model that a new novel could be written with, as one list to choose from.

Looks at folders, headers and settings; loads nothing, asks no server and no network. Takes up to
some seconds where a disk is full of models.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.config import Settings
from novelgen.engine.values import SCRIPTED_MODEL, SERVER_PREFIX
from novelgen.paths import Paths

if TYPE_CHECKING:
    from novelgen.modeling.disk_models import DiskModel, RunAs
    from novelgen.modeling.local_models import ModelRecord
    from novelgen.modeling.machine import Machine
    from novelgen.modeling.rough_fit import RoughFit


class ModelSite(Enum):
    """Where a model is; in the order in which they are listed."""

    HERE = "here"
    """Ready to be loaded."""
    ON_DISK = "on disk"
    """Found in a folder of the person or of another program."""
    SERVER = "server"
    TO_FETCH = "to fetch"
    NO_WEIGHTS = "no weights"
    """The scripted engine."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model to choose."""

    id: str
    """What to give as `--model`."""
    name: str
    site: ModelSite
    is_bundled: bool = False
    bytes_on_disk: int = 0
    """Of one to fetch: the download, where it is known."""
    parameters: int = 0
    kept_as: str = ""
    """Its quantisation or precision, where that is known."""
    told: str = ""
    """What it is, in a few words."""
    path: Path | None = None
    """Of the file or folder, where it lies on this machine."""
    fit: "RoughFit | None" = None
    problem: str = ""
    """Why it cannot be used; empty where nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class KnownModels:
    """What there is, the usable before the others."""

    models: tuple[KnownModel, ...]
    is_complete: bool = True
    """Whether all folders were looked through."""

    def named(self, model_id: str) -> KnownModel | None:
        return next((model for model in self.models if model.id == model_id), None)


def known_models(paths: Paths, settings: Settings) -> KnownModels:
    """Everything that can be chosen here."""
    from novelgen.modeling.disk_models import RunAs, find_disk_models
    from novelgen.modeling.local_models import list_models
    from novelgen.modeling.machine import describe_machine

    run_as = RunAs(settings.dtype, settings.quantization, settings.gguf_runtime)
    machine = describe_machine()
    models = [_of_record(record, machine, run_as) for record in list_models(paths.models)]
    found, is_complete = find_disk_models(settings.model_folders, run_as)
    models += [_of_file(model) for model in found]
    models += [
        KnownModel(
            SERVER_PREFIX + name, name, ModelSite.SERVER, told=f"{server.model} at {server.url}"
        )
        for name, server in sorted(settings.servers.items())
    ]
    sites = list(ModelSite)
    models.sort(key=lambda model: (bool(model.problem), sites.index(model.site)))
    return KnownModels(tuple(models), is_complete)


def _of_record(record: "ModelRecord", machine: "Machine", run_as: "RunAs") -> KnownModel:
    from novelgen.modeling.catalog import CATALOG, DEFAULT_MODEL
    from novelgen.modeling.disk_models import look_at_path
    from novelgen.modeling.fit_before_fetch import fit_before_fetch

    site = ModelSite.HERE if record.is_local else ModelSite.TO_FETCH
    fit, problem, kept_as = None, "", ""
    if record.name == SCRIPTED_MODEL:
        site = ModelSite.NO_WEIGHTS
    elif record.directory is not None:
        looked = look_at_path(record.directory, run_as)
        fit, problem, kept_as = looked.fit, looked.problem, looked.quantization
    else:
        fit = fit_before_fetch(record.parameters, machine, run_as.dtype)
    entry = CATALOG.get(record.name)
    download = entry.package.wheel_bytes if entry is not None and entry.package else 0
    return KnownModel(
        id=record.name,
        name=Path(record.name).name if record.name.startswith("/") else record.name,
        site=site,
        is_bundled=record.name == DEFAULT_MODEL,
        bytes_on_disk=record.bytes_on_disk or download,
        parameters=record.parameters,
        kept_as=kept_as,
        told=record.description,
        path=record.directory,
        fit=fit,
        problem=problem,
    )


def _of_file(model: "DiskModel") -> KnownModel:
    told = f"{model.architecture}, in {model.place}" if model.place else model.architecture
    return KnownModel(
        id=str(model.path),
        name=model.name or model.path.name,
        site=ModelSite.ON_DISK,
        bytes_on_disk=model.bytes_on_disk,
        parameters=model.parameters,
        kept_as=model.quantization,
        told=told,
        path=model.path,
        fit=model.fit,
        problem=model.problem,
    )
