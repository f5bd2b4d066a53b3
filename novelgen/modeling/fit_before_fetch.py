"""Whether a model that is not here yet would fit, from the number of its parameters alone.

Rougher than what is told of one that is here: no headers are known, so caches are left out and
speed is not told.
"""

from novelgen.modeling.machine import Machine
from novelgen.modeling.rough_fit import RoughFit, Weights, rough_fit

_BYTES_ON_CARD = 2.0
_BYTES_IN_MEMORY = {"float32": 5.0625, "bfloat16": 3.0625, "float16": 3.0625}
"""Of a parameter: the model's own weights, and the packed copy that draws."""


def fit_before_fetch(parameters: int, machine: Machine, dtype: str) -> RoughFit | None:
    """None where the number of parameters is not known."""
    if not parameters:
        return None
    each = _BYTES_ON_CARD if machine.cards else _BYTES_IN_MEMORY.get(dtype, 5.0625)
    weights = Weights(round(parameters * each), 0.0, 1, 0, 0)
    return _without_speed(rough_fit(weights, machine))


def _without_speed(fit: RoughFit) -> RoughFit:
    return RoughFit(fit.verdict, fit.needed_bytes, fit.available_bytes, fit.where, None, fit.remedy)
