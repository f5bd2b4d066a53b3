"""The adapters that come with the product: trained weights inside the package.

A shipped adapter has a name with a number, `smollm2-135m-1`. What a novel was written with is
kept under that name, so better weights get a new number. Knows no torch.
"""

from pathlib import Path

from novelgen.errors import NotFoundError
from novelgen.modeling.adapter_config import CONFIG_NAME, parse_adapter_config

_FOLDER = Path(__file__).resolve().parent.parent / "adapters"


def shipped_adapters() -> dict[str, Path]:
    """Directories by name."""
    return {path.parent.name: path.parent for path in sorted(_FOLDER.glob(f"*/{CONFIG_NAME}"))}


def shipped_adapter_of(model: str) -> str | None:
    """The name of the adapter for a model of the catalog, the newest; None without one."""
    names = [
        name
        for name, directory in shipped_adapters().items()
        if parse_adapter_config(directory / CONFIG_NAME).base_model == model
    ]
    return max(names, key=_number, default=None)


def adapter_directory(adapter: str) -> Path:
    """The directory of a shipped adapter's name, or the directory that is named.

    Raises `NotFoundError` when there is no adapter.
    """
    shipped = shipped_adapters()
    directory = shipped.get(adapter) or Path(adapter).expanduser().absolute()
    if not (directory / CONFIG_NAME).is_file():
        names = ", ".join(shipped) or "none"
        raise NotFoundError(
            f"There is no memory adapter {adapter}.",
            f"Give the directory that {CONFIG_NAME} is in, or one that is shipped ({names}).",
        )
    return directory


def _number(name: str) -> int:
    suffix = name.rpartition("-")[2]
    return int(suffix) if suffix.isdecimal() else 0
