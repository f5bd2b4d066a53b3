"""How long a novel would take with a model on this machine, before it is begun.

What is exact needs torch, so it is asked of a process of its own: the one that asks stays small,
and is never held up.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelgen.bootstrap.known_models import KnownModel, ModelSite
from novelgen.config import Settings
from novelgen.errors import ModelError
from novelgen.paths import ENV_MODELS, Paths
from novelgen.runs.detachment import environment_elsewhere

_WORDS = 1_000_000
"""For which hours are asked; they grow evenly with the words."""
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class WritingEstimate:
    """What a novel costs in time."""

    hours_a_word: float
    is_bound: bool = False
    """Whether it takes at least so long: drawing alone was counted."""
    tokens_per_second: float = 0.0

    def hours(self, words: int) -> float:
        return self.hours_a_word * words


def estimate_writing(
    paths: Paths,
    settings: Settings,
    model: KnownModel,
    candidates: int,
    config_file: Path | None = None,
) -> WritingEstimate | None:
    """None where it cannot be known: of a server, of a model to fetch, of one that does not run.

    Takes seconds. Raises `ModelError` when this machine cannot be asked.
    """
    if model.site is ModelSite.NO_WEIGHTS:
        return WritingEstimate(0.0)
    if model.site in (ModelSite.SERVER, ModelSite.TO_FETCH) or model.problem:
        return None
    document = _asked(paths, model.id, candidates, config_file)
    fit = document.get("fit")
    if not isinstance(fit, dict) or not fit.get("tokens_per_second"):
        return None
    speed = float(fit["tokens_per_second"])
    if "hours" in fit:
        is_bound = not fit["speed_is_measured"]
        return WritingEstimate(float(fit["hours"]) / _WORDS, is_bound, speed)
    return _of_drawing(speed, settings.tail_tokens, candidates)


def _of_drawing(speed: float, tail_tokens: int, candidates: int) -> WritingEstimate:
    """Of a file that llama.cpp runs: how fast it reads is not known."""
    from novelgen.modeling.writing_time import writing_seconds

    seconds = writing_seconds(_WORDS, candidates, tail_tokens, speed, None)
    return WritingEstimate(seconds / 3600 / _WORDS, is_bound=True, tokens_per_second=speed)


def _asked(paths: Paths, model: str, candidates: int, config_file: Path | None) -> dict[str, Any]:
    config = [] if config_file is None else ["--config", str(config_file.absolute())]
    question = ["models", "info", model, "--target-words", str(_WORDS), "--json"]
    environment = environment_elsewhere(os.environ) | {
        ENV_MODELS: str(paths.models.absolute()),
        "NOVELGEN_CANDIDATES": str(candidates),
        "PYTHONIOENCODING": "utf-8",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "novelgen", *config, *question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            env=environment,
            check=False,
        )
        document = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise ModelError(
            f"How long {model} takes here could not be found out.",
            f"`novelgen models info {model}` says what is wrong.",
        ) from error
    return document if isinstance(document, dict) else {}
