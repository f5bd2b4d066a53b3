"""Finds what is no prose in a draft: talk about the story, instructions, lists, labels, refusals.

Small instruct models slip from writing into explaining. A hit is a reason to draw again, not a
judgement of style. English only.
"""

import re
from collections.abc import Iterator

_LEAKS = re.compile(
    r"\b(?:this|the) (?:story|novel|chapter|scene|passage|excerpt|ending|paragraph|narrative)"
    r" (?:is about|explores|touches|takes place|shows|describes|wraps|starts|begins|ends|has|sets"
    r"|highlights|introduces|unfolds|continues|follows|revolves|raises)\b"
    r"|\bin this (?:story|novel|chapter|scene|passage|excerpt|version)\b"
    r"|\bhere(?:['’]s| is| are) (?:a |an |the |some |my |your )?(?:\w+ ){0,3}"
    r"(?:story|version|tips?|scene|chapter|examples?|draft|rewrite|paragraph|prompt|summary)\b"
    r"|\b(?:main character|protagonist|premise|plot twist|storyline|word count)\b"
    r"|\b(?:let me know if|i hope this|feel free to|i['’]m sorry, but i|as an ai|language model)\b"
    r"|^\s*(?:\d{1,2}[.)]\s|[-•*]\s(?!\*))"
    r"|^\s*(?-i:[A-Z][a-z]+(?: [A-Za-z]+)?):\s"
    r"|\b(?:rephras|paraphras|rewrit|foreshadow)\w*"
    r"|\b(?:this|the|next|previous|first|last) paragraph\b|\bstorytelling\b"
    r"|\b(?:literary (?:device|technique|work)|narrative (?:voice|structure|style|arc))s?\b"
    r"|\bcreative (?:writing|choices?|ways?|options?)\b|\bwriting (?:style|projects?|prompts?)\b"
    r"|\b(?:original|final|next|opening|previous) (?:text|story|version|scene|chapter|response)\b"
    r"|\byour (?:next|own|final)? ?(?:piece of writing|story|novel|draft|answer|response|writing)\b"
    r"|\bthis (?:response|essay|example|text|sentence|dialogue)\b|\banother example\b"
    r"|\bthe answer is\b|\bmodern audience\b|\bset \d+ years\b"
    r"|\bhow (?:could|would|does|do|can) (?:this|you|i|the) (?:be changed|change|story|character)\b"
    r"|https?://|\[edit\]|<\|",
    re.IGNORECASE | re.MULTILINE,
)


def without_leaks(text: str) -> str:
    """`text` without the paragraphs that hold a leak."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(paragraph for paragraph in paragraphs if not count_leaks(paragraph))


def count_leaks(text: str) -> int:
    """How many times `text` stops being prose."""
    return sum(1 for _ in _LEAKS.finditer(text))


def find_leaks(text: str) -> Iterator[tuple[int, int]]:
    """Where `text` stops being prose, as offsets."""
    return (match.span() for match in _LEAKS.finditer(text))
