"""The sentences that a plan is filled with where the model says nothing usable.

`{a}` is the person a chapter is mostly about, `{b}` another one, `{p}` a place, `{t}` the thing
that the chapter turns on, `{d}` a circumstance. Every sentence names a thing and a circumstance, so
that two of another thing or circumstance are never the same. English only, present tense.
"""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(choice.split()) for choice in text.split("/"))


PREMISES = (
    "A letter arrives for somebody who has been dead for a year, and it has to be answered.",
    "Two sisters inherit a house on the condition that neither of them ever locks the cellar.",
    "A ferryman recognises a passenger whom he once carried across the river and saw drown.",
    "A village that has never had a thief wakes to find that every clock is gone.",
    "A translator is hired to read a diary aloud, and finds her own name on the last page.",
)

FIRST_NAMES = _listed("""
Mara / Tobias / Ines / Corvin / Odile / Brandt / Petra / Aldous / Nell / Ruben / Thea / Marek /
Greta / Anselm / Liesel / Osric / Yvaine / Bastian / Della / Emeric / Halina / Joran / Katja /
Leopold / Mirela / Nils / Orla / Piers / Runa / Stellan
""")
LAST_NAMES = _listed("""
Hale / Varga / Lindqvist / Achterberg / Moreau / Tolliver / Sandoval / Okafor / Brennan / Castell /
Dorn / Eklund / Farrow / Galloway / Hartmann / Ivers / Jessop / Kovacs / Lorne / Maddox / Novak /
Osgood / Pell / Quist / Renner / Sorley / Tennant / Ulrich / Vance / Wyndham
""")
PEOPLE = _listed("""
wants the truth and is not believed / owes an old debt and never speaks of it / has come back after
years away / knows everybody's secrets and sells some of them / is kind, and wrong about most things
/ keeps the records and forgets nothing / gives the orders here and is afraid to lose that / is
young, quick and careless / lost somebody and blames the living / laughs at danger and runs from
feeling / asks questions for a living / has waited half a life for one chance / mends what others
break / is a stranger here and watches / lies well and hates it / was once a friend
""")
PLACES = _listed("""
the harbour / the old mill / the upper town / the ferry landing / the orchard / the customs house /
the north gate / the archive / the chapel on the hill / the market square / the glassworks / the
signal tower / the river steps / the boarding house / the quarry / the winter garden / the railway
yard / the schoolroom / the tannery / the long bridge
""")
PLACE_NOTES = _listed("""
where news arrives first / half in ruins, and not as empty as it looks / where people are seen by
everybody / cold, and good for hiding things / loud by day and still by night / where the old
families meet / at the edge of everything / locked, with more than one key
""")
THINGS = _listed("""
the letter / the key / the map / the ledger / the photograph / the diary / the ring / the clock /
the lantern / the locked box / the unsigned note / the old coat / the music box / the broken compass
/ the silver whistle / the missing page / the sealed jar / the knife / the painted portrait / the
telegram / the violin / the iron door / the black umbrella / the wedding dress / the ship's bell /
the child's shoe / the last will / the red book / the cracked mirror / the bundle of money / the
medicine bottle / the torn ticket / the chess set / the carved bird / the rope / the seed chest /
the glass eye / the folded flag / the recording / the sealed trunk / the burnt hat / the coin / the
tide table / the stolen horse / the locket / the hidden stair / the blank card / the wooden hand
""")
CIRCUMSTANCES = _listed("""
before dawn / in the rain / while the bells ring / under a low sky / on the first night of frost /
with the whole street looking on / by the light of one candle / after a night without sleep / while
the others are at supper / as the last boat leaves / in the heat of noon / with hands that will not
keep still / on the morning of a funeral / behind a closed door / while a storm comes up / without a
word to anybody / on a day of feasting / in borrowed clothes / as snow begins to fall / in the smoke
of a fire / with one hour left / while somebody listens at the wall / on the way home / in a room
full of strangers / against all advice / with a fever coming on / when the lamps go out / in front
of a child / as the river rises / with no money left / on the day the road is closed / as if nothing
had happened / in the fog / for the sake of an old promise / under a false name / while the town
sleeps / in the middle of a quarrel / on the longest day of the year / with blood on one sleeve / as
the harvest comes in / at the wrong door / under the eyes of the police / with a stone in the heart
/ while music plays next door / on the anniversary of a death / in the last of the light / with a
stolen hour to spend / when it is nearly too late / by mistake / in the quiet after a shout / with a
lie ready / as the first guests arrive / on an empty stomach / among unpacked trunks / with the wind
in the east / after a long silence / in the back of a cart / with the truth half guessed / under the
full moon / while the kettle boils
""")

