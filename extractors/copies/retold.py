"""A sentence as it is compared with others of its speaker: what only tells direct speech from indirect taken out. Pure.

"Moscow is ready", "he was ready" and "we are ready" are one thing when Russia's president says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.text.tables import tables

_TABLE = tables("extractors.copies", "gist.toml")["retelling"]
_MARKS = re.compile(r"[“”\"„«»]|(?<!\w)[‘'’]|[’'](?!\w)")
_CAPITALS = tuple((re.compile(rf"\b(?:the )?(?:{words})(?!\w)"), name) for name, words in _TABLE["capitals"].items())
_GOVERNING = r"(?! (?:side|government|military|army)\b)"
# Of each country, what is said to be its own, and what it does itself.
_OWN = {
    code: (
        re.compile(rf"\b(?:the )?(?:{words}['’]s|{_TABLE['ours'].get(code, '(?!)')}{_GOVERNING})(?= [a-z])"),
        re.compile(rf"\b(?:the )?{words}\b(?! (?:and|or) |-)"),
    )
    for code, words in _TABLE["own"].items()
}
_SPEAKER = re.compile(r"\b(?:I|[Hh]e|[Ss]he)\b")
_HIS = re.compile(r"\b(?:[Mm]y|[Hh]is|[Hh]er)\b")
_OBJECT = re.compile(r"\b(of|to|by|on|at|in|for|with|from|against) we\b")
_ACTED_ON = re.compile(r"\bwe\b(?= (?:of|to|from|in|on|with|by|for|at|as)\b|[,.]|$)")
# "We does", "we sees": the verb as it stood beside the name.
_AGREEING = re.compile(r"\bwe (am|is|was|[a-z]+[^\Wsu]s|[a-z]+[sx]es)\b")
_PLURAL = {"am": "are", "is": "are", "was": "are", "has": "have", "always": "always", "perhaps": "perhaps"}
_LONG_ENDING = re.compile(r"(?:ch|sh|ss|x|do|go)es$")
_ASIDE = re.compile(r"\s*\([^()]{0,60}\)")
_OPENING = re.compile(
    rf"^(?:(?:that|whether|to|however|and|but|so|look|well)[, ]+|(?:{_TABLE['leading']})[:,]? (?:that )?)+",
    re.IGNORECASE,
)
_CUE = re.compile(_TABLE["cues"], re.IGNORECASE)
_END = re.compile(r"(?<=[.!?…][”\"’»])\s+|(?<=[.!?…])\s+")
_FEWEST = 3  # words of a sentence that says something
_MOST = 12  # sentences of one statement


def sentences_of(parts: list[str], *, cue: str | None, home: str | None) -> tuple[str, ...]:
    """Return the sentences of what is said as they are compared; `home` is the code of the speaker's country.

    A cue that takes a position ("rejected", "doubted") belongs to what is said.
    """
    position = cue.lower() if cue and _CUE.match(cue) else ""
    told = [retold(sentence, home) for sentence in _split(parts)]
    if told and position:
        told[0] = f"{position} {told[0]}"
    return tuple(dict.fromkeys(told))[:_MOST]


def retold(sentence: str, home: str | None) -> str:
    """Return a sentence with the speaker and his country as "we", and capitals as their countries."""
    plain = _ASIDE.sub("", _MARKS.sub("", sentence))
    for pattern, name in _CAPITALS:
        plain = pattern.sub(name, plain)
    if own := _OWN.get((home or "").lower()):
        plain = own[1].sub("we", own[0].sub("our", plain))
    plain = _HIS.sub("our", _SPEAKER.sub("we", plain))
    plain = _ACTED_ON.sub("us", _OBJECT.sub(r"\1 us", plain))
    plain = _AGREEING.sub(lambda found: f"we {_of_many(found[1])}", plain)
    return _OPENING.sub("", plain).strip(" ,.;:—–-")


def _of_many(verb: str) -> str:
    """Return a verb as it stands beside "we"."""
    if verb in _PLURAL:
        return _PLURAL[verb]
    return verb[:-2] if _LONG_ENDING.search(verb) else verb[:-3] + "y" if verb.endswith("ies") else verb[:-1]


def _split(parts: list[str]) -> Iterator[str]:
    for part in parts:
        for sentence in _END.split(part):
            if len(sentence.split()) >= _FEWEST:
                yield sentence
