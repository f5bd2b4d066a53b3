"""De-quantises a GGUF file once, into safetensors and a tokenizer that transformers loads at once.

The work is done by transformers. What comes out is checked before anyone may use it: every weight
of the architecture came from the file, every tensor arrived on disk, every number is finite.
Prints nothing; knows nothing of caches or downloads.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError
from novelgen.modeling.gguf_header import GgufHeader, read_gguf_header
from novelgen.modeling.safetensors_header import CONFIG_NAME, read_tensors

OnFraction = Callable[[float], None]

_CONFIG_DONE, _TENSORS_BEGIN, _MODEL_DONE, _SAVED = 0.22, 0.55, 0.72, 0.78
"""How far the work is at its milestones, as measured on the default model with two cores."""
_GGUF_NAME = "weights.gguf"
_DAMAGED = "Fetch or copy the file again, or choose another model: novelgen models list"
_FAILURES = (ValueError, KeyError, TypeError, NotImplementedError, ImportError, RuntimeError)


@dataclass(frozen=True, slots=True)
class ConvertedModel:
    """What a conversion made."""

    parameters: int
    """Tied weights counted once."""
    dtype: str
    license: str
    architecture: str


def convert_gguf(gguf: Path, destination: Path, on_fraction: OnFraction) -> ConvertedModel:
    """Writes the model in `gguf` to the new directory `destination`.

    Weights keep float32 or float16 where the file has them; quantised ones become bfloat16.
    Raises `ModelError` for an unsupported architecture or a damaged file, `OSError` for the disk.
    """
    from novelgen.modeling.quiet import quiet_libraries

    header = read_gguf_header(gguf)
    with quiet_libraries():
        _require_supported(gguf, header)
        with _isolated(gguf, destination.parent) as folder:
            destination.mkdir()
            _convert(folder, header, destination, on_fraction)
    on_fraction(1.0)
    parameters = sum(entry.parameters for entry in read_tensors(destination).values())
    return ConvertedModel(parameters, header.storage_dtype, header.license, header.architecture)


def save_gguf_tokenizer(gguf: Path, destination: Path) -> None:
    """Writes the tokenizer in `gguf`, without any weights, to the new directory `destination`.

    Raises `ModelError` where transformers cannot read it, `OSError` for the disk.
    """
    from novelgen.modeling.quiet import quiet_libraries

    header = read_gguf_header(gguf)
    with quiet_libraries(), _isolated(gguf, destination.parent) as folder:
        destination.mkdir()
        try:
            _save_tokenizer(folder, header, destination)
        except (*_FAILURES, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the file
            raise ModelError(
                f"The tokenizer of {gguf.name} ({header.architecture}) could not be read: "
                f"{_first_line(error)}",
                _DAMAGED,
            ) from error


def _convert(folder: Path, header: GgufHeader, destination: Path, on_fraction: OnFraction) -> None:
    from safetensors import SafetensorError

    try:
        model = _load(folder, header, on_fraction)
        expected = _save_plain(model, destination)
        del model
        on_fraction(_SAVED)
        _save_tokenizer(folder, header, destination)
    except (*_FAILURES, SafetensorError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the file
        raise ModelError(
            f"The GGUF file ({header.architecture}) could not be converted: {_first_line(error)}",
            _DAMAGED,
        ) from error
    _check_saved(destination, expected)


def _load(folder: Path, header: GgufHeader, on_fraction: OnFraction) -> Any:
    """The de-quantised model, every weight of it taken from the file."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(folder, gguf_file=_GGUF_NAME)
    on_fraction(_CONFIG_DONE)
    span = _MODEL_DONE - _TENSORS_BEGIN
    with _tensors_counted(lambda share: on_fraction(_TENSORS_BEGIN + span * share)):
        model, loading = AutoModelForCausalLM.from_pretrained(
            folder,
            gguf_file=_GGUF_NAME,
            config=config,
            dtype=getattr(torch, header.storage_dtype),
            output_loading_info=True,
            **_unpack_option(),
        )
    on_fraction(_MODEL_DONE)
    absent = sorted({*loading["missing_keys"], *map(str, loading.get("mismatched_keys", ()))})
    if absent:
        raise ModelError(
            f"The GGUF file lacks {len(absent)} of the model's weights, such as {absent[0]}.",
            _DAMAGED,
        )
    return model


