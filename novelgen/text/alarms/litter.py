"""Finds what stands on web pages and in files, and what instruct models say around their prose."""

import re
from collections.abc import Iterator

from novelgen.text.alarms.kinds import Alarm, AlarmKind

_LITTER = re.compile(
    r"https?://\S*|\bwww\.\w+|\b\w+@\w+\.\w+|\.(?:com|org|net|html?)\b"
    r"|\[(?:edit|citation needed|note|source|image|\d{1,3}|sic|\.\.\.)\]"
    r"|\{\{|\}\}|\[\[|\]\]|</?[a-z][^<>\n]{0,80}>|&(?:nbsp|amp|quot|lt|gt|#\d+);"
    r"|\bproject gutenberg\b|\ball rights reserved\b|\bisbn\b|©|®|™|\bcopyright\b"
    r"|\b(?:click here|sign up for|log ?in to|page \d+ of \d+)\b"
    r"|```|^\s*\|.*\|\s*$|^\s*#{1,6}\s|\*\*|(?<![_\w])__(?=\w)"
    r"|\bto be continued\b|\bend of (?:chapter|part|book|sample|excerpt)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ASSISTANT = re.compile(
    r"</?think>|<\|[^|\n]{0,40}\|?>|\[/?(?:inst|system|user|assistant)\]"
    r"|\bas an? (?:ai|language model|assistant)\b"
    r"|\bi(?:['’]m| am) (?:unable|not able) to (?:write|assist|continue|generate)"
    r"|\bi can(?:not|['’]t) (?:assist with|fulfill?|comply with|continue with) (?:that|this|your)"
    r"|\b(?:sure|certainly|of course|absolutely)[,!] here(?:['’]s| is| are)\b"
    r"|\bhere(?:['’]s| is) (?:the|a|my|your) (?:\w+ ){0,2}(?:scene|chapter|passage|continuation)\b"
    r"|\b(?:would you like me to|let me know if you|i hope (?:this|you) (?:help|enjoy))"
    r"|^\s*(?:user|assistant|system|human|ai|author['’]s note|note|summary|outline|word count)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


def litter_alarms(text: str) -> Iterator[Alarm]:
    """Marks of web pages, markup, files and footnotes."""
    for match in _LITTER.finditer(text):
        yield Alarm(AlarmKind.LITTER, match.start(), match.end(), match.group().strip())


def assistant_alarms(text: str) -> Iterator[Alarm]:
    """What a model says to the person who asked, instead of to the reader."""
    for match in _ASSISTANT.finditer(text):
        yield Alarm(AlarmKind.LEAK, match.start(), match.end(), match.group().strip())
