"""Brings a Hub repository onto this machine, through huggingface_hub and its own cache.

The local cache comes first, so a model once fetched needs no network. Only config, tokenizer and
safetensors are fetched; a repository without safetensors is refused, and no code of a repository is
ever run. `HF_HUB_OFFLINE`, `HF_HOME`, tokens and endpoints are the person's own settings.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError, NotFoundError
from novelgen.modeling.disk_space import require_space
from novelgen.modeling.safetensors_header import CONFIG_NAME, read_config, weight_files

OnDownload = Callable[[int, int], None]
"""Hears bytes fetched and bytes in total."""

WANTED_FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model-*-of-*.safetensors",
    "model.safetensors.index.json",
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.*",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "spiece.model",
)
_SPARE_BYTES = 64_000_000


def cached_snapshot(hub_id: str) -> Path | None:
    """The complete snapshot of `hub_id` in the local Hub cache, or `None`. No network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        found = snapshot_download(hub_id, allow_patterns=list(WANTED_FILES), local_files_only=True)
        directory = Path(str(found))
        read_config(directory)
        weight_files(directory)
    except (LocalEntryNotFoundError, HFValidationError, ModelError, OSError):
        return None
    return directory


def fetch_snapshot(hub_id: str, on_download: OnDownload) -> Path:
    """The snapshot folder of `hub_id`, fetched if it is not here. Raises `ModelError`."""
    directory = cached_snapshot(hub_id)
    if directory is not None:
        return directory
    with _hub_errors_translated(hub_id), _quiet_log():
        total = _check_before_fetching(hub_id)
        directory = _fetch(hub_id, total, on_download)
    weight_files(directory)
    return directory


def cached_repositories() -> list[str]:
    """Hub ids whose snapshots with config and safetensors are in the local Hub cache."""
    from huggingface_hub import constants

    root = Path(constants.HF_HUB_CACHE)
    found = []
    for folder in sorted(root.glob("models--*--*")):
        snapshots = folder.glob("snapshots/*")
        if any(_is_loadable(snapshot) for snapshot in snapshots):
            found.append("/".join(folder.name.split("--")[1:3]))
    return found


def _is_loadable(snapshot: Path) -> bool:
    return (snapshot / CONFIG_NAME).exists() and any(snapshot.glob("model*.safetensors"))


def _check_before_fetching(hub_id: str) -> int:
    """Bytes still to fetch, after refusing repositories that hold nothing for us."""
    from huggingface_hub import constants

    listing = _list_files(hub_id)
    names = {str(file.filename) for file in listing}
    if CONFIG_NAME not in names:
        raise ModelError(
            f"{hub_id} is not a causal language model: it has no {CONFIG_NAME}.",
            "Choose another repository; GGUF-only ones work as a downloaded .gguf file.",
        )
    if not any(name.endswith(".safetensors") for name in names):
        raise ModelError(
            f"{hub_id} has no safetensors; pickled weights are refused, for loading them can run "
            "code.",
            "Choose a repository that ships safetensors.",
        )
    total = sum(int(file.file_size) for file in listing if file.will_download)
    require_space(Path(constants.HF_HUB_CACHE), total + _SPARE_BYTES, f"fetching {hub_id}")
    return total


def _list_files(hub_id: str) -> Any:
    """What a download would fetch. Raises the reason where the repository cannot be listed."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError

    try:
        return snapshot_download(
            hub_id,
            allow_patterns=list(WANTED_FILES),
            dry_run=True,
            tqdm_class=_silent_bar(0, lambda _done, _total: None),
        )
    except DryRunError as error:
        raise (error.__cause__ or error) from None


def _fetch(hub_id: str, total: int, on_download: OnDownload) -> Path:
    from huggingface_hub import snapshot_download

    found = snapshot_download(
        hub_id, allow_patterns=list(WANTED_FILES), tqdm_class=_silent_bar(total, on_download)
    )
    return Path(str(found))


def _silent_bar(total: int, on_download: OnDownload) -> Any:
    """A progress bar class for huggingface_hub that draws nothing and reports bytes."""
    from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

    class SilentBar(tqdm):  # type: ignore[misc,unused-ignore]
        def __init__(self, *args: Any, **options: Any) -> None:
            self.counts_bytes = options.get("unit") == "B"
            self.counted = 0
            options.pop("name", None)
            options["disable"] = True
            super().__init__(*args, **options)

        def update(self, n: float | None = 1) -> bool | None:
            if self.counts_bytes:
                self.counted += int(n or 0)
                on_download(min(self.counted, total), total)
            return None

    return SilentBar


@contextmanager
def _quiet_log() -> Iterator[None]:
    from huggingface_hub.utils import logging as hub_logging

    verbosity = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        hub_logging.set_verbosity(verbosity)


@contextmanager
def _hub_errors_translated(hub_id: str) -> Iterator[None]:
    from huggingface_hub import errors

    network: type[Exception] = getattr(errors, "HTTPError", ConnectionError)
    try:
        yield
    except errors.GatedRepoError as error:
        raise ModelError(
            f"{hub_id} asks for its licence to be accepted first.",
            "Accept it on the model's page and log in with: hf auth login",
        ) from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise NotFoundError(
            f"The Hub has no model {hub_id} (or it is private).",
            "Check the spelling; short names are listed by: novelgen models list",
        ) from error
    except (
        errors.OfflineModeIsEnabled,
        errors.LocalEntryNotFoundError,
        errors.DryRunError,
        errors.HfHubHTTPError,
        network,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise ModelError(
            f"{hub_id} is not on this machine and the Hub could not be reached "
            f"({type(error.__cause__ or error).__name__}).",
            "Check the network and HF_HUB_OFFLINE, or use a model that needs no Hub: "
            "novelgen models pull smollm2-135m",
        ) from error
