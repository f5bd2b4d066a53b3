"""English words that carry no fact of their own: articles, pronouns, auxiliaries, fillers.

Lower case, apostrophes straight, contractions with and without theirs. Inflected forms are listed
one by one, so that a look-up is all it takes.
"""

_LISTED = """
a an the this that these those such same other another others each every either neither both all
any some no none not nor only own few fewer fewest many more most much less least several enough
i me my mine myself we us our ours ourselves you your yours yourself yourselves thou thee thy thine
ye he him his himself she her hers herself it its itself they them their theirs themselves one's
who whom whose which what whoever whomever whichever whatever someone somebody something anyone
anybody anything everyone everybody everything nobody nothing noone oneself
and or but if because as until while although though unless since than whether so yet else
of at by for with about against between into through during before after above below to from up
down in out on off over under again further then once here there when where why how within without
upon toward towards among amongst across along around behind beneath beside besides beyond despite
except inside outside near onto past per throughout till underneath unlike via amid amidst
am is are was were be been being have has had having do does did doing done can could may might
must shall should will would ought need dare used cannot
isn't aren't wasn't weren't hasn't haven't hadn't doesn't don't didn't can't couldn't mayn't
mightn't mustn't shan't shouldn't won't wouldn't needn't daren't ain't oughtn't
i'm you're he's she's it's we're they're i've you've we've they've i'd you'd he'd she'd it'd we'd
they'd i'll you'll he'll she'll it'll we'll they'll that's who's what's here's there's where's
when's why's how's let's that'll who'd who'll o'clock ma'am
isn aren wasn weren hasn haven hadn doesn don didn couldn shouldn wouldn ain ll ve re
very too quite rather just even still also already always never ever often sometimes perhaps maybe
almost nearly hardly scarcely barely really truly indeed certainly surely simply merely soon now
today tonight tomorrow yesterday away back forth however therefore thus hence moreover meanwhile
otherwise instead somehow somewhere anywhere everywhere nowhere together apart aside altogether
anyhow anyway like unto lest whereas wherever whenever whereupon hither thither
ah oh yes yea nay well o hey hush alas aye eh hm hmm ugh ok okay please thanks
get gets got gotten getting go goes went gone going come comes came coming make makes made making
take takes took taken taking give gives gave given giving put puts putting let lets letting
say says said saying tell tells told telling ask asks asked asking reply replies replied replying
answer answers answered answering
seem seems seemed seeming become becomes became becoming begin begins began begun beginning
start starts started starting keep keeps kept keeping
know knows knew known knowing think thinks thought thinking see sees saw seen seeing look looks
looked looking want wants wanted wanting feel feels felt feeling find finds found finding
thing things way ways sort sorts kind kinds lot lots bit bits mr mrs ms miss dr sir madam st
"""
STOP_WORDS = frozenset(_LISTED.split())