CHAPTER_BRIEFS = {
    "opening": (
        "{a} finds {t} at {p} {d}, and an ordinary day is over; {b} asks {a} to leave it alone.",
        "{d}, {b} brings {t} to {a}, who had hoped never to see it again; at {p} the talk begins.",
        "At {p}, {d}, {a} sees that {t} is not where it should be, and {b} pretends not to notice.",
        "{a} is asked about {t} {d} and gives the wrong answer; {b}, at {p}, has heard every word.",
    ),
    "departure": (
        "{a} takes {t} and sets out from {p} {d}; {b} offers help and wants something for it.",
        "{d}, {a} decides that {t} cannot be left to others, and {b} shuts the door of {p} behind.",
        "{a} follows {t} to {p} {d}, is turned away, and finds that {b} was there first.",
        "{b} tells {a} at {p}, {d}, what {t} is worth, and there is no way back.",
    ),
    "rising trouble": (
        "{a} trades a secret for {t} at {p} {d}, and learns too late what {b} will do with it.",
        "{d}, {a} and {b} search {p} for {t}, and each hides something from the other.",
        "{b} asks {a} to keep {t} hidden {d}; at {p} somebody has been waiting for exactly that.",
        "{a} wins {t} at {p} {d}, and loses the trust of {b} for it.",
    ),
    "reversal": (
        "{d}, {a} finds out that {b} has lied about {t} from the first, and {p} is safe no longer.",
        "{t} turns out to be a copy; {a} learns it at {p} {d}, and {b} is gone.",
        "{a} gives {t} away at {p} {d} to save {b}, and it was a trap.",
        "At {p} {b} shows {a} {d} what {t} really means, and every earlier answer falls.",
    ),
    "crisis": (
        "{d}, {a} stands alone at {p} with {t} in hand, and {b} is on the other side.",
        "{t} is destroyed at {p} {d}; {a} has nothing left but what {b} once said.",
        "{a} must choose {d} between {t} and {b}, and {p} burns behind both of them.",
        "{b} is held at {p}, and {a} makes one last plan {d}, with {t} as the price.",
    ),
    "resolution": (
        "{a} brings {t} back to {p} {d} and says aloud, before {b}, what nobody has said.",
        "{d}, {a} and {b} meet at {p}, and what {t} has done to them both is put right.",
        "{a} lets {t} go at {p} {d}; {b} stays, and the quarrel is over.",
        "The truth about {t} comes out at {p} {d}, and {a} and {b} must live with it.",
    ),
}

