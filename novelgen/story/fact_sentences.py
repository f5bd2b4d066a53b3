"""A fact in a person's words: what it is about, told by the rules that read the prose.

"has green eyes" of Anna is kept as her eyes and green, so that contradictions are found by it; what
no rule knows is kept as it was written.
"""

from novelgen.text.facts import facts_of
from novelgen.text.known_names import KnownName
from novelgen.text.mentions import EntityKind, mentions_of, named_sentences
from novelgen.text.told_sentences import told_sentences

NOTE = "note"
_MOST_VALUE = 200


def stated_fact(name: str, text: str) -> tuple[str, str, str]:
    """Attribute, value and sentence of a fact about somebody; the sentence begins with the name."""
    sentence = text if name.casefold() in text.casefold() else f"{name} {text}"
    sentence = sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
    known = [KnownName(name, kind=EntityKind.CHARACTER.value)]
    named = named_sentences(told_sentences(sentence), known)
    found = [fact for fact in facts_of(named, mentions_of(named, known)) if fact.entry == name]
    if len(found) == 1:
        return found[0].attribute.value, found[0].value, sentence
    return NOTE, sentence[:_MOST_VALUE], sentence
