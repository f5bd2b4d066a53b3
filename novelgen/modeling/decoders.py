"""Which decoder serves a model where it is: fused on a processor, recorded steps on CUDA."""

from novelgen.modeling.compiled import fused_decoder
from novelgen.modeling.fused.families import WEIGHT_KINDS
from novelgen.modeling.graph_decoder import GraphDecoder
from novelgen.modeling.placed_weights import is_shared_out, is_spread
from novelgen.modeling.process_team import AgreeingDecoder
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.stepping import Decoder, PlainDecoder
from novelgen.modeling.weight_quantization import (
    is_quantized,
    quantize_weights,
    require_quantizable,
)


def decoder_for(
    model: RecurrentLM, quantization: str, *, cuda_graphs: bool = True, compiles: bool = True
) -> tuple[Decoder, str]:
    """The fastest decoder that can serve, and the quantisation that holds, as `EngineInfo` says it.

    `quantization` is auto, int8, int4 or none. A model whose weights are quantised already is
    drawn from as it is; int8 on a processor quantises them here where the fused step cannot serve.
    Raises `ModelError` when that needs torchao and it is not installed.
    `compiles` False spares a model that draws little the minute a compiler takes on CUDA.
    """
    is_whole = not is_spread(model.lm)
    if is_whole and model.device.type == "cpu" and not is_quantized(model.lm):
        wanted = "none" if quantization == "none" else "int8"
        fused = fused_decoder(model, wanted)
        if fused is not None:
            return fused, wanted
        if quantization == "int8":
            require_quantizable(quantization, model.device, "")
            quantize_weights(model.lm, quantization)
    held = "none"
    if quantization in WEIGHT_KINDS and is_quantized(model.lm):
        held = f"{quantization}-weights"
    if is_whole and model.device.type == "cuda" and cuda_graphs:
        return GraphDecoder(model, compiles=compiles and held != "none"), held
    return (AgreeingDecoder if is_shared_out(model.lm) else PlainDecoder)(model), held
