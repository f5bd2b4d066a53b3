"""The content words that any English novel is full of: hands, doors, turning, smiling.

That two passages share one of them says nothing. Base forms, lower case; a book too short to show
by its own counts which words are common needs the list.
"""

_LISTED = """
able accept act afternoon age agree air appear approach arm arrive attention bad beautiful bed
believe big black body book boy break breath bring brother brown business call care carry case
catch cause certain chair chance change child clear close cold colour color continue corner country
course cover cross cry cut dark daughter day dead dear death deep different distance doctor door
doubt draw dream dress drink drive drop dry ear early earth easy eat effect effort end evening event
evil exclaim expect express eye face fact fair fall family far fast father fear feeling fellow field
figure fill fine finger fire floor follow food foot force forget form forward free friend front full
fun garden gentleman girl glad glance glass god good great green grey gray ground group grow hair
half hall hand hang happen happy hard hate head hear heart heavy help high hold home hope horse hot
hour house human hundred hurry husband idea imagine instant interest keen kill kiss knock lady land
large last late laugh lay lead learn leave left leg letter lie life lift light line lip listen
little live long lose love low man mark marry master matter mean meet mention mile mind minute
moment money month moon morning mother mountain mouth move mouth murmur name nature neck new night
nod noise note notice object offer old open opinion order pain paper part party pass past pause pay
people person picture piece place plain plan play pleasant pleasure point poor position possible
power prepare present press pretty promise prove pull purpose push question quick quiet raise reach
read ready real reason receive red remain remember remark repeat rest return rich ride right rise
river road roll room round run sad safe sea seat second send sense sentence serious servant serve
set shadow shake shape sharp ship shoe shop short shoulder shout show shut side sight sign silence
silent simple single sister sit skin sky sleep slip slow small smell smile smoke snow society soft
soldier son sorry soul sound speak spirit spot spread spring stand star stare state stay step stone
stop story strange street strength strike strong struggle study subject suddenly suffer summer sun
suppose sure surprise sweet table talk tea tear thin third thousand threw throw tie time tire tone
top touch town tree trouble true trust truth try turn understand usual use village visit voice wait
wake walk wall war warm wash watch water weak wear week weight whisper white whole wide wife wild
wind window wine winter wish woman wonder wood word work world worry worth write wrong year yellow
young general gentle immediate entire perfect complete exact quiet ordinary slight direct evident
faint glance gaze hesitate sigh sudden tremble breathe lean pretend manner matter news
"""
COMMON_WORDS = frozenset(_LISTED.split())
