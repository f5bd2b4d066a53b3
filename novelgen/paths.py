"""Where the product keeps its files. Nothing here creates a directory until it is asked for."""

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

ENV_HOME = "NOVELGEN_HOME"
ENV_MODELS = "NOVELGEN_MODELS"


@dataclass(frozen=True, slots=True)
class Paths:
    """The directories of one installation."""

    data: Path
    """Novels: the default SQLite database lives here."""
    cache: Path
    """What can be fetched or computed again."""
    config: Path
    """`config.toml` and the person's own prompt templates."""
    state: Path
    """The log file."""
    models: Path
    """Converted backbones; may be shared between homes."""

    @property
    def database(self) -> Path:
        return self.data / "novelgen.db"

    @property
    def log_file(self) -> Path:
        return self.state / "novelgen.log"

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def personal_dictionary(self) -> Path:
        return self.config / "dictionary.txt"

    @property
    def user_prompts(self) -> Path:
        return self.config / "prompts"


def resolve_paths(home: str | Path | None = None) -> Paths:
    """Directories below `home` (or `NOVELGEN_HOME`), else the platform's own places.

    `NOVELGEN_MODELS` moves the model cache alone, so that several homes can share it.
    """
    root = home or os.environ.get(ENV_HOME)
    if root:
        base = Path(root).expanduser().absolute()
        paths = Paths(
            base / "data", base / "cache", base / "config", base / "state", base / "models"
        )
    else:
        dirs = PlatformDirs("novelgen", appauthor=False)
        cache = Path(dirs.user_cache_dir)
        paths = Paths(
            Path(dirs.user_data_dir),
            cache,
            Path(dirs.user_config_dir),
            Path(dirs.user_state_dir),
            cache / "models",
        )
    shared_models = os.environ.get(ENV_MODELS)
    if shared_models:
        models = Path(shared_models).expanduser().absolute()
        paths = Paths(paths.data, paths.cache, paths.config, paths.state, models)
    return paths