OPENING_BEATS = (
    "{a} comes to {p} {d}, thinking of {t}.",
    "{d}, {a} is at work at {p} when {t} comes up again.",
    "{a} wakes at {p} and looks for {t} {d}.",
    "{d}, {b} meets {a} at {p} with a question about {t}.",
)
MIDDLE_BEATS = (
    (  # an errand
        "{a} asks at {p} about {t} {d}, and is sent from one to the next.",
        "{d}, {a} retraces the way that {t} must have taken.",
        "{a} promises {b} to bring {t} by evening, {d}.",
        "{a} compares {t} with what is remembered of it, {d}.",
    ),
    (  # a meeting
        "{b} talks to {a} about {t} {d}, and says less than is known.",
        "{a} and {b} quarrel over {t} {d}.",
        "{d}, {b} makes {a} laugh, and then names a price for {t}.",
        "{a} overhears {b} speaking of {t} {d}.",
    ),
    (  # an obstacle
        "The way to {t} is barred {d}, and {a} must find another.",
        "{d}, somebody at {p} recognises {a} and wants {t} for silence.",
        "{a} is made to wait for {t} {d}, and the time runs out.",
        "{b} has taken {t} away {d}, and will not say where.",
    ),
    (  # a finding
        "{a} notices {d} what everybody has overlooked about {t}.",
        "{d}, {a} finds a second trace of {t} at {p}.",
        "A mark on {t} leads {a}, {d}, to a name.",
        "{a} puts the pieces together {d}: {t} was never lost.",
    ),
    (  # a cost
        "{d}, {a} pays for {t} with something dear.",
        "{d}, {a} hurts {b} without meaning to, for the sake of {t}.",
        "{a} breaks a promise over {t} {d}.",
        "{b} is blamed for {t} {d}, and {a} keeps silent.",
    ),
)
TURNS = {
    "opening": (
        "{d}, {a} understands that {t} cannot be ignored.",
        "{b} begs {a} to leave {t} alone {d}, which decides it.",
        "{t} is touched for the first time {d}, and something is set going.",
        "{a} tells the first lie about {t} {d}.",
    ),
    "departure": (
        "{a} chooses {t} over an easy life {d}.",
        "{d}, the door behind {a} closes, with {t} on the wrong side.",
        "{b} agrees to come along for {t} {d}, for a reason that is not said.",
        "The first attempt to reach {t} fails {d}, and {a} will not turn back.",
    ),
    "rising trouble": (
        "{d}, {a} learns who else is after {t}.",
        "{b} turns out to have held {t} before, and admits it {d}.",
        "{a} gets {t} at last {d}, and it answers the wrong question.",
        "What {a} said about {t} in trust comes back {d}, out of another mouth.",
    ),
    "reversal": (
        "{d}, {a} sees that {t} means the opposite.",
        "{b} changes sides over {t} {d}.",
        "{a} is caught with {t} {d}, and cannot explain it.",
        "The one who could have explained {t} is gone {d}.",
    ),
    "crisis": (
        "{a} gives {t} up for lost {d}, and then gets to work.",
        "{d}, {a} and {b} stand face to face with {t} between them.",
        "All doors close at once {d}, and only {t} is left.",
        "{a} says what {t} was about all the time {d}, too late for {b} to hear.",
    ),
    "resolution": (
        "{d}, {a} does the one brave thing, and {t} is decided.",
        "{b} gives {t} back {d} without being asked.",
        "{a} tells the whole truth about {t} {d}.",
        "What was feared about {t} happens {d}, and it can be borne.",
    ),
}
CHAPTER_ENDINGS = (
    "{a} puts {t} away {d}, and knows what must be done next.",
    "{d}, {a} looks back at {p} once, thinks of {t}, and goes.",
    "{b} leaves {a} alone with {t} {d}, and the door falls shut.",
    "{a} makes up a mind about {t} {d}, and the day is over.",
)
PART_ENDINGS = (
    "{d}, what began with {t} is settled, and {a} leaves {p} for good.",
    "{a} and {b} part {d} over {t}, and something new has begun.",
    "{t} is out of {a}'s hands {d}; one story is over, and another waits.",
    "{a} stands at {p} {d}, pays what {t} has cost, and is not the same any more.",
)
NOVEL_ENDINGS = (
    "{a} is at {p} once more {d}; {t} has found its place, and there is peace.",
    "{d}, {a} and {b} say goodbye to {t}, and evening comes over {p}.",
    "{a} tells {b} {d} how it all ended with {t}, and then there is nothing left to say.",
    "{a} closes the door of {p} {d}, leaves {t} behind, and goes home.",
)

PART_BRIEFS = {
    "opening": "{a} is drawn in by {t} {d}, and nothing at {p} stays as it was; {b} knows why.",
    "departure": "{a} leaves safety behind for {t} {d}, and makes an uncertain friend of {b}.",
    "rising trouble": "The search for {t} widens {d}; {a} and {b} win ground and lose people.",
    "reversal": "What {a} believed about {t} breaks {d}, and {b} becomes an enemy.",
    "crisis": "Everything is set against {a} {d}; {t} is nearly lost, and {b} with it.",
    "resolution": "{a} and {b} face each other {d}, and what {t} began comes to its end at {p}.",
}

ROLE_TITLES = {
    "opening": ("Before the Change", "An Ordinary Day", "The First Sign"),
    "departure": ("The Road Out", "No Way Back", "A Door Opens", "The First Step"),
    "rising trouble": (
        "Strangers", "What It Costs", "Closer", "The Long Way Round", "Half a Truth",
        "Rising Water",
    ),
    "reversal": (
        "The Other Side", "Turning", "The Lie", "Old Debts", "Against the Wind",
        "The Narrow Place",
    ),
    "crisis": ("The Darkest Hour", "Alone", "What Remains", "The Last Attempt"),
    "resolution": ("Daylight", "After", "Home", "The Answer"),
}  # fmt: skip
