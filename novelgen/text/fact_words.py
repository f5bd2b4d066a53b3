"""What facts are about, and the words of trades, colours and kinship that tell them."""

from enum import StrEnum


class Attribute(StrEnum):
    """What a fact is about. A fact that a person or a model states may be about anything else."""

    AGE = "age"
    EYES = "eyes"
    HAIR = "hair"
    IS = "is"
    WORK = "work"
    DEATH = "death"
    HOME = "home"
    PLACE = "place"
    OWNS = "owns"
    FATHER = "father"
    MOTHER = "mother"
    BROTHER = "brother"
    SISTER = "sister"
    HUSBAND = "husband"
    WIFE = "wife"
    SON = "son"
    DAUGHTER = "daughter"
    UNCLE = "uncle"
    AUNT = "aunt"
    NEPHEW = "nephew"
    NIECE = "niece"
    COUSIN = "cousin"


KIN = frozenset(Attribute) - {
    Attribute.AGE,
    Attribute.EYES,
    Attribute.HAIR,
    Attribute.IS,
    Attribute.WORK,
    Attribute.DEATH,
    Attribute.HOME,
    Attribute.PLACE,
    Attribute.OWNS,
}
_WORK_LISTED = """
baker butcher blacksmith smith carpenter tailor fisherman miller shepherd sailor farmer soldier
cobbler shoemaker doctor physician surgeon lawyer solicitor barrister attorney priest clergyman
curate vicar parson minister teacher schoolmaster schoolmistress governess merchant
magistrate clerk nurse lighthouse-keeper gardener coachman footman butler housekeeper cook maid
housemaid servant innkeeper publican banker broker engineer architect painter sculptor musician
violinist pianist actor actress singer dancer poet novelist writer journalist reporter editor
printer bookseller librarian professor scholar chemist apothecary druggist dentist detective
policeman constable sergeant lieutenant captain colonel major general admiral spy smuggler pirate
thief burglar forger hunter trapper forester gamekeeper groom jockey stableman weaver spinner
seamstress dressmaker milliner laundress washerwoman midwife mason bricklayer plumber glazier potter
goldsmith jeweller watchmaker clockmaker locksmith grocer draper tobacconist shopkeeper salesman
agent steward bailiff squire knight monk nun abbot friar bishop archdeacon rector sexton beekeeper
widow widower orphan bachelor ferryman boatman pilot mate boatswain gunner miner quarryman
woodcutter woodman carter wagoner postman postmaster telegraphist mechanic machinist
astronomer mathematician geologist naturalist botanist philosopher historian astronaut keeper
"""
WORK_WORDS = tuple(sorted(set(_WORK_LISTED.split()), key=lambda word: (-len(word), word)))
EYE_COLOURS = (
    "light blue", "dark blue", "pale blue", "blue-grey", "grey-blue", "grey-green", "light brown",
    "dark brown", "blue", "green", "brown", "black", "grey", "gray", "hazel", "amber", "violet",
)  # fmt: skip
HAIR_COLOURS = (
    "dark brown", "light brown", "red", "black", "brown", "blonde", "blond", "golden", "auburn",
    "fair", "grey", "gray", "white", "silver", "ginger", "chestnut", "flaxen", "yellow", "sandy",
    "raven",
)  # fmt: skip
BUILDINGS = (
    "house", "castle", "mill", "village", "church", "inn", "cottage", "farm", "hall", "lighthouse",
    "abbey", "tower", "chapel", "town", "school", "hospital", "prison", "station", "bridge",
    "harbour", "palace", "mansion", "manor",
)  # fmt: skip
