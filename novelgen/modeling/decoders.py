"""Which decoder serves a model where it is: fused on a processor, recorded steps on CUDA."""

from novelgen.modeling.compiled import fused_decoder
from novelgen.modeling.graph_decoder import GraphDecoder
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.stepping import Decoder, PlainDecoder


def decoder_for(
    model: RecurrentLM, quantization: str, *, cuda_graphs: bool = True
) -> tuple[Decoder, str]:
    """The fastest decoder that can serve, and the quantisation it draws with (int8 or none).

    `quantization` is auto, int8 or none; it holds where the fused step can serve.
    """
    wanted = "none" if quantization == "none" else "int8"
    if model.device.type == "cuda" and cuda_graphs:
        return GraphDecoder(model), "none"
    fused = fused_decoder(model, wanted)
    return (PlainDecoder(model), "none") if fused is None else (fused, wanted)
