"""Text to token ids and back, for any fast Hugging Face tokenizer.

Guarantees: prose never becomes a control token, whatever it spells; text shown piece by piece
is the text of all tokens together. Knows nothing of models or of memory.
"""

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from tokenizers import AddedToken, decoders

from novelgen.errors import ModelError

_REPLACEMENT = "\ufffd"
# What families call the end of a turn or of a text, where their configs do not say.
_END_NAMES = frozenset(
    [
        "<|im_end|>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|end_of_turn|>",
        "<|end|>",
        "<|return|>",
        "<end_of_turn>",
        "<turn|>",
        "<eos>",
        "<｜end▁of▁sentence｜>",
        "</s>",
    ]
)
# Like `<think>`, which some tokenizers add without calling it special.
MARKUP = re.compile(r"<[^<>\s]+>|\[/?[A-Z_]+\]")
_BYTE_TOKEN = re.compile(r"<0x[0-9A-F]{2}>")


class Tokenization:
    """One model's tokenizer, and which of its tokens are control tokens."""

    def __init__(self, tokenizer: Any, end_ids: Iterable[int] = ()) -> None:
        """`end_ids` are those that the model's configs name.

        Raises `ModelError` for a tokenizer without a `tokenizer.json`.
        """
        if not tokenizer.is_fast:
            raise ModelError(
                f"A {type(tokenizer).__name__} cannot keep control tokens out of prose.",
                "Choose a model with a tokenizer.json.",
            )
        self.tokenizer = tokenizer
        self.vocabulary_size = len(tokenizer)
        self._control = _control_tokens(tokenizer)
        _mark_special(tokenizer, self._control)
        named = {id_ for id_, content in self._control.items() if content in _END_NAMES}
        self.end_ids = frozenset({*end_ids, *named, *_as_ids(tokenizer.eos_token_id)})
        self.control_ids = frozenset(self._control)
        self.control_contents = frozenset(self._control.values())
        self.byte_ids = frozenset(
            id_ for token, id_ in tokenizer.get_vocab().items() if _BYTE_TOKEN.fullmatch(token)
        )
        self._start_ids = self._find_start_ids()
        self.token_bytes = _token_bytes(tokenizer, self.control_ids)
        self._holding: dict[tuple[str, ...], frozenset[int]] = {}

    def prose_ids(self, text: str) -> list[int]:
        """The canonical tokenisation of prose: no special tokens, not even those it spells."""
        ids: list[int] = self._encode(text, split_special_tokens=True)["input_ids"]
        return ids

    def prompt_ids(self, text: str) -> list[int]:
        """Token ids of a rendered prompt, whose special tokens count as such."""
        ids: list[int] = self._encode(text, split_special_tokens=False)["input_ids"]
        return ids

    def with_start(self, ids: Sequence[int]) -> list[int]:
        """`ids` after the tokens that begin a text for this model, unless it has them already."""
        start = self._start_ids
        return list(ids) if list(ids[: len(start)]) == start else [*start, *ids]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of `ids`, without special tokens; broken characters become U+FFFD."""
        text: str = self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def ids_holding(self, strings: Sequence[str]) -> frozenset[int]:
        """The tokens in whose text at least one of `strings` stands whole; looked up once."""
        wanted = tuple(strings)
        if wanted not in self._holding:
            self._holding[wanted] = self._find_holding(wanted)
        return self._holding[wanted]

    def without_control(self, text: str, others: Iterable[str] = ()) -> str:
        """`text` with every string removed that the tokenizer would read as a control token.

        `others` are removed along with them.
        """
        contents = sorted({*self._control.values(), *others}, key=len, reverse=True)
        pattern = "|".join(re.escape(content) for content in contents if content)
        removed = 1
        # Again and again: `<|im_<|im_end|>end|>` spells a control token only after one removal.
        while pattern and removed:
            text, removed = re.subn(pattern, "", text)
        return text

    def _encode(self, text: str, **options: Any) -> Any:
        return self.tokenizer(
            text, add_special_tokens=False, return_attention_mask=False, verbose=False, **options
        )

    def _find_holding(self, strings: Sequence[str]) -> frozenset[int]:
        if self.token_bytes is not None:
            coded = [string.encode() for string in strings]
            table = self.token_bytes.items()
            return frozenset(id_ for id_, data in table if any(code in data for code in coded))
        ids = (id_ for id_ in range(self.vocabulary_size) if id_ not in self.control_ids)
        texts = ((id_, self.decode([id_])) for id_ in ids)
        return frozenset(id_ for id_, text in texts if any(string in text for string in strings))

    def _find_start_ids(self) -> list[int]:
        """What the tokenizer puts before a text, and not what it makes of the text itself."""
        plain = self._encode("a")["input_ids"]
        marked = self.tokenizer("a", add_special_tokens=True, verbose=False)["input_ids"]
        for num_before in range(len(marked) - len(plain) + 1):
            if marked[num_before : num_before + len(plain)] == plain:
                return [int(id_) for id_ in marked[:num_before]]
        return []


class StreamDecoder(Protocol):
    """Turns one row's token ids into text as they come, whole characters at a time."""

    def push(self, token_id: int) -> str:
        """The text that is certain now and was not before; often empty."""

    def finish(self) -> str:
        """What was held back, without a character that is still incomplete."""


