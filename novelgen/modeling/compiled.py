"""Whether compiled decoding can be had here, and for which model.

numba is imported only when an engine is built, and a machine or model it cannot serve falls back
to the plain path: a slower novel, not a failed one.
"""

import logging
from typing import TYPE_CHECKING

from novelgen.modeling.recurrent import RecurrentLM

if TYPE_CHECKING:
    import torch

    from novelgen.modeling.choosing import ChoiceRules, Chooser
    from novelgen.modeling.fused.decoder import FusedDecoder

_log = logging.getLogger(__name__)


def fused_decoder(model: RecurrentLM, quantization: str) -> "FusedDecoder | None":
    """A fused decoder for a model on a processor; None where it cannot serve.

    `quantization` is int8 or none.
    """
    if model.device.type != "cpu":
        return None
    try:
        from novelgen.modeling.fused.decoder import FusedDecoder
        from novelgen.modeling.fused.packing import Unsupported, WeightFormat
    except ImportError as error:
        _log.warning("no compiled decoding: %s", error)
        return None
    weight_format = WeightFormat.INT8 if quantization == "int8" else WeightFormat.FLOAT32
    try:
        return FusedDecoder(model, weight_format)
    except Unsupported as reason:
        _log.info("no fused decoding for this model: %s", reason)
        return None


def chooser_for(rules: "ChoiceRules", device: "torch.device") -> "Chooser":
    """Who chooses from logits on a device."""
    if device.type == "cpu":
        try:
            from novelgen.modeling.fused.chooser import CompiledChooser
            from novelgen.modeling.fused.team import ThreadTeam
        except ImportError:
            pass
        else:
            return CompiledChooser(rules, ThreadTeam(1))
    from novelgen.modeling.choosing import TorchChooser

    return TorchChooser(rules, device)
