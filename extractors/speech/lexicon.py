"""The closed lists of English words that reading rests on. Data only: nothing here decides."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

_NAME = re.compile(r"\{([a-z]\w*)\}")


def tables(name: str) -> dict[str, Any]:
    """Return the tables of a file of words beside this module."""
    return tomllib.loads(files("extractors.speech").joinpath(name).read_text(encoding="utf-8"))


def filled(words: str | Sequence[str], names: Mapping[str, str | Sequence[str]]) -> str:
    """Return a pattern, of a list one that takes any of it; a name in braces stands for what `names` has for it."""
    whole = words if isinstance(words, str) else f"(?:{'|'.join(words)})"
    return _NAME.sub(lambda match: filled(names[match[1]], names), whole)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Verbs that report speech, by lemma.
CUE_VERBS = _words(
    """accuse acknowledge add admit admonish advise affirm agree allege announce answer argue ask assert assure begin
    boast brag caution claim comment complain concede conclude confess confide confirm contend continue counter
    cry declare demand deny describe emphasise emphasize estimate exclaim explain hint imply indicate inform
    insist interject joke lament maintain marvel mention muse note observe opine order plead pledge point post
    predict press proclaim promise protest quip recall recount reiterate relate remark remind repeat reply
    report respond retort reveal say scoff shout signal snap state stress suggest swear tell testify threaten think
    thunder tweet underline underscore urge vow warn whisper wonder write yell read quote cite echo elaborate
    clarify stipulate specify proceed intone deadpan blast slam fume grumble rail sum summarise summarize chant
    lecture caption label charge surmise bark vent gush crow implore plea venture muse offer recommend reason
    remonstrate snarl sneer sigh shrug laugh smile shoot fire sniff chide scold theorize speculate text email agree
    blurt bellow hiss mutter murmur plead beg counsel exult enthuse rage rant quote"""
)
# Verbs whose clause reports speech even where only part of it stands between marks.
REPORTING_VERBS = _words(
    """accuse acknowledge add admit affirm allege announce answer argue assert assure caution claim comment complain
    concede conclude confirm contend declare deny emphasise emphasize explain hint imply indicate inform insist joke
    lament maintain mention note observe opine pledge predict proclaim promise quip recall reiterate remark remind
    repeat reply report respond retort reveal say signal state stress suggest swear tell testify threaten tweet
    underline underscore urge vow warn write"""
)
# Acts of negotiation, which their object alone makes a statement: "floated the notion of a summit".
ACTS = _words(
    """reject demand condition float signal pledge offer vow insist propose voice refuse accept welcome condemn dismiss
    threaten warn deny urge oppose rebuff endorse denounce decry praise criticise criticize reiterate reaffirm question
    doubt accuse blame thank hail call appeal promise rule concede acknowledge stress confirm announce"""
)
# What a clause that goes on after "and" or "but" may report in its turn: "said X but declined to name them".
NEXT_VERBS = REPORTING_VERBS | (ACTS - {"call", "offer"}) | {"decline"}
# Those that hardly occur where the counts were made, and have no other meaning with somebody for a subject.
SURE_ACTS = frozenset({"rule out", "float", "condition", "rebuff", "stipulate", "reject", "denounce", "reaffirm"})
# Where and when something is said, no part of what is said: "in an interview", "at a briefing".
OCCASIONS = _words(
    """interview statement speech address remark comment debate briefing conference event rally tweet post letter email
    video appearance message article column testimony hearing meeting program show podcast broadcast call ad report
    television tv radio twitter facebook telegram reporter host talk summit round session air morning night week day
    month year monday tuesday wednesday thursday friday saturday sunday"""
)
# Of those, the ones that are an occasion or a means, not a time or somebody: "at a briefing", "on Telegram".
SETTINGS = OCCASIONS - _words(
    """air morning night week day month year monday tuesday wednesday thursday friday saturday sunday reporter host
    report remark comment program talk call ad"""
) | _words("conversation telegram x youtube channel statement press newspaper website call forum briefing session news")
# Of those, the ones whose passive has the hearer for its subject: "he was told".
HEARD_VERBS = _words("tell ask inform remind warn assure advise urge order question")
# Dashes that set off an aside or a name.
DASHES = frozenset({"—", "–", "―", "-", "--"})
# Verbs that give a thing a name: "called it “a trap”".
NAMING = _words("call dub label brand term deem declare describe denounce dismiss")
# Verbs that no quotation depends on, whatever the parse says.
NO_CUES = _words("be have do get make give take see know become seem appear let keep mean want need try use")

# Nouns for what was said or written, and for papers that speak for those who signed them.
CUE_NOUNS = _words(
    """statement remark comment warning claim message words response answer reply declaration announcement allegation
    tweet post letter speech promise pledge demand line admission assertion question motto caption slogan headline"""
)
PAPERS = _words("statement communique communiqué letter declaration document memorandum release paper proposal memo")

HE = _words("he him himself")
SHE = _words("she her herself")
THEY = _words("they them we us")
IT = _words("it")
WHO = _words("who which that whom whose")
PRONOUNS = HE | SHE | THEY | IT | _words("i you me one this those these everyone someone nobody somebody anyone")

MEN_TITLES = _words("mr sir lord king prince father pope chairman spokesman congressman businessman")
WOMEN_TITLES = _words("mrs ms miss lady queen princess madam chairwoman spokeswoman congresswoman businesswoman")

# Sentences never end after these: a name or a number follows.
TITLES = _words(
    """mr mrs ms dr sen rep reps sens gov gen col lt sgt maj capt cmdr adm brig prof rev hon pres amb st ste mt ft vs no
    nos art fig vol e.g i.e cf al approx rt messrs supt insp del"""
)
# After these they end only where the next word is one that opens sentences.
ABBREVIATIONS = _words(
    """jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k u.n e.u u.s.s.r d.c a.m p.m inc corp co ltd llc bros jr
    sr ph.d m.d esq etc dept govt"""
)
OPENERS = _words(
    """the a an he she it they we i you this that these those there but and in on at as if when while after before since
    for from by with his her its their our my what who why how not now then so yet still however meanwhile also another
    both some many most all"""
)

# Nouns for people, beside those in -man and -woman: "the minister said", "the negotiator".
PEOPLE = _words(
    """official minister president premier chancellor secretary ambassador envoy diplomat negotiator mediator aide
    adviser advisor spokesperson representative delegate senator lawmaker deputy governor mayor general admiral
    commander officer colonel soldier leader chief head chair director chairperson analyst expert professor
    researcher fellow historian economist author journalist reporter correspondent editor critic activist candidate
    nominee politician lawyer judge prosecutor witness source insider resident voter student doctor nurse teacher
    worker mother father son daughter wife husband brother sister friend man woman boy girl person billionaire
    entrepreneur executive strategist pollster consultant manager host speaker member veteran pope king queen prince
    leader republican democrat tycoon lobbyist"""
)

# First names by gender, for pronouns: commonest in the news of the talks, and in English.
MEN = _words(
    """aaron abdul abraham adam ahmed alan albert alec alex alexander alexandr alexei alexey ali anatoly andre andrei
    andrew andrey andrii andriy andrzej anthony antonio antónio antony arnold arthur arseniy artem ben benjamin
    bernie bill bob boris brad brian bruce carl charles chris christopher chuck colin dan daniel dave david davyd
    dean denis denys dick dmitri dmitrii dmitry dmytro don donald doug douglas ed edward emmanuel eric evan evgeny
    frank fred gary gennady geoff george gerald gerhard gordon greg hakan harold harry henry hulusi ian igor ihor
    ilya ivan jack jake james jared jason jeff jeffrey jens jerry jim jimmy joe joel john jon jonathan jose josé
    joseph josep josh juan keir keith ken kenneth kevin kirill konstantin kyrylo larry lee leonid lindsey lloyd
    louis luke marco mariusz mark martin mateusz matt matthew mehmet michael mike mikhail mitch mohammed mykhailo
    narendra nathan nick nicolas nikita nikolai oleg oleh oleksandr oleksii oleksiy olaf oskar pat patrick paul
    pavel pavlo pedro pete peter petro phil philip radek radoslaw ralph ramzan ray recep rex richard rick rob robert
    roger roman ron ronald rudy rustem ruslan ryan sam samuel scott sean sebastian sergei sergey serhii serhiy
    sergiy simon stephen steve steven stuart taras ted terry thomas tim timothy tom tony trey valeriy valery vadim
    vadym vasily viktor vitali vitaliy vitaly vlad vladimir vladyslav volodymyr vyacheslav walter wang wayne wendell
    will william xi yevgeny yuri yuriy yury"""
)
WOMEN = _words(
    """alexandra alice amanda amy ana andrea angela ann anna annalena anne annette barbara beth betty brenda carla
    carol caroline carolyn catherine cathy cheryl christina christine cindy claire daria deborah debbie denise diana
    diane donna dorothy elena elizabeth ella ellen elvira emily emma erin eva federica gina giorgia hannah heather
    helen hillary huma irina iryna ivanka jane janet janice jean jennifer jessica jill joan joanna joyce judith judy
    julia julie kaja kamala karen karine karoline kate katherine kathleen kathryn kathy katie kayleigh kelly
    kellyanne kim kimberly kristina laura lauren lesia linda lisa liz loretta lori lucy ludmila lynn magdalena maia
    margaret margarita maria marie marine marina mariya martha mary megan melania melissa michelle monica nadia
    nancy natalia nataliya natasha nicole nina oksana olena olga olha pamela patricia patty paula rachel rebecca
    rosa roxana ruth sally samantha sandra sanna sara sarah sharon sheila sophia stephanie sue susan svetlana tamara
    tatiana teresa theresa tulsi ursula valentina valerie vera veronica victoria viktoria virginia wendy yulia
    yuliia yvette zinaida"""
)
