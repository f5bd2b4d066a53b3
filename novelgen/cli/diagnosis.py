"""Examines an installation: Python, libraries, device, model, database, space. Changes no
novel, model or setting; each finding says what to do about it."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from novelgen.bootstrap import as_novelgen_error, check_server, database_url, fit_of, runtime_of
from novelgen.config import Settings, load_settings
from novelgen.engine.values import SERVER_PREFIX, ModelRuntime, is_server
from novelgen.errors import NovelgenError
from novelgen.paths import Paths

_LIBRARIES = ("torch", "transformers", "peft", "sqlalchemy", "textual", "sentencex")
_MIN_FREE_BYTES = 1_000_000_000


class Severity(StrEnum):
    """How bad a finding is; only a failure makes `doctor` fail."""

    GOOD = "ok"
    WARNING = "warning"
    FAILURE = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    severity: Severity
    subject: str
    text: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "severity": self.severity.value}


def examine(
    paths: Paths, config_file: Path | None = None, database: str | None = None
) -> list[Finding]:
    """All findings, in a fixed order. Never raises for what it is there to find."""
    findings = [_python(), *_libraries()]
    try:
        settings = load_settings(paths, config_file, database_url=database)
        findings.append(Finding(Severity.GOOD, "settings", str(config_file or paths.config_file)))
    except NovelgenError as error:
        return [*findings, Finding(Severity.FAILURE, "settings", error.message, error.remedy)]
    findings += _guarded("database", lambda: _database(paths, settings))
    findings += _guarded("model", lambda: _model(paths, settings))
    for name in sorted(settings.servers):
        findings += _guarded(f"server {name}", partial(_server, paths, settings, name))
    findings += _guarded("space", lambda: _space(paths))
    findings += _guarded("device", lambda: _device(settings))
    findings += _guarded("llama.cpp", _llama_cpp)
    findings += _guarded("exports", _exports)
    findings += _guarded("prompts", lambda: _prompts(paths))
    findings.append(_terminal())
    return findings


def _guarded(subject: str, check: Callable[[], Finding]) -> list[Finding]:
    try:
        return [check()]
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever it meets
        known = as_novelgen_error(error)
        if isinstance(known, NovelgenError):
            return [Finding(Severity.FAILURE, subject, known.message, known.remedy)]
        return [Finding(Severity.FAILURE, subject, f"{type(error).__name__}: {error}")]


def _python() -> Finding:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding(Severity.GOOD, "python", found)


def _libraries() -> Iterator[Finding]:
    for library in _LIBRARIES:
        try:
            yield Finding(Severity.GOOD, library, version(library))
        except PackageNotFoundError:
            remedy = "Install novelgen again: its dependencies are incomplete."
            yield Finding(Severity.FAILURE, library, "is not installed", remedy)


def _database(paths: Paths, settings: Settings) -> Finding:
    from storage.schema import current_revision
    from storage.store import open_store
    from storage.translation import database_name

    url = database_url(paths, settings)
    if url.startswith("sqlite") and not paths.database.exists() and not settings.database_url:
        return Finding(Severity.GOOD, "database", f"{url}, made by the first `novelgen new`")
    with open_store(url, create=False) as store, store.reading() as work:
        novels = len(work.novels.summaries())
    text = f"{database_name(url)}, schema {current_revision(url)}, {novels} novels"
    return Finding(Severity.GOOD, "database", text)


def _model(paths: Paths, settings: Settings) -> Finding:
    from novelgen.modeling.catalog import DEFAULT_MODEL
    from novelgen.modeling.local_models import model_info

    name = settings.model or DEFAULT_MODEL
    if is_server(name):
        if name.removeprefix(SERVER_PREFIX) in settings.servers:
            return Finding(Severity.GOOD, "model", f"{name}, which is looked at as a server")
        checked = check_server(paths, settings, name)
        return Finding(Severity.GOOD, "model", f"{name}: {checked.summary}")
    if runtime_of(name, settings) is ModelRuntime.LLAMA_CPP:
        return _gguf(Path(name), settings)
    record = model_info(name, paths.models).record
    fit = fit_of(record.directory, settings, 50_000)
    if fit is None and not record.is_local:
        remedy = f"The first `novelgen new` fetches it, or: novelgen models pull {name}"
        return Finding(Severity.WARNING, "model", f"{name} is not fetched yet", remedy)
    if fit is None:
        return Finding(Severity.GOOD, "model", f"{name} needs no weights")
    severity = Severity.GOOD if fit.verdict.value == "fits" else Severity.WARNING
    return Finding(severity, "model", f"{name}: {fit.summary()}", fit.remedy)


def _gguf(file: Path, settings: Settings) -> Finding:
    from novelgen.modeling.llamacpp.placing import place

    fit = place(file, settings.gpu_layers, settings.context_tokens).fit
    severity = Severity.GOOD if fit.verdict.value == "fits" else Severity.WARNING
    return Finding(severity, "model", f"{file.name}, by llama.cpp: {fit.told()}", fit.remedy)


def _server(paths: Paths, settings: Settings, name: str) -> Finding:
    checked = check_server(paths, settings, SERVER_PREFIX + name)
    if checked.is_listed is False:
        remedy = "Check model in its section, if novels cannot be written with it."
        text = f"{checked.summary}; it does not list that model"
        return Finding(Severity.WARNING, f"server {name}", text, remedy)
    return Finding(Severity.GOOD, f"server {name}", checked.summary)


def _space(paths: Paths) -> Finding:
    place = paths.data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:,.1f} GB free in {place}"
    if free < _MIN_FREE_BYTES:
        return Finding(Severity.WARNING, "space", text, "Free some space, or set NOVELGEN_HOME.")
    return Finding(Severity.GOOD, "space", text)


def _device(settings: Settings) -> Finding:
    from novelgen.modeling.device import describe_device

    device = describe_device(settings.device)
    memory = f"{device.memory_available_bytes / 1e9:,.1f} GB free"
    return Finding(Severity.GOOD, "device", f"{device.kind.value}: {device.name}, {memory}")


def _llama_cpp() -> Finding:
    from novelgen.modeling.llamacpp.library import llama_cpp_version, offloads, require_llama_cpp

    if llama_cpp_version() is None:
        text = "is not installed; GGUF files are converted for torch (extra llamacpp)"
        return Finding(Severity.GOOD, "llama.cpp", text)
    require_llama_cpp()
    where = "a GPU or the processor" if offloads() else "the processor alone"
    return Finding(Severity.GOOD, "llama.cpp", f"{llama_cpp_version()}, computes on {where}")


def _exports() -> Finding:
    from novelgen.manuscript.formats import FORMATS

    ready, missing = [], []
    for name, kind in FORMATS.items():
        try:
            kind.require()
            ready.append(name)
        except NovelgenError as error:
            missing.append(f"{name} ({error.remedy})")
    text = ", ".join(ready) + (f"; not installed: {', '.join(missing)}" if missing else "")
    return Finding(Severity.GOOD, "exports", text)


def _prompts(paths: Paths) -> Finding:
    from novelgen.prompting.library import broken_templates, shipped_prompts

    broken = broken_templates(paths.user_prompts)
    if broken:
        text = f"templates that do not parse in {paths.user_prompts}: {', '.join(broken)}"
        return Finding(Severity.FAILURE, "prompts", text, "Mend them, or remove them.")

    folder = shipped_prompts()
    count = len(list(folder.glob("*.jinja")))
    if not count:
        remedy = "Install novelgen again: its prompt templates are missing."
        return Finding(Severity.FAILURE, "prompts", f"no templates in {folder}", remedy)
    return Finding(Severity.GOOD, "prompts", f"{count} templates in {folder}")


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "").lower()
    if encoding.replace("-", "") == "utf8":
        return Finding(Severity.GOOD, "terminal", "UTF-8")
    remedy = "Set a UTF-8 locale, or PYTHONUTF8=1."
    return Finding(Severity.WARNING, "terminal", f"its encoding is {encoding or 'unknown'}", remedy)