def _save_plain(model: Any, destination: Path) -> dict[str, tuple[int, ...]]:
    """Saves `model` as an ordinary one; gives the names and shapes that must be on disk.

    A model read from GGUF refuses to be saved, for it counts as quantised. Its weights are handed
    to a plain model on the meta device, which copies nothing.
    """
    import torch
    from transformers import AutoModelForCausalLM

    config = model.config
    for leftover in ("quantization_config", "_pre_quantization_dtype"):
        if hasattr(config, leftover):
            delattr(config, leftover)
    with torch.device("meta"):
        plain = AutoModelForCausalLM.from_config(config, dtype=model.dtype)
    weights = model.state_dict()
    plain.load_state_dict(weights, assign=True)
    plain.tie_weights()
    if getattr(model, "generation_config", None) is not None:
        plain.generation_config = model.generation_config
    plain.save_pretrained(destination)
    for file in destination.glob("*.safetensors"):  # these are written readable by the owner alone
        shutil.copymode(destination / CONFIG_NAME, file)
    unique = {tensor.data_ptr(): (name, tensor) for name, tensor in reversed(weights.items())}
    return {name: tuple(tensor.shape) for name, tensor in unique.values()}


def _save_tokenizer(folder: Path, header: GgufHeader, destination: Path) -> None:
    """Saves the tokenizer with the special tokens that the file names.

    Some versions of transformers take the wrong ones (5.17 ends a text with the token of its
    beginning).
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=_GGUF_NAME)
    for name, token_id in header.special_ids.items():
        setattr(tokenizer, f"{name}_token", tokenizer.convert_ids_to_tokens(token_id))
    if not tokenizer.encode("a", add_special_tokens=False):
        raise ValueError("its tokenizer encodes nothing")
    tokenizer.save_pretrained(destination)
    if not (destination / "tokenizer.json").is_file():
        raise ValueError("its tokenizer has no fast form")


def _check_saved(directory: Path, expected: dict[str, tuple[int, ...]]) -> None:
    """Every expected tensor is on disk in its shape, and holds finite numbers only."""
    import torch
    from safetensors import safe_open

    saved = read_tensors(directory)
    wrong = [n for n, shape in expected.items() if n not in saved or saved[n].shape != shape]
    if wrong:
        raise ModelError(f"The converted model lacks {wrong[0]}.", _DAMAGED)
    for file in sorted({entry.file for entry in saved.values()}):
        with safe_open(file, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118
                if not bool(torch.isfinite(tensors.get_tensor(name)).all()):
                    raise ModelError(f"The weights {name} are not finite numbers.", _DAMAGED)


def _require_supported(gguf: Path, header: GgufHeader) -> None:
    """Refuses early what transformers cannot read; its own refusal comes after a slow parse."""
    from transformers import modeling_gguf_pytorch_utils as legacy

    known = set(getattr(legacy, "GGUF_SUPPORTED_ARCHITECTURES", ()))
    try:
        from transformers.integrations.gguf.utils import GGUF_ARCHS

        known.update(GGUF_ARCHS)
    except ImportError:
        pass
    known -= {"general", "tokenizer"}
    spellings = {header.architecture, header.architecture.replace("-", "_")}
    spellings.add(header.architecture.replace("moe", "_moe"))
    if known and not known & spellings:
        raise ModelError(
            f"{gguf.name} has the architecture {header.architecture or '(none)'}, which "
            "transformers cannot read from GGUF.",
            f"Use the model's safetensors instead, or a GGUF of: {', '.join(sorted(known))}.",
        )


def _unpack_option() -> dict[str, Any]:
    """Asks for plain weights where transformers could also keep them packed."""
    import transformers

    options = getattr(transformers, "GgufConfig", None)
    return {"quantization_config": options(dequantize=True)} if options is not None else {}


@contextmanager
def _isolated(gguf: Path, scratch: Path) -> Iterator[Path]:
    """A folder that holds nothing but the GGUF, so that no file beside it takes part."""
    folder = scratch / "gguf"
    folder.mkdir()
    link = folder / _GGUF_NAME
    try:
        link.symlink_to(gguf.absolute())
    except OSError:  # Windows without the right to make symbolic links
        try:
            os.link(gguf, link)
        except OSError:
            shutil.copyfile(gguf, link)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _tensors_counted(on_share: OnFraction) -> Iterator[None]:
    """Stands in for the bar that transformers draws over the tensors, and reports instead."""
    from transformers import modeling_gguf_pytorch_utils as legacy

    original = getattr(legacy, "tqdm", None)
    if original is None:
        yield
        return

    def counted(tensors: Iterable[Any], **_: Any) -> Iterator[Any]:
        everything = list(tensors)
        for number, tensor in enumerate(everything, start=1):
            yield tensor
            on_share(number / len(everything))

    legacy.tqdm = counted
    try:
        yield
    finally:
        legacy.tqdm = original


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
