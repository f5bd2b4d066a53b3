"""The model that is measured: the product's own, adapter merged, as a run loads it."""

from dataclasses import dataclass
from pathlib import Path

from novelgen.modeling.adapter import load_adapter
from novelgen.modeling.backbone import Backbone, writing_dtype
from novelgen.modeling.decoders import decoder_for
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.stepping import Decoder
from novelgen.modeling.tokenization import Tokenization
from novelgen.modeling.torch_engine import tokenization_of
from novelgen.modeling.weight_quantization import stored_bytes
from novelgen.modeling.writing_model import ModelSettings, load_writing_model


@dataclass(frozen=True, slots=True)
class BenchChoice:
    """What is loaded. `adapter_dir` None is a model without memory."""

    directory: Path
    fingerprint: str
    adapter_dir: Path | None
    device: str = "auto"
    dtype: str = "auto"
    quantization: str = "auto"
    cuda_graphs: bool = True
    shape: str | None = None
    """A size with random weights in place of the model; its tokenizer and no memory."""


@dataclass(frozen=True, slots=True)
class BenchModel:
    model: RecurrentLM
    tokenization: Tokenization
    decoder: Decoder
    backbone: Backbone
    quantization: str
    segment_size: int
    weight_bytes: int
    """Bytes of weights that one step reads."""


def load_bench_model(choice: BenchChoice, segment_size: int) -> BenchModel:
    """Load it. Raises as `load_writing_model` and `load_adapter` do."""
    adapter = None
    if choice.adapter_dir is not None:
        adapter = load_adapter(choice.adapter_dir, choice.fingerprint)
        segment_size = adapter.config.segment_size
    settings = ModelSettings(choice.device, choice.dtype, choice.quantization)
    if choice.shape is None:
        backbone, model = load_writing_model(choice.directory, adapter, settings)
    else:
        from novelgen.bench.shapes import random_backbone

        dtype = writing_dtype(choice.device) if choice.dtype == "auto" else choice.dtype
        backbone = random_backbone(choice.shape, choice.directory, choice.device, dtype)
        model = RecurrentLM(backbone.lm)
    decoder, quantization = decoder_for(model, choice.quantization, cuda_graphs=choice.cuda_graphs)
    packed = getattr(decoder, "packed", None)
    weight_bytes = stored_bytes(model.lm)
    return BenchModel(
        model=model,
        tokenization=tokenization_of(backbone),
        decoder=decoder,
        backbone=backbone,
        quantization=quantization,
        segment_size=segment_size,
        weight_bytes=weight_bytes if packed is None else packed.num_bytes,
    )
