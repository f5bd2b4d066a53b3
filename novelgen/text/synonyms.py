"""Words a writer swaps for one another without changing what happened: big for large.

A line is a group; a word may stand in several. Two words of one group say nearly the same. Pairs
that are often mistaken for one another in spelling (lead for led) are groups too. Base forms, lower
case. What is missing here costs a false alarm at most, where the words are rare in the book.
"""

_LINES = """
big large great huge enormous vast massive immense giant gigantic colossal tremendous
small little tiny minute miniature slight wee petite
fast quick swift rapid speedy hasty brisk hurried
slow leisurely sluggish unhurried gradual
beautiful lovely pretty handsome gorgeous fair attractive comely
ugly hideous unsightly plain
old ancient aged elderly antique
new fresh recent modern
good fine nice excellent splendid decent pleasant
bad poor awful terrible dreadful horrible nasty wicked evil
happy glad cheerful joyful merry pleased delighted content gay
sad unhappy sorrowful mournful melancholy gloomy miserable dejected wretched
angry furious cross irate enraged annoyed mad wrathful irritated vexed
afraid scared frightened fearful terrified alarmed
tired weary exhausted fatigued worn spent
quiet silent still hushed noiseless calm peaceful tranquil
loud noisy
bright brilliant shining radiant gleaming luminous vivid
dark dim gloomy murky shadowy dusky
cold chilly cool icy freezing frosty frigid
hot warm heated
wet damp moist soaked drenched sodden
dry parched arid
clever smart bright intelligent shrewd
stupid foolish silly dull
strange odd peculiar curious queer weird unusual singular
strong powerful mighty sturdy robust
weak feeble frail faint
hard difficult tough
easy simple
rich wealthy prosperous
thin slender slim lean narrow
fat stout plump
wide broad
tall high lofty
whole entire complete full total
near close nearby
distant far remote faraway
empty vacant bare
famous celebrated renowned
important significant vital
certain sure
brave bold courageous fearless valiant
gentle soft tender mild kind
sharp keen
clean spotless
dirty filthy grimy soiled
rough coarse
smooth even
crazy mad insane
real true genuine actual
main chief principal
walk stroll stride pace step march tread wander amble saunter
run dash race sprint hurry rush hasten bolt scurry speed
shout cry yell call scream exclaim bellow roar shriek
whisper murmur mutter mumble
speak talk converse chat
remark observe mention note comment state declare
smile grin beam
laugh chuckle giggle
weep cry sob
glance peer gaze stare peek watch regard eye
notice observe perceive spot spy remark
stop halt cease pause quit
end finish conclude complete close
begin start commence
try attempt endeavour endeavor strive
help aid assist
throw toss fling hurl cast pitch
pull drag tug haul draw
push shove thrust press
grab seize snatch grasp grip clutch catch
hold grasp clutch grip
hit strike beat knock
jump leap spring bound hop
fall drop tumble collapse
rise stand climb
climb ascend mount scale
hide conceal
show display reveal exhibit
build construct erect
buy purchase
choose select pick
gather collect
enter
leave depart quit
arrive reach
return
stay remain linger wait
send dispatch
bring fetch carry
carry bear lug
lift raise hoist
close shut
shake tremble quiver shiver shudder quake
shine gleam glow glitter glisten sparkle glimmer
cut slice
break smash shatter crack
eat devour consume
drink sip gulp swallow
sleep slumber doze nap
dream
think believe suppose reckon imagine fancy guess consider
understand grasp comprehend realize realise
remember recall recollect
hope wish
wish want desire long
like enjoy
love adore
hate detest loathe despise
fear dread
ask inquire enquire question
answer reply respond
promise swear vow
agree consent
refuse decline
allow permit let
need require
happen occur
seem appear
happen befall
turn twist spin whirl rotate
move shift stir
sit settle
follow pursue chase
search seek hunt
wonder marvel
nod
sigh
explain clarify
frighten scare terrify startle
surprise astonish amaze astound
anger rage fury wrath
joy happiness delight gladness pleasure
sorrow grief sadness
fear dread terror fright
house home dwelling cottage residence
road path lane street way track
forest wood woods
hill slope
stone rock
sea ocean
river stream
boat vessel craft
ship vessel
picture painting portrait
door doorway
room chamber
gate gateway
garment dress gown clothes clothing
coat jacket
bag sack
job task work
child kid youngster
boy lad youth
girl lass maiden maid
man fellow gentleman chap
woman lady
friend companion comrade
enemy foe
doctor physician
soldier trooper
sound noise
smell scent odour odor
start beginning
finish ending
middle centre center
edge border rim brink
top summit peak
bottom base
piece bit part portion
group crowd
crowd throng mob
story tale
letter note
trip journey voyage
fight battle struggle
error mistake
moment instant second minute
sometimes occasionally
often frequently
sudden abrupt unexpected
immediate instant prompt
careful cautious wary
slight faint
complete utter absolute
exact precise
usual customary habitual
common ordinary
dusk twilight evening nightfall
dawn daybreak sunrise
evening
night
couch sofa
carpet rug
cup mug
rubbish trash
autumn fall
colour color
grey gray
honour honor
towards toward
quickly swiftly
affect effect
advice advise
principal principle
past pass
quiet quite
bare bear
brake break
peace piece
weather whether
course coarse
dairy diary
later latter
loose lose
breath breathe
lead led
form from
trail trial
stationary stationery
complement compliment
desert dessert
lightning lightening
stare stair
tide tied
waist waste
wait weight
week weak
hole whole
peal peel
plain plane
prey pray
rain reign rein
root route
sole soul
steal steel
tail tale
vain vein
passed past
leave left
rise rose
bind bound
grind ground
leaf leave
live life
wind wound
lie lay
"""

SYNONYM_GROUPS = tuple(frozenset(line.split()) for line in _LINES.strip().splitlines())
