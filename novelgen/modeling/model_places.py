"""Where other programs keep the models that a person has fetched with them.

LM Studio's folders, Ollama's store, llama.cpp's cache and the Hugging Face hub's, each as its
program lays it out and where its own environment variables move it. Looks at nothing there.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Layout(Enum):
    """How models lie in a folder."""

    PLAIN = "plain"
    """GGUF files, and folders with a config.json."""
    OLLAMA = "ollama"
    """Manifests that name blobs by their digests."""
    HUB = "hub"
    """The Hugging Face hub's cache: its whole repositories are known already, its GGUF are not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that models may lie in."""

    name: str
    """Whose it is."""
    folder: Path
    layout: Layout = Layout.PLAIN


def model_places(
    folders: Sequence[Path], environment: Mapping[str, str], home: Path
) -> tuple[Place, ...]:
    """The folders that a person named, then those of the programs; each once."""
    named = [Place("model_folders", folder.expanduser().absolute()) for folder in folders]
    places: dict[Path, Place] = {}
    for place in [*named, *_programs(environment, home)]:
        places.setdefault(place.folder, place)
    return tuple(places.values())


def _programs(environment: Mapping[str, str], home: Path) -> list[Place]:
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    hugging_face = Path(environment.get("HF_HOME") or cache / "huggingface")
    hub = Path(environment.get("HF_HUB_CACHE") or hugging_face / "hub")
    llama = environment.get("LLAMA_CACHE")
    ollama = environment.get("OLLAMA_MODELS")
    return [
        Place("LM Studio", home / ".lmstudio" / "models"),
        Place("LM Studio", home / ".cache" / "lm-studio" / "models"),
        Place("Ollama", Path(ollama or home / ".ollama" / "models"), Layout.OLLAMA),
        Place("Ollama", Path("/usr/share/ollama/.ollama/models"), Layout.OLLAMA),
        Place("llama.cpp", Path(llama) if llama else _llama_cache(environment, home, cache)),
        Place("Hugging Face", hub, Layout.HUB),
    ]


def _llama_cache(environment: Mapping[str, str], home: Path, cache: Path) -> Path:
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "llama.cpp"
    if sys.platform == "win32" and "LOCALAPPDATA" in environment:
        return Path(environment["LOCALAPPDATA"]) / "llama.cpp"
    return cache / "llama.cpp"
