"""Whether compiled decoding can be had here, and for which model.

numba is imported only when an engine is built, and a machine or model it cannot serve falls back
to the plain path: a slower novel, not a failed one.
"""

import logging
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from novelgen.engine.values import SamplingParams
from novelgen.modeling.choosing import ChoiceRules, Chooser, TorchChooser
from novelgen.modeling.recurrent import RecurrentLM

if TYPE_CHECKING:
    from novelgen.modeling.fused.decoder import FusedDecoder

_log = logging.getLogger(__name__)


def fused_decoder(model: RecurrentLM, quantization: str) -> "FusedDecoder | None":
    """A fused decoder for a model on a processor; None where it cannot serve.

    `quantization` is int8 or none. One step is computed, so that what a compiler refuses is known
    before a novel depends on it.
    """
    if model.device.type != "cpu" or not has_compiled_samplers():
        return None
    from numba.core.errors import NumbaError

    from novelgen.modeling.fused.decoder import FusedDecoder
    from novelgen.modeling.fused.packing import Unsupported, WeightFormat

    weight_format = WeightFormat.INT8 if quantization == "int8" else WeightFormat.FLOAT32
    try:
        decoder = FusedDecoder(model, weight_format)
        _try_step(decoder, model)
    except Unsupported as reason:
        _log.info("no fused decoding for this model: %s", reason)
        return None
    except NumbaError as error:
        _log.warning("no fused decoding here: %s", error)
        return None
    return decoder


def chooser_for(rules: ChoiceRules, device: torch.device) -> Chooser:
    """Who chooses from logits on a device."""
    if device.type == "cpu" and has_compiled_samplers():
        from novelgen.modeling.fused.chooser import CompiledChooser
        from novelgen.modeling.fused.team import ThreadTeam

        return CompiledChooser(rules, ThreadTeam(1))
    return TorchChooser(rules, device)


@cache
def has_compiled_samplers() -> bool:
    """Whether numba is here and compiles for this processor; tried once, on a choice of two."""
    try:
        from numba.core.errors import NumbaError
    except ImportError as error:
        _log.warning("no compiled decoding: %s", error)
        return False
    try:
        from novelgen.modeling.fused.chooser import CompiledChooser
        from novelgen.modeling.fused.team import ThreadTeam

        nothing = np.zeros(2, np.bool_)
        rules = ChoiceRules(SamplingParams(), nothing, nothing, 0, [], np.zeros((1, 1)))
        CompiledChooser(rules, ThreadTeam(1)).choose(torch.zeros(1, 2), 0)
    except (ImportError, NumbaError, OSError, RuntimeError) as error:
        _log.warning("no compiled decoding here: %s", error)
        return False
    return True


def _try_step(decoder: "FusedDecoder", model: RecurrentLM) -> None:
    with torch.inference_mode():
        stepper = decoder.begin(model.initial_memory(), [0], 1, 2)
        stepper.step([0])
    decoder.forget()
