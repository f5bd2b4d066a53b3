"""The chat formats of the common model families, with tiny tokenizers that have their marks.

Templates here are short ones of our own that write what the published ones write for plain
conversations, tools left out; they refuse and drop what those refuse and drop. Read from the
templates published with Llama 3.2, Qwen2.5, Qwen3, QwQ, Gemma 2 and 3, Mistral 7B, Nemo and Small
3.1, Phi 3.5 and 4, DeepSeek R1 and its distillations, as llama.cpp
collects them (models/templates).
Special tokens, their flags, and whether a text begins with one, are those of the tokenizer
configurations.
"""

from dataclasses import dataclass
from functools import cache

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from novelgen.engine.values import ChatMessage

MESSAGES = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "Write on."),
    ChatMessage("assistant", "Once."),
    ChatMessage("user", "More."),
)


@dataclass(frozen=True)
class ChatFamily:
    """A family's format, and what `MESSAGES` are to look like in it."""

    template: str
    prompt: str
    special: tuple[str, ...]
    """Added as special tokens, the first of them in place of unknown ones."""
    ends: tuple[str, ...]
    """Every one of these ends a text; the first is what ends a turn."""
    bos: str = ""
    adds_bos: bool = False
    """Whether the tokenizer itself puts `bos` before a text."""
    added: tuple[str, ...] = ()
    """Tokens that are added and not called special."""
    written: tuple[str, ...] = ()
    """Marks that the template writes as plain text."""
    is_byte_level: bool = True
    swallows_space: bool = False
    """Whether special tokens take the white space after them along, as Phi 3's do."""


_CHATML_TURNS = (
    "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
)
_CHATML_PROMPT = (
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWrite on.<|im_end|>\n"
    "<|im_start|>assistant\nOnce.<|im_end|>\n<|im_start|>user\nMore.<|im_end|>\n"
    "<|im_start|>assistant\n"
)
_CHATML_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_ALTERNATES = (
    "{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{- raise_exception("
    "'Conversation roles must alternate user/assistant/user/assistant/...') }}{%- endif %}"
)
_TAKES_SYSTEM = (
    "{%- if messages[0]['role'] == 'system' %}{%- set told = messages[0]['content'] %}"
    "{%- set turns = messages[1:] %}{%- else %}{%- set told = '' %}{%- set turns = messages %}"
    "{%- endif %}"
)
_GEMMA_TURN = (
    "{{- '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\\n' }}"
)
_GEMMA_ASKS = "{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{%- endif %}"
_GEMMA_PROMPT = (
    "<bos><start_of_turn>user\nBe brief.\n\nWrite on.<end_of_turn>\n"
    "<start_of_turn>model\nOnce.<end_of_turn>\n<start_of_turn>user\nMore.<end_of_turn>\n"
    "<start_of_turn>model\n"
)
_R1_TURNS = (
    "{{- bos_token }}{%- for m in messages if m.role == 'system' %}{{- m.content }}{%- endfor %}"
    "{%- for m in messages %}{%- if m.role == 'user' %}{{- '<｜User｜>' + m.content }}"
    "{%- elif m.role == 'assistant' %}{{- '<｜Assistant｜>' + m.content.split('</think>')[-1] "
    "+ '<｜end▁of▁sentence｜>' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}"
)
_R1_PROMPT = (
    "<｜begin▁of▁sentence｜>Be brief.<｜User｜>Write on.<｜Assistant｜>Once.<｜end▁of▁sentence｜>"
    "<｜User｜>More.<｜Assistant｜><think>\n\n</think>\n\n"
)
_R1_TOKENS = ("<｜end▁of▁sentence｜>", "<｜begin▁of▁sentence｜>")
_R1_ADDED = ("<｜User｜>", "<｜Assistant｜>", "<think>", "</think>")
_LLAMA_TOKENS = (
    "<|end_of_text|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eot_id|>", "<|eom_id|>",
)  # fmt: skip
_PARTS_ALONE = (
    "{%- for part in m['content'] %}{%- if part['type'] == 'text' %}{{- part['text'] }}"
    "{%- endif %}{%- endfor %}"
)