def stream_decoder(tokenization: Tokenization, context_ids: Sequence[int] = ()) -> StreamDecoder:
    """A decoder of what follows `context_ids`."""
    if tokenization.token_bytes is not None:
        return _ByteDecoder(tokenization.token_bytes)
    return _WindowDecoder(tokenization, context_ids)


class _ByteDecoder:
    """For byte-level tokenizers, where a text is its tokens' bytes in a row."""

    def __init__(self, token_bytes: Mapping[int, bytes]) -> None:
        self._token_bytes = token_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def push(self, token_id: int) -> str:
        text = self._held + self._decoder.decode(self._token_bytes.get(token_id, b""))
        certain = text.rstrip(_REPLACEMENT)
        self._held = text[len(certain) :]
        return certain

    def finish(self) -> str:
        self._decoder.reset()
        self._held = ""
        return ""


class _WindowDecoder:
    """For any tokenizer: the pieces add up to `decode(ids)`, as it reads after the context.

    Only a window of a few tokens is decoded again for each new one.
    """

    def __init__(self, tokenization: Tokenization, context_ids: Sequence[int] = ()) -> None:
        """`context_ids` come before: some tokenizers drop the space of a text's first word."""
        self._tokenization = tokenization
        self._ids = list(context_ids)
        self._shown_from, self._shown_to = 0, len(self._ids)

    def push(self, token_id: int) -> str:
        """The text that is certain now and was not before; often empty."""
        self._ids.append(token_id)
        # Byte tokens are turned into characters by the run, and the run may go on.
        if token_id in self._tokenization.byte_ids:
            return ""
        fresh = self._fresh()
        if fresh.endswith(_REPLACEMENT):
            return ""
        self._shown_from, self._shown_to = self._shown_to, len(self._ids)
        return fresh

    def finish(self) -> str:
        """What was held back, without a character that is still incomplete."""
        fresh = self._fresh().rstrip(_REPLACEMENT)
        self._shown_from = self._shown_to = len(self._ids)
        return fresh

    def _fresh(self) -> str:
        shown = self._tokenization.decode(self._ids[self._shown_from : self._shown_to])
        return self._tokenization.decode(self._ids[self._shown_from :])[len(shown) :]


def _token_bytes(tokenizer: Any, control_ids: frozenset[int]) -> dict[int, bytes] | None:
    """The bytes of every token of a byte-level tokenizer; None for one of another kind."""
    if not isinstance(tokenizer.backend_tokenizer.decoder, decoders.ByteLevel):
        return None
    added = {int(id_): str(token) for id_, token in tokenizer.added_tokens_decoder.items()}
    table = {}
    for token, id_ in tokenizer.get_vocab().items():
        if id_ in control_ids:
            continue
        if id_ in added:
            table[id_] = added[id_].encode()
        elif all(character in _BYTE_OF for character in token):
            table[id_] = bytes(_BYTE_OF[character] for character in token)
        else:
            return None
    return table


def _byte_of_character() -> dict[str, int]:
    """How GPT-2's byte-level alphabet writes the 256 bytes as visible characters."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    shifted = {chr(256 + number): byte for number, byte in enumerate(hidden)}
    return {chr(byte): byte for byte in visible} | shifted


_BYTE_OF = _byte_of_character()


def _control_tokens(tokenizer: Any) -> dict[int, str]:
    control = {
        int(id_): token.content
        for id_, token in tokenizer.added_tokens_decoder.items()
        if token.special or MARKUP.fullmatch(token.content)
    }
    specials = zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True)
    return control | {int(id_): str(content) for id_, content in specials}


def _mark_special(tokenizer: Any, control: Mapping[int, str]) -> None:
    """Have the tokenizer call special what is control here.

    It splits only what it calls special: of a `<think>` that is merely added, as in Qwen3, it makes
    one token wherever it stands, in prose too.
    """
    added = tokenizer.added_tokens_decoder
    plain = [added[id_] for id_ in control if id_ in added and not added[id_].special]
    marked = [
        AddedToken(
            token.content,
            single_word=token.single_word,
            lstrip=token.lstrip,
            rstrip=token.rstrip,
            normalized=token.normalized,
            special=True,
        )
        for token in plain
    ]
    if marked:
        tokenizer.backend_tokenizer.add_special_tokens(marked)


def _as_ids(value: int | Sequence[int] | None) -> list[int]:
    if value is None:
        return []
    return [value] if isinstance(value, int) else list(value)
