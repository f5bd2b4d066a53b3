"""What is said of a model in a list and in a form. Words alone; knows no widgets."""

from novelgen.bootstrap.estimates import WritingEstimate
from novelgen.bootstrap.known_models import KnownModel, ModelSite
from novelgen.engine.values import SCRIPTED_MODEL, SERVER_PREFIX
from novelgen.modeling.catalog import DEFAULT_MODEL
from novelgen.modeling.fit import Verdict, duration
from novelgen.modeling.rough_fit import RoughFit

BUNDLED_TOLD = "it shows how novelgen works, not how well a novel can be written"
"""What the bundled model is for, wherever it is introduced."""
BETTER_TOLD = (
    "A better one: any larger model that was made to follow instructions. Put a .gguf file or a "
    "Hugging Face folder on this disk, where those of LM Studio, Ollama and llama.cpp are found by "
    "themselves; or choose one to fetch; or name a server in the settings."
)
_SITES = {
    ModelSite.HERE: "ready",
    ModelSite.ON_DISK: "on this disk",
    ModelSite.SERVER: "server",
    ModelSite.TO_FETCH: "to fetch",
    ModelSite.NO_WEIGHTS: "always ready",
}
_TIMES_A_DAY = 24


def is_bundled(model: str) -> bool:
    """Whether a novel's model is the one that comes with novelgen."""
    return model == DEFAULT_MODEL


def site_in_words(model: KnownModel) -> str:
    """Where it is, and how large."""
    size = model.bytes_on_disk
    return _SITES[model.site] + (f", {_size(size)}" if size else "")


def what_it_is(model: KnownModel) -> str:
    """In a line: size, how it is kept, what it is good for."""
    if model.is_bundled:
        return BUNDLED_TOLD[0].upper() + BUNDLED_TOLD[1:]
    if model.site is ModelSite.NO_WEIGHTS:
        return "No model at all: made-up sentences at once, to try the workbench out"
    facts = [
        f"{model.parameters / 1e9:.1f} billion weights" if model.parameters else "",
        model.kept_as,
        model.told,
    ]
    return ", ".join(fact for fact in facts if fact)


def fit_in_words(model: KnownModel) -> tuple[str, str]:
    """Whether it fits this machine, in a few words, and their colour."""
    if model.problem:
        return f"✗ cannot be used: {model.problem}", "$error"
    if model.fit is None:
        return ("not asked yet", "$text-muted") if model.site is ModelSite.SERVER else ("", "")
    return _verdict(model.fit)


def is_too_large(model: KnownModel) -> bool:
    """Whether it does not fit this machine."""
    return model.fit is not None and model.fit.verdict is Verdict.DOES_NOT_FIT


def model_called(model_id: str) -> str:
    """A novel's model as a person knows it: the end of a path, the name of a server."""
    if model_id.startswith(SERVER_PREFIX) or model_id == SCRIPTED_MODEL:
        return model_id
    name = model_id.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name.removesuffix(".gguf") or model_id


def time_in_words(estimate: WritingEstimate, words: int) -> str:
    """Such as `about 31 h`, `at least 6.3 days`, `at once`."""
    hours = estimate.hours(words)
    if not hours:
        return "at once"
    return f"{'at least' if estimate.is_bound else 'about'} {short_time(hours)}"


def short_time(hours: float) -> str:
    """Such as `12 min`, `31 h`, `6.3 days`."""
    if 10 <= hours < 2 * _TIMES_A_DAY:
        return f"{hours:.0f} h"
    return duration(hours)


def _verdict(fit: RoughFit) -> tuple[str, str]:
    need = f"{_size(fit.needed_bytes)} of {_size(fit.available_bytes)} free"
    if fit.verdict is Verdict.DOES_NOT_FIT:
        return f"✗ does not fit: needs {need}", "$error"
    where = "" if fit.where == "memory" else f" on {fit.where}"
    if fit.where == "split":
        where = " over cards and memory"
    speed = fit.tokens_per_second
    told = "" if speed is None else f", about {float(f'{speed:.2g}'):g} tokens/s"
    if fit.verdict is Verdict.TIGHT:
        return f"! fits{where}, but it is tight: {need}{told}", "$warning"
    return f"✓ fits{where}{told}", "$success"


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
