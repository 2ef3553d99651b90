"""Whether a report recalls what was said before: "had earlier said", "has repeatedly said", "said last week". Pure.

Looks at the words between which a verb of saying stands, never at what is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.records import Span

_BEFORE, _AFTER = 60, 40  # characters around the verb of saying
# Another sentence or clause begins, or somebody else's.
_BREAK = re.compile(r"[.!?;:…()—\n]|,\s(?:and|but|who|which|while|after|before)\b|[“”\"«»]")
_UNIT = r"(?:day|week|weekend|month|year|summer|winter|spring|autumn|fall)s?"
_RECALLED = re.compile(
    r"\b(?:(?:has|have|had|['’](?:s|ve|d))\s(?:also\s)?(?:repeatedly|previously|earlier|long|often|always|consistently"
    r"|already|frequently|once|in the past)"
    r"|previously|repeatedly|earlier|in the past|time and again|in (?:earlier|previous) \w+"
    rf"|(?:last|the previous|the past|a previous) (?:{_UNIT})"
    rf"|(?:\d+|an?|one|two|three|four|five|six|several|some|many|a few) {_UNIT} (?:ago|earlier|before)"
    r"|recalled|reiterated previously"
    r"|ранее|раньше|прежде|неоднократно|не раз|напомнил\w*|на (?:прошлой|минувшей) неделе|в прошлом (?:месяце|году)"
    r"|(?:недел\w+|месяц\w*|год\w*|дней|дня) назад"
    r"|раніше|неодноразово|не раз|нагада\w+|минулого (?:тижня|місяця|року)|минулої \w+"
    r"|(?:тижн\w+|місяц\w+|рок\w+|дн\w+) тому)\b",
    re.IGNORECASE,
)
# "Earlier on Sunday" and "earlier today" are of the day that is told of.
_SAME_DAY = re.compile(
    r"\bearlier (?:today|in the day|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.IGNORECASE
)
# What is told of the speaker by the way: "Fidan, who had met them last week, said".
_ASIDE = re.compile(r",\s(?:who|which|whose|where)\b[^,.;]*,")

# What was written to last says so still, whenever that was: "last year he wrote a paper urging", "a plan that said". A
# letter or a speech is of its day.
_LASTING = re.compile(
    r"\b(?:papers?|plans?|strategy|strategies|blueprints?|road ?maps?|proposals?|doctrines?"
    r"|drafts?|documents?|books?|memoirs?|manifestos?|treat(?:y|ies)|laws?|bills?)\s(?P<that>(?:that|which)\s)?$",
    re.IGNORECASE,
)


def is_recap(text: str, cue: Span | None, said: Sequence[Span]) -> bool:
    """Tell whether the words around a verb of saying put it into the past; `said` are the parts that are said."""
    if cue is None:
        return False
    before = [part.end for part in said if part.end <= cue.start]
    after = [part.start for part in said if part.start >= cue.end]
    start, end = max([cue.start - _BEFORE, 0, *before]), min([cue.end + _AFTER, len(text), *after])
    ahead, behind = (_SAME_DAY.sub(" ", _ASIDE.sub(" ", text[a:b])) for a, b in ((start, cue.start), (cue.end, end)))
    lasting = _LASTING.search(ahead)
    if lasting and (lasting["that"] or cue.slice(text).endswith("ing")):
        ahead = ""
    around = f"{_BREAK.split(ahead)[-1]}{cue.slice(text)}{_BREAK.split(behind)[0]}"
    return _RECALLED.search(around) is not None
