"""Finds talk about the story, and to the person who asked for it, where the story is to be told.

Small instruct models slip from writing into explaining, and say something before and behind. A hit
is a reason to draw again, not a judgement of style. People in novels say most of it too, so that
quotations are left alone but for what nobody says. English only.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from novelgen.text.quotations import quotations

_TELLING = r"story|novel|chapter|scene|excerpt|narrative|paragraph|passage|ending|dialogue"
_WRITTEN = rf"{_TELLING}|version|draft|rewrite|text|response|essay|sentence|example|summary"
_LABELS = (
    r"user|assistant|system|human|ai|author['’]s note|note|summary|outline|word count|premise|genre"
    r"|setting|theme|title"
)
_SENTENCE = r"(?:^[ \t]*|(?<=[.!?] ))"
_LEAKS = re.compile(
    rf"\b(?:this|the) (?:{_TELLING}) (?:is about|explores|touches on|takes place|describes|wraps up"
    r"|is set|highlights|introduces|unfolds|revolves|raises the question|conveys|captures)\b"
    r"|\bthis (?:story|novel|chapter|scene|excerpt|narrative|paragraph)"
    r" (?:shows|starts|begins|ends|continues|follows)\b"
    r"|\bthis (?:response|essay|example|text|sentence|version|summary) (?:conveys|shows|illustrates"
    r"|demonstrates|describes|uses|highlights|explores|captures|maintains|introduces)\b"
    r"|\bin this (?:story|novel|chapter|scene|excerpt|version)(?:,| we\b| you\b)"
    r"|\bthis (?:passage|excerpt) (?:from|of) the (?:story|novel)\b"
    r"|^[ \t]*(?:(?:sure|certainly|of course|absolutely)[,!] )?here(?:['’]s| is| are)"
    rf" (?:an? |the |some |my |your )?(?:\w+ ){{0,3}}(?:{_WRITTEN}|continuation|tips?|examples?"
    r"|prompts?)(?:[:.!]|\s*$| (?:for|based on|of) (?:you|your|the story|the scene|the novel)\b)"
    r"|^[ \t]*(?:sure|certainly|absolutely)[,!] here(?:['’]s| is| are)\b"
    r"|\b(?:main character|protagonist|plot twist|storyline|word count|modern audience)s?\b"
    r"|\b(?:rephrased|paraphrased|rewritten|revised|edited)"
    r" (?:story|novel|chapter|scene|excerpt|paragraph|passage|version|draft|text|response)\b"
    r"|\b(?:literary (?:device|technique)|narrative (?:voice|structure|style|arc))s?\b"
    r"|\bcreative (?:choice|option|freedom)s?\b|\bwriting prompts?\b|\bpiece of writing\b"
    r"|\b(?:engaging|effective|compelling|immersive) storytelling\b"
    rf"|\b(?:improve|revise|rewrite|edit|polish) your (?:\w+ )?(?:{_WRITTEN})\b"
    rf"|\bhow (?:could|would|can) (?:this|the) (?:{_TELLING})\b"
    rf"|{_SENTENCE}let me know if (?:you|there|this|any)\b"
    rf"|{_SENTENCE}would you like me to (?:go on|continue|write|revise|add|change|expand|rewrite)\b"
    rf"|{_SENTENCE}i hope (?:this (?:helps|meets|works|is what you|answers)"
    r"|you (?:like|liked|enjoy|enjoyed) (?:this|the|my|it|reading)\b)"
    rf"|{_SENTENCE}(?:please )?feel free to (?:ask|reach out|let me|share|modify|adjust|change|edit"
    r"|continue|add|tweak|expand|use this|use the)\b"
    r"|\bi['’]m sorry, but i (?:can['’]t|cannot|am (?:unable|not able)|['’]m (?:unable|not able))\b"
    r"|\bi(?:['’]m| am) (?:unable|not able) to (?:assist|generate|fulfil"
    r"|(?:write|continue) (?:this|that|the|your) (?:story|scene|chapter|novel|text|passage))"
    r"|\bi can(?:not|['’]t) (?:assist with|fulfill?|comply with|continue with) (?:that|this|your)\b"
    r"|^[ \t]*(?:\d{1,2}[.)]\s|[-•*]\s(?!\*))"
    rf"|^[ \t]*(?:{_LABELS})\s*:"
    r"|^[ \t]*(?-i:(?!Dear\b|My\b)[A-Z][a-z]+(?: [A-Za-z]+)?: (?=[A-Z]))",
    re.IGNORECASE | re.MULTILINE,
)
_NEVER_SAID = re.compile(
    r"</?(?:think(?:ing)?|thought|reasoning)>|<\|[^|\n]{0,40}\|?>"
    r"|\[/?(?:inst|system|user|assistant|think)\]"
    r"|\b(?:as|i am|i['’]m) an? (?:large )?language model\b|\bas an ai\b",
    re.IGNORECASE,
)


def count_leaks(text: str) -> int:
    """How many times `text` stops being a story."""
    return sum(1 for _ in find_leaks(text))


def find_leaks(text: str) -> Iterator[tuple[int, int]]:
    """Where `text` stops being a story, as offsets, in order and apart."""
    end = 0
    for match in sorted([*_NEVER_SAID.finditer(text), *_told(text)], key=re.Match.start):
        if match.start() >= end:
            end = match.end()
            yield match.span()


def _told(text: str) -> Iterator[re.Match[str]]:
    """What stands outside the quotations."""
    spoken = quotations(text)
    starts = [start for start, _ in spoken]
    for match in _LEAKS.finditer(text):
        before = bisect_right(starts, match.start())
        if not before or spoken[before - 1][1] <= match.start():
            yield match
