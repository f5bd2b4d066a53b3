"""Typed settings: built-in defaults < configuration file < environment < command-line flags.

The file is TOML (`config.toml` in the configuration directory, or `--config FILE`); an environment
variable is `NOVELGEN_` and the setting's name in capitals. An unknown key or a bad value is an
error that names it.
"""

import os
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from novelgen.errors import UsageError
from novelgen.paths import Paths
from novelgen.server_settings import SERVER_NAME, ServerSettings
from novelgen.setting_mistakes import told

_MAX_FILE_BYTES = 1_000_000


class Settings(BaseSettings):
    """Everything a person may set once instead of with every command."""

    model_config = SettingsConfigDict(
        env_prefix="NOVELGEN_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database_url: str | None = Field(None, description="Database; default a SQLite file.")
    author: str = Field("", max_length=200, description="Author of new novels.")
    legal_name: str = Field(
        "", max_length=200, description="Your name on the title page of a manuscript."
    )
    address: str = Field(
        "", max_length=1000, description="Your address there; a semicolon begins a new line."
    )
    email: str = Field("", max_length=200, description="Your e-mail address there.")
    phone: str = Field("", max_length=200, description="Your telephone number there.")
    page_size: Literal["letter", "a4"] = Field(
        "letter", description="Paper of exports that have pages: US letter, or A4."
    )
    model: str | None = Field(None, description="Model of new novels; default smollm2-135m.")
    planner: str | None = Field(
        None, description="Model that plans new novels and reads them; default the writer's own."
    )
    adapter: str = Field(
        "auto",
        description="Memory adapter of new novels: the model's own (auto), a directory, or none.",
    )
    model_folders: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description="Further folders to look for models in: a list, or paths with the system's "
        "separator between them.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="Where models run.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto", description="Precision of the model."
    )
    quantization: Literal["auto", "int8", "int4", "none"] = Field(
        "auto",
        description="Weights in fewer bits: int8 that draw (auto on a CPU), int8 or int4 of the "
        "model itself elsewhere (never auto), or as the model is (none).",
    )
    placement: Literal["auto", "one", "split", "tensor"] = Field(
        "auto",
        description="One device, split over all GPUs and memory (auto if one GPU is too small), "
        "or shared out by the processes of torchrun (tensor).",
    )
    gguf_runtime: Literal["auto", "llamacpp", "torch"] = Field(
        "auto",
        description="What runs GGUF files: llama.cpp as they are (auto, where it is installed), or "
        "torch once they are converted.",
    )
    gpu_layers: Literal["auto"] | NonNegativeInt = Field(
        "auto",
        description="Layers of a GGUF file that llama.cpp puts on the GPU: as many as fit (auto), "
        "or so many; 0 keeps it on the processor.",
    )
    context_tokens: int = Field(
        8192,
        ge=1024,
        le=1_048_576,
        description="Tokens that llama.cpp attends to at most, where the model knows more.",
    )
    cuda_graphs: bool = Field(
        True, description="Replay whole steps on a CUDA device; false runs them one by one."
    )
    keep_warm_minutes: float = Field(
        10.0,
        ge=0,
        le=10_000,
        description="How long a loaded model stays in memory after its last use; 0 keeps none.",
    )
    reread_when_idle: bool = Field(
        True,
        description="After a change by hand, read the memory again in the background where the "
        "model is loaded and unused; false leaves it until it is needed.",
    )
    snapshots_kept: Literal["keyframes", "all"] = Field(
        "keyframes",
        description="Memory snapshots of finished chapters: the end of each and one now and then "
        "(keyframes), or every one (all).",
    )
    keyframe_interval: int = Field(
        16, ge=1, le=1024, description="Segments between two keyframes within a chapter."
    )
    unattended_chapters: Literal["join", "wait"] = Field(
        "join",
        description="Chapters that a detached run drafts: part of the book at once (join), or only "
        "when they are kept from the inbox (wait).",
    )
    candidates: int = Field(1, ge=1, le=16, description="Texts drawn for every passage.")
    segment_size: int = Field(
        256, ge=32, le=8192, description="Tokens in a memory segment; an adapter brings its own."
    )
    sampling: dict[str, Any] = Field(
        default_factory=dict,
        description="How new novels draw words, by setting; the others are as they are built in.",
    )
    notes_tokens: int = Field(
        256,
        ge=0,
        le=16_384,
        description="Tokens of a brief for the story so far, facts and open promises, together.",
    )
    tail_tokens: int = Field(
        768, ge=32, le=131072, description="Tokens of earlier prose shown to the model verbatim."
    )
    metrics_port: int = Field(
        0, ge=0, le=65_535, description="Port where a run serves metrics for Prometheus; 0: none."
    )
    metrics_host: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=255,
        description="Address to serve metrics at; any but this machine's own is open to others.",
    )
    standstill_minutes: float = Field(
        60.0,
        ge=0,
        le=100_000,
        description="A worker of a fleet that is not heard of for so long ends; 0: never.",
    )
    scripted_tokens_per_second: float = Field(
        0.0,
        ge=0,
        le=1_000_000,
        description="How fast the scripted engine draws, for demonstrations and trials; 0 is as "
        "fast as it can.",
    )
    servers: dict[str, ServerSettings] = Field(
        default_factory=dict,
        description="Servers that speak OpenAI's interface, by name: sections [servers.NAME].",
    )

    @field_validator("servers")
    @classmethod
    def _have_plain_names(cls, servers: dict[str, ServerSettings]) -> dict[str, ServerSettings]:
        if not all(map(SERVER_NAME.fullmatch, servers)):
            raise ValueError("a server's name has small letters, digits, - and _ alone")
        return servers

    @field_validator("model_folders", mode="before")
    @classmethod
    def _split_folders(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [each for each in value.split(os.pathsep) if each.strip()]
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls)
        return (init_settings, env_settings, file)


def load_settings(paths: Paths, config_file: Path | None = None, **flags: Any) -> Settings:
    """The settings in force. Flags that are None are not set.

    Raises `UsageError` for a missing `--config` file, TOML that does not parse, or a bad value.
    """
    file = config_file or paths.config_file
    _require_readable(file, must_exist=config_file is not None)

    class FileSettings(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return FileSettings(**given)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}.", "Mend the file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Check the file.") from error
    except ValidationError as error:
        raise UsageError(
            f"Bad setting. {told(error)}", f"Settings come from flags, the environment and {file}."
        ) from error


def _require_readable(file: Path, *, must_exist: bool) -> None:
    try:
        found = file.stat()
    except FileNotFoundError as error:
        if must_exist:
            raise UsageError(
                f"There is no configuration file {file}.", "Check the path given to --config."
            ) from error
        return
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{file} is not a file.", "Put your settings there, or move it away.")
    if found.st_size > _MAX_FILE_BYTES:
        raise UsageError(
            f"{file} has {found.st_size:,} bytes, and settings take a few hundred.",
            "Check that it is the right file.",
        )
