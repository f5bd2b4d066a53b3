"""Titles that stand before a person's name, with the sex that they tell."""

from enum import StrEnum


class Sex(StrEnum):
    """What pronouns and titles tell of a person."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


_FEMALE = """
mrs miss ms mistress lady madam madame mademoiselle mme mlle queen princess duchess countess
baroness empress mother sister aunt grandmother mamma
"""
_MALE = """
mr mister master sir lord monsieur king prince duke count baron earl emperor father brother uncle
grandfather squire abbot friar
"""
_EITHER = """
dr doctor prof professor captain capt colonel col major general gen lieutenant lt sergeant sgt
corporal private admiral commander inspector detective constable reverend rev bishop judge
president senator cousin saint st
"""
_MENS = """
captain capt colonel col major general gen lieutenant lt sergeant sgt corporal private admiral
commander inspector constable reverend rev bishop judge
"""
MENS_TITLES = frozenset(_MENS.split())
"""Titles that men bear in most novels; where pronouns say otherwise they are believed."""
TITLES = (
    dict.fromkeys(_FEMALE.split(), Sex.FEMALE)
    | dict.fromkeys(_MALE.split(), Sex.MALE)
    | dict.fromkeys(_EITHER.split(), Sex.UNKNOWN)
)


def sex_of_titles(titles: tuple[str, ...]) -> Sex:
    """The sex that the titles tell, the first one that tells any."""
    sexes = (TITLES.get(title.lower().rstrip("."), Sex.UNKNOWN) for title in titles)
    return next((sex for sex in sexes if sex is not Sex.UNKNOWN), Sex.UNKNOWN)
