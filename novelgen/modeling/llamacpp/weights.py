"""A GGUF file opened by llama.cpp. Knows nothing of memory or of text."""

import ctypes
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError
from novelgen.modeling.llamacpp.library import forget_errors, last_errors, llama_cpp, offloads

ALL_LAYERS = 999
_DAMAGED = "Fetch the file again, or choose another model: novelgen models list"
_SMALLER = "Choose a smaller quantisation of the model, or put fewer layers on the GPU."


class LlamaWeights:
    """The weights of a GGUF file, loaded once for all contexts."""

    def __init__(self, gguf: Path, gpu_layers: int = 0) -> None:
        """`gpu_layers` is how many layers lie on the GPU, `ALL_LAYERS` for all.

        Raises `ModelError` when llama.cpp cannot load the file, or has no GPU to put layers on.
        """
        self.api: Any = llama_cpp()
        if gpu_layers and not offloads():
            raise ModelError(
                "This build of llama.cpp computes on the processor alone.",
                "Install a build for your GPU (see docs/llamacpp.md), or leave the layers out.",
            )
        settings = self.api.llama_model_default_params()
        settings.n_gpu_layers = gpu_layers
        forget_errors()
        self._pointer = self.api.llama_model_load_from_file(str(gguf).encode(), settings)
        if not self._pointer:
            said = last_errors()
            remedy = _SMALLER if "alloc" in said or "memory" in said else _DAMAGED
            raise ModelError(f"llama.cpp could not load {gguf.name}: {said or 'no reason'}", remedy)
        self.gguf = gguf
        self.gpu_layers = gpu_layers
        self.hidden_size = int(self.api.llama_model_n_embd(self._pointer))
        self.trained_context = int(self.api.llama_model_n_ctx_train(self._pointer))
        self.architecture = self._value("general.architecture")
        self.layers = int(self.api.llama_model_n_layer(self._pointer))
        self.heads = int(self.api.llama_model_n_head(self._pointer))
        self.key_heads = int(self.api.llama_model_n_head_kv(self._pointer))
        is_recurrent = self.api.llama_model_is_recurrent(self._pointer)
        self.can_cut = not (is_recurrent or self.api.llama_model_is_hybrid(self._pointer))
        """Whether a sequence can be cut anywhere. States of recurrent layers cannot."""
        vocabulary = self.api.llama_model_get_vocab(self._pointer)
        self.vocabulary_size = int(self.api.llama_vocab_n_tokens(vocabulary))
        ends = (self.api.llama_vocab_eos(vocabulary), self.api.llama_vocab_eot(vocabulary))
        self.end_ids = frozenset(int(id_) for id_ in ends if id_ >= 0)

    @property
    def pointer(self) -> Any:
        """The library's own. Raises `ModelError` once closed."""
        if self._pointer is None:
            raise ModelError("The model was closed.", "Load it again.")
        return self._pointer

    def load_lora(self, path: Path) -> Any:
        """A LoRA adapter for contexts of these weights.

        Raises `ModelError` when it does not fit.
        """
        forget_errors()
        adapter = self.api.llama_adapter_lora_init(self.pointer, str(path).encode())
        if not adapter:
            raise ModelError(
                f"llama.cpp could not load the LoRA weights: {last_errors() or 'no reason'}",
                "Choose an adapter that was trained for this model.",
            )
        return adapter

    def _value(self, key: str) -> str:
        room = ctypes.create_string_buffer(256)
        length = self.api.llama_model_meta_val_str(self.pointer, key.encode(), room, len(room))
        return room.value.decode("utf-8", "replace") if length >= 0 else ""

    def close(self) -> None:
        """Give the memory back. Contexts must be closed before."""
        if self._pointer is not None:
            self.api.llama_model_free(self._pointer)
            self._pointer = None
