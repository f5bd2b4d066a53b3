"""Words that exclude one another: what is blue is not green, who lives is not dead.

A line is a group. One word of a group put in place of another makes it another fact, however
common both are. Base forms, lower case.
"""

_LINES = """
blue green brown black white red yellow grey gray purple pink orange violet scarlet crimson silver
blue green brown black grey gray hazel amber violet
brown black red grey gray white golden auburn blond blonde fair dark ginger silver
left right
north south east west
northern southern eastern western
spring summer autumn winter
morning afternoon evening night noon midnight dawn dusk
alive dead living
live die
burn hold stand survive
win lose
lock unlock
open closed shut locked
innocent guilty
married unmarried single widowed engaged divorced
rich poor
young old
tall short
thin fat
blind sighted
deaf hearing
male female
man woman boy girl
brother sister cousin uncle aunt nephew niece twin
mother father grandmother grandfather stepmother stepfather
son daughter grandson granddaughter stepson stepdaughter
husband wife widow widower
king queen prince princess duke duchess earl count baron
doctor lawyer priest teacher soldier sailor farmer merchant judge clerk schoolmaster nurse
baker butcher blacksmith carpenter tailor fisherman miller shepherd sailor farmer soldier cobbler
arm leg hand foot knee elbow shoulder ankle wrist hip thigh
eye ear nose mouth chin cheek forehead
thumb finger toe
dog cat horse mule donkey pony cow goat sheep pig wolf fox bear lion
raven crow owl hawk eagle falcon dove pigeon swan goose
oak elm ash birch beech pine willow yew cedar maple
rose lily violet tulip daisy
apple pear plum cherry peach fig orange lemon
gold silver copper bronze iron steel brass tin lead pewter
diamond ruby emerald sapphire pearl opal amethyst
wood stone brick marble iron glass clay
wool silk cotton linen velvet leather lace
knife sword axe dagger pistol rifle gun bow spear hammer
poison knife rope drown shoot stab strangle hang
church castle mill barn tower chapel temple inn tavern school library prison hospital
bridge ferry tunnel ford
river lake sea ocean pond
mountain valley island desert
attic cellar kitchen parlour parlor bedroom library hall
north-east north-west south-east south-west
wine beer ale brandy whisky whiskey rum gin water milk tea coffee
ship boat train carriage cart wagon coach car lorry
piano violin flute guitar harp drum trumpet
letter telegram
first second third fourth fifth sixth seventh eighth ninth tenth
true false
love hate
friend enemy
hot cold
day night
full empty
accept refuse
arrive leave
buy sell
rise fall
front back
wet dry
heaven hell
war peace
long short
limp run
sugar salt pepper
key lock
captain sergeant colonel major lieutenant corporal general admiral
catholic protestant jew muslim
fever plague cholera cancer consumption typhus smallpox
"""

CONTRAST_GROUPS = tuple(frozenset(line.split()) for line in _LINES.strip().splitlines())