CHAT_FAMILIES = {
    "llama-3": ChatFamily(
        "{{- bos_token }}" + _TAKES_SYSTEM + "{%- set today = strftime_now('%d %b %Y') %}"
        "{{- '<|start_header_id|>system<|end_header_id|>\\n\\nCutting Knowledge Date: December "
        "2023\\nToday Date: ' + today + '\\n\\n' + told | trim + '<|eot_id|>' }}"
        "{%- for m in turns %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' "
        "+ m['content'] | trim + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}"
        "{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}",
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: "
        "December 2023\nToday Date: 26 Jul 2024\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nWrite on.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nOnce.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nMore.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        _LLAMA_TOKENS,
        ("<|eot_id|>", "<|eom_id|>", "<|end_of_text|>"),
        bos="<|begin_of_text|>",
        adds_bos=True,
    ),
    "llama-3.2-vision": ChatFamily(
        "{{- bos_token }}{%- for m in messages %}{{- '<|start_header_id|>' + m['role'] + "
        "'<|end_header_id|>\\n\\n' }}" + _PARTS_ALONE + "{{- '<|eot_id|>' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' "
        "}}{%- endif %}",
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nWrite on.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nOnce.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nMore.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        _LLAMA_TOKENS,
        ("<|eot_id|>",),
        bos="<|begin_of_text|>",
        adds_bos=True,
    ),
    "qwen2.5": ChatFamily(
        "{%- if messages[0]['role'] != 'system' %}{{- '<|im_start|>system\\nYou are Qwen, created "
        "by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}{%- endif %}"
        + _CHATML_TURNS + "{%- endif %}",
        _CHATML_PROMPT,
        _CHATML_TOKENS,
        ("<|im_end|>", "<|endoftext|>"),
    ),
    "qwen3": ChatFamily(
        _CHATML_TURNS + "{%- if enable_thinking is defined and enable_thinking is false %}"
        "{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}",
        _CHATML_PROMPT + "<think>\n\n</think>\n\n",
        _CHATML_TOKENS,
        ("<|im_end|>", "<|endoftext|>"),
        added=("<think>", "</think>", "<tool_call>"),
    ),
    "qwq": ChatFamily(
        _CHATML_TURNS + "{{- '<think>\\n' }}{%- endif %}",
        _CHATML_PROMPT + "<think>\n\n</think>\n\n",
        _CHATML_TOKENS,
        ("<|im_end|>", "<|endoftext|>"),
        added=("<think>", "</think>"),
    ),
    "gemma-2": ChatFamily(
        "{{ bos_token }}{%- if messages[0]['role'] == 'system' %}{{- raise_exception('System role "
        "not supported') }}{%- endif %}{%- for m in messages %}" + _ALTERNATES + _GEMMA_TURN +
        "{{- m['content'] | trim + '<end_of_turn>\\n' }}{%- endfor %}" + _GEMMA_ASKS,
        _GEMMA_PROMPT,
        ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"),
        ("<end_of_turn>", "<eos>"),
        bos="<bos>",
        adds_bos=True,
        added=("<h1>",),
        is_byte_level=False,
    ),
    "gemma-3": ChatFamily(
        "{{ bos_token }}" + _TAKES_SYSTEM + "{%- if told is not string %}{%- set told = "
        "told[0]['text'] %}{%- endif %}{%- for m in turns %}" + _ALTERNATES + _GEMMA_TURN +
        "{{- told + '\\n\\n' if loop.first and told else '' }}{%- if m['content'] is string %}"
        "{{- m['content'] | trim }}{%- else %}" + _PARTS_ALONE + "{%- endif %}"
        "{{- '<end_of_turn>\\n' }}{%- endfor %}" + _GEMMA_ASKS,
        _GEMMA_PROMPT,
        ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>",
         "<start_of_image>"),
        ("<end_of_turn>", "<eos>"),
        bos="<bos>",
        adds_bos=True,
        is_byte_level=False,
    ),
    "mistral-7b": ChatFamily(
        "{{ bos_token }}{%- for m in messages %}" + _ALTERNATES + "{%- if m['role'] == 'user' %}"
        "{{- '[INST] ' + m['content'] + ' [/INST]' }}{%- elif m['role'] == 'assistant' %}"
        "{{- m['content'] + eos_token }}{%- else %}{{- raise_exception('Only user and assistant "
        "roles are supported!') }}{%- endif %}{%- endfor %}",
        "<s>[INST] Be brief.\n\nWrite on. [/INST]Once.</s>[INST] More. [/INST]",
        ("<unk>", "<s>", "</s>"),
        ("</s>",),
        bos="<s>",
        adds_bos=True,
        written=("[INST]", "[/INST]"),
        is_byte_level=False,
    ),
    "mistral-nemo": ChatFamily(
        "{{- bos_token }}" + _TAKES_SYSTEM + "{%- for m in turns %}" + _ALTERNATES +
        "{%- if m['role'] == 'user' %}{{- '[INST]' + (told + '\\n\\n' if loop.last and told else "
        "'') + m['content'] + '[/INST]' }}{%- else %}{{- m['content'] + eos_token }}{%- endif %}"
        "{%- endfor %}",
        "<s>[INST]Write on.[/INST]Once.</s>[INST]Be brief.\n\nMore.[/INST]",
        ("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]"),
        ("</s>",),
        bos="<s>",
        adds_bos=True,
    ),
    "mistral-small-3": ChatFamily(
        "{%- set today = strftime_now('%Y-%m-%d') %}{{- bos_token }}" + _TAKES_SYSTEM +
        "{%- if not told %}{%- set told = 'The current date is ' + today + '.' %}{%- endif %}"
        "{{- '[SYSTEM_PROMPT]' + told + '[/SYSTEM_PROMPT]' }}{%- for m in turns %}" + _ALTERNATES +
        "{%- if m['role'] == 'user' %}{{- '[INST]' + m['content'] + '[/INST]' }}{%- else %}"
        "{{- m['content'] + eos_token }}{%- endif %}{%- endfor %}",
        "<s>[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT][INST]Write on.[/INST]Once.</s>"
        "[INST]More.[/INST]",
        ("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
        ("</s>",),
        bos="<s>",
        adds_bos=True,
    ),
    "phi-3": ChatFamily(
        "{% for m in messages %}{% if m['role'] == 'system' and m['content'] %}{{'<|system|>\n' + "
        "m['content'] + '<|end|>\n'}}{% elif m['role'] == 'user' %}{{'<|user|>\n' + m['content'] "
        "+ '<|end|>\n'}}{% elif m['role'] == 'assistant' %}{{'<|assistant|>\n' + m['content'] + "
        "'<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}"
        "{% else %}{{ eos_token }}{% endif %}",
        "<|system|>\nBe brief.<|end|>\n<|user|>\nWrite on.<|end|>\n<|assistant|>\nOnce.<|end|>\n"
        "<|user|>\nMore.<|end|>\n<|assistant|>\n",
        ("<unk>", "<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        ("<|end|>", "<|endoftext|>"),
        is_byte_level=False,
        swallows_space=True,
    ),
    "phi-3-first": ChatFamily(
        "{{ bos_token }}{% for m in messages %}{% if (m['role'] == 'user') %}{{'<|user|>' + '\n' "
        "+ m['content'] + '<|end|>' + '\n' + '<|assistant|>' + '\n'}}{% elif (m['role'] == "
        "'assistant') %}{{m['content'] + '<|end|>' + '\n'}}{% endif %}{% endfor %}",
        "<s><|user|>\nBe brief.\n\nWrite on.<|end|>\n<|assistant|>\nOnce.<|end|>\n"
        "<|user|>\nMore.<|end|>\n<|assistant|>\n",
        ("<unk>", "<s>", "<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>"),
        ("<|end|>", "<|endoftext|>"),
        bos="<s>",
        adds_bos=True,
        is_byte_level=False,
        swallows_space=True,
    ),
    "phi-4-mini": ChatFamily(
        "{%- for m in messages %}{{- '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}"
        "{%- endfor %}{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- else %}"
        "{{- eos_token }}{%- endif %}",
        "<|system|>Be brief.<|end|><|user|>Write on.<|end|><|assistant|>Once.<|end|>"
        "<|user|>More.<|end|><|assistant|>",
        ("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        ("<|end|>", "<|endoftext|>"),
    ),
    "phi-4": ChatFamily(
        "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '<|im_sep|>' + m['content'] + "
        "'<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant"
        "<|im_sep|>' }}{% endif %}",
        "<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>Write on."
        "<|im_end|><|im_start|>assistant<|im_sep|>Once.<|im_end|><|im_start|>user<|im_sep|>More."
        "<|im_end|><|im_start|>assistant<|im_sep|>",
        (*_CHATML_TOKENS, "<|im_sep|>"),
        ("<|im_end|>", "<|endoftext|>"),
    ),
    "deepseek-r1": ChatFamily(
        _R1_TURNS + "{{- '<｜Assistant｜>' }}{%- endif %}",
        _R1_PROMPT,
        _R1_TOKENS,
        ("<｜end▁of▁sentence｜>",),
        bos="<｜begin▁of▁sentence｜>",
        adds_bos=True,
        added=_R1_ADDED,
    ),
    "deepseek-r1-distill": ChatFamily(
        _R1_TURNS + "{{- '<｜Assistant｜><think>\\n' }}{%- endif %}",
        _R1_PROMPT,
        _R1_TOKENS,
        ("<｜end▁of▁sentence｜>",),
        bos="<｜begin▁of▁sentence｜>",
        adds_bos=True,
        added=_R1_ADDED,
    ),
    "zephyr": ChatFamily(
        "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + eos_token + '\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}",
        "<|system|>\nBe brief.</s>\n<|user|>\nWrite on.</s>\n<|assistant|>\nOnce.</s>\n"
        "<|user|>\nMore.</s>\n<|assistant|>\n",
        ("<unk>", "<s>", "</s>"),
        ("</s>",),
        bos="<s>",
        adds_bos=True,
        written=("<|system|>", "<|user|>", "<|assistant|>"),
        is_byte_level=False,
    ),
}  # fmt: skip


@cache
def tokenizer_of(name: str) -> PreTrainedTokenizerFast:
    """A tiny tokenizer of a family's kind, with its special tokens and chat template."""
    family = CHAT_FAMILIES[name]
    backend = _bytes() if family.is_byte_level else _pieces(family.special[0])
    backend.add_special_tokens(
        [AddedToken(each, special=True, rstrip=family.swallows_space) for each in family.special]
    )
    backend.add_tokens([AddedToken(each, special=False, normalized=False) for each in family.added])
    if family.adds_bos:
        backend.post_processor = processors.TemplateProcessing(
            single=f"{family.bos} $A",
            special_tokens=[(family.bos, backend.token_to_id(family.bos))],
        )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=family.bos or None,
        eos_token=family.ends[-1],
        unk_token=family.special[0],
    )
    tokenizer.chat_template = family.template
    return tokenizer


def _bytes() -> Tokenizer:
    """As Llama 3, Qwen, DeepSeek and Mistral's newer models have it."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: id_ for id_, character in enumerate(alphabet)}
    backend = Tokenizer(models.BPE(vocabulary, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return backend


def _pieces(unknown: str) -> Tokenizer:
    """As Gemma, Phi 3 and Mistral's first have it: a mark for spaces, and bytes for the rest."""
    letters = [chr(code) for code in range(33, 127)]
    pieces = [unknown, "▁", *letters, *(f"<0x{byte:02X}>" for byte in range(256))]
    vocabulary = {piece: id_ for id_, piece in enumerate(pieces)}
    backend = Tokenizer(models.BPE(vocabulary, [], unk_token=unknown, byte_fallback=True))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return backend
