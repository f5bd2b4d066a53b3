"""English words whose forms no stemmer brings together: took is take, feet is foot.

A line holds a base form and the forms that differ from it by more than an ending. Left out are
forms that are another word too (left, rose, wound): `synonyms` has those.
"""

_LINES = """
arise arose arisen
awake awoke awoken
bear bore borne
beat beaten
bend bent
bite bit bitten
bleed bled
blow blew blown
break broke broken
breed bred
bring brought
build built
buy bought
catch caught
choose chose chosen
cling clung
creep crept
deal dealt
die dying
dig dug
draw drew drawn
dream dreamt
drink drank drunk drunken
drive drove driven
dwell dwelt
eat ate eaten
fall fell fallen
feed fed
fight fought
flee fled
fling flung
fly flew flown
forbid forbade forbidden
forget forgot forgotten
forgive forgave forgiven
freeze froze frozen
grow grew grown
hang hung
hear heard
hide hid hidden
hold held
kneel knelt
lead led
lean leant
leap leapt
learn learnt
lend lent
lie lying lain
lay laid
light lit
lose lost
mean meant
meet met
mow mown
pay paid
ride rode ridden
ring rang rung
rise risen
run ran
seek sought
sell sold
send sent
sew sewn
shake shook shaken
shine shone
shoot shot
show shown
shrink shrank shrunk
sing sang sung
sink sank sunk
sit sat
slay slew slain
sleep slept
slide slid
sling slung
smell smelt
speak spoke spoken
speed sped
spend spent
spill spilt
spin spun
spit spat
spoil spoilt
spring sprang sprung
stand stood
steal stole stolen
stick stuck
sting stung
stink stank stunk
stride strode stridden
strike struck stricken
string strung
strive strove striven
swear swore sworn
sweep swept
swell swollen
swim swam swum
swing swung
teach taught
tear tore torn
throw threw thrown
tie tying
tread trod trodden
understand understood
wake woke woken
wear wore worn
weave wove woven
weep wept
win won
withdraw withdrew withdrawn
write wrote written
man men
woman women
child children
foot feet
tooth teeth
goose geese
mouse mice
ox oxen
wife wives
life lives
knife knives
half halves
wolf wolves
thief thieves
loaf loaves
shelf shelves
calf calves
scarf scarves
brother brethren
good better best
bad worse worst
far farther farthest further furthest
old elder eldest
"""

BASE_FORMS = {
    form: base
    for base, *forms in (line.split() for line in _LINES.strip().splitlines())
    for form in forms
}
"""The base form of each irregular one; lower case."""
