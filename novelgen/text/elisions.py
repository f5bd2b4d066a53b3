"""Words that have lost their beginning or their end, with an apostrophe in its place.

They tell an apostrophe from a mark of quotation: “’tis” from “‘This”, “doin’” from “done’”. English
only.
"""

import re
from enum import Enum, auto

from novelgen.text.common_words import COMMON_WORDS
from novelgen.text.stop_words import STOP_WORDS

_CERTAIN = """
tis tisn't twas twasn't twere tweren't twill twon't twould twouldn't twarn't twixt tween tain't
tother em ems emselves n nd un uns unself uz ud ull ur ll re ve nt ee ittle ooman
til gainst mongst neath pon nuff nough nother bove thout dout
spose sposing fraid feard scuse scused xcept xpect xpects prentice prentices prenticeship cept
ceptin zactly straordinary normously specially stead longside kase cuz bacco baccy bacca tater
taters tatoes rithmetic sturb sturbed spute fessor kerchief pothecary plosion ticed tention
lowance lowed scutcheon sblood sdeath swounds slife gratulations gratulate lizabeth arry enry
erbert orace olborn ampstead
"""
_POSSIBLE = """
bout round till cause cos coz course way ways low fore less long most side sides special spec spect
scape scaped gain board change count ware ear year pear pears jour mornin morning night noon day
evenin evening lo deed gad od art s m d f t um at an fo mid spite pose listed cute fess bouts
whelmed quaint quainted quire quid teak pardon sizes stablished terpret derstand rangement
possum coon gator liza melia frisco varsity cello phone plane flu member lectric

e er ers is isself im imself ere ereabouts ad adn't as asn't ave aven't avin oo arf arst owd
ead eads eard eart earts earty ealth ealthy ell elp elpin elped ope opes oped oping ome omes ouse
ouses orse orses oss osses orspital ospital otel our ours ow owever ot otter ole oles old olds
olding oly and ands andsome andy ang angs anged all alls alf alves air airs appen appens appened
appy appiness appened ard arder ardly arm armless armony arsh ate ated atred eat eaten eathen eaven
eavens eavy edge edges eed eel eels eight eir elmet en ens erb erself id ide idin idden igh igher
ill ills int ire ired is istory it its itting ittin its obby oliday onest onour ood ook ooks oop op
opping orn orrid orrible ound ounds owl owlin owling ug uge ullo ello undred undreds ung ungry unt
unting urry urt urtin urts usband usbands usky ush ussy umble um umbug umour uman ump y
"""
_ALWAYS = frozenset(_CERTAIN.split())
_OFTEN = frozenset(_POSSIBLE.split())
_WORDS = STOP_WORDS | COMMON_WORDS | {"o", "lo", "dear", "god", "lord", "sir", "madam", "mr", "mrs"}
_YEARS = re.compile(r"\d\d(?:s|ers)?")
_TRAILING = re.compile(
    r".{2,}(?:in|s|x|z)|o|an|th|t|wi|ol|mo|fo|yo|po|lil|jus|mus|las|bes|don|tha|wha|roun|aroun"
    r"|behin|soun|groun|foun|kep|slep|nex|mos|almos|agains|firs|hol|fin|frien|secon|lan|han|en|tole"
    r"|couldn|wouldn|didn|hain|ain|goodby|gov|guv|cap|lor|ma|pa|ha|gi|i|a|de|ter|ole|mak|tak"
)


class Elision(Enum):
    """Whether a mark before a word stands for letters that the word has lost."""

    CERTAIN = auto()
    """“’twas”: it is no word without them."""
    LIKELY = auto()
    """“’round”, “’ere”, “’90s”: it may be a word by itself."""
    UNKNOWN = auto()
    NONE = auto()
    """“this”: it has lost nothing."""


def elision_of(word: str) -> Elision:
    """What an apostrophe before a word would mean."""
    known = word.lower().replace("’", "'")
    if known not in _WORDS and known not in _ALWAYS:
        known = known.partition("'")[0]  # 'e's, 'er'll
    if known in _ALWAYS:
        return Elision.CERTAIN
    if known in _OFTEN or _YEARS.fullmatch(known):
        return Elision.LIKELY
    return Elision.NONE if known in _WORDS else Elision.UNKNOWN


def may_lose_its_end(word: str) -> bool:
    """Whether an apostrophe often follows a word, as in “doin’”, “an’” and “the boys’”."""
    return _TRAILING.fullmatch(word.lower()) is not None
