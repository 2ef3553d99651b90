"""Which words a statement reports, as other reports of them are looked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from extractors.copies.sameness import SHINGLE, shingles, telling_words, word_keys
from extractors.negotiation.positions import SIDES
from extractors.officials.countries import Countries
from extractors.records import Statement, StatementKind
from extractors.relation_records import Wording, Words
from extractors.text.identity import plain_words
from extractors.text.tables import tables
from extractors.text.words import APOSTROPHES, fold

_TABLE = tables("extractors.copies", "gist.toml")["retelling"]
_MARKS = re.compile(r"[“”\"„«»]|(?<!\w)[‘'’]|[’'](?!\w)")
_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
_CAPITALS = tuple((re.compile(rf"\b(?:[Tt]he )?(?:{words})(?!\w)"), name) for name, words in _TABLE["capitals"].items())
_GOVERNING = r"(?! (?:side|government|military|army)\b)"
# Of each country, what is said to be its own, and what it does itself.
_OWN = {
    code: (
        re.compile(rf"\b(?:the )?(?:{words}['’]s|{_TABLE['ours'].get(code, '(?!)')}{_GOVERNING})(?= [a-z])"),
        re.compile(rf"\b(?:the )?{words}\b(?! (?:and|or) |-)"),
    )
    for code, words in _TABLE["own"].items()
}
_SLAVIC_ROW = r"(?!\w|-| (?:и|или|і|й|та|або) )"
# "Украинская сторона", "украинских", "Украина", "Украиной": who acts, whose it is, to whom.
_SLAVIC = {
    code: re.compile(
        rf"(?<!-)\b(?:(?P<side>(?:{adjective})\w{{1,3}} (?:сторона|сторону|стороны|сторони|стороне|стороні))"
        rf"|(?P<its>(?:{adjective}))(?P<ending>\w{{1,3}})(?= [а-яіїєґ])"
        rf"|(?P<name>{name})|(?P<case>(?:{cases})\w{{1,3}})){_SLAVIC_ROW}"
    )
    for code, (name, cases, adjective) in _TABLE["slavic"].items()
}
# How the endings of an adjective stand behind "наш".
_OUR = {"ая": "а", "ой": "ей", "ую": "у", "ий": "", "ого": "его", "ому": "ему", "ом": "ем", "ие": "и", "ое": "е"}
_UKRAINIAN = re.compile("[іїєґ]|ськ")
_SPEAKER = re.compile(r"\b(?:I|[Hh]e|[Ss]he)\b")
_HIS = re.compile(r"\b(?:[Mm]y|[Hh]is|[Hh]er)\b")
_OBJECT = re.compile(r"\b(of|to|by|on|at|in|for|with|from|against) we\b")
_ACTED_ON = re.compile(r"\bwe\b(?= (?:of|to|from|in|on|with|by|for|at|as)\b|[,.]|$)")
# "We does", "we sees": the verb as it stood beside the name.
_AGREEING = re.compile(r"\bwe (am|is|was|[a-z]+[^\Wsu]s|[a-z]+[sx]es)\b")
_PLURAL = {"am": "are", "is": "are", "was": "are", "has": "have", "always": "always", "perhaps": "perhaps"}
_LONG_ENDING = re.compile(r"(?:ch|sh|ss|x|do|go)es$")
_ASIDE = re.compile(r"(?<!\s)\s*\([^()]{0,60}\)")
_OPENING = re.compile(
    rf"^(?:(?:that|whether|to|however|and|but|so|look|well)[, ]+|(?:{_TABLE['leading']})[:,]? (?:that )?)+",
    re.IGNORECASE,
)
_CUE = re.compile(_TABLE["cues"], re.IGNORECASE)
# "Rejected Kyiv's assertion that", "dismissed reports that": that somebody claims it is no part of the claim.
_CLAIM_THAT = re.compile(
    r"(?P<whose>^|['’]s )(?:(?:the|any|all|such|recent|earlier|media) )*"
    r"(?:claim|assertion|allegation|accusation|insinuation|report|rumou?r)s? that ",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?…][”\"’»])\s+|(?<=[.!?…])\s+")
_SMALL = re.compile(r"\W*[^\W\d_A-ZА-ЯІЇЄҐ]")  # that a part begins with which goes on with a sentence
_FEWEST = 3  # words of a sentence that says something
_MOST = 12  # sentences of one statement


def sentences_of(parts: list[str], *, cue: str | None, home: str | None) -> tuple[str, ...]:
    """Return the sentences of what is said as they are compared; `home` is the code of the speaker's country.

    A cue that takes a position ("rejected", "doubted") belongs to what is said, and whose claim that is, but
    not that it is one.
    """
    position = cue.lower() if cue and _CUE.match(cue) else ""
    told = [retold(sentence, home) for sentence in _split(_joined(parts))]
    if told and position:
        told[0] = f"{position} {_CLAIM_THAT.sub(_whose, told[0], count=1)}"
    return tuple(dict.fromkeys(told))[:_MOST]


def _whose(claim: re.Match[str]) -> str:
    return " that " if claim["whose"] else ""


def retold(sentence: str, home: str | None) -> str:
    """Return a sentence with the speaker and his country as "we", and capitals as their countries."""
    plain = _ASIDE.sub("", _MARKS.sub("", sentence)).translate(_APOSTROPHES)
    for pattern, name in _CAPITALS:
        plain = pattern.sub(name, plain)
    code = (home or "").lower()
    if own := _OWN.get(code):
        plain = own[1].sub("we", own[0].sub("our", plain))
    if slavic := _SLAVIC.get(code):
        plain = slavic.sub(_slavic_own, plain)
    plain = _HIS.sub("our", _SPEAKER.sub("we", plain))
    plain = _ACTED_ON.sub("us", _OBJECT.sub(r"\1 us", plain))
    plain = _AGREEING.sub(lambda found: f"we {_of_many(found[1])}", plain)
    return _OPENING.sub("", plain).strip(" ,.;:—–-")


def _slavic_own(told: re.Match[str]) -> str:
    """Return "we", "us" or "our" for the speaker's own country in Russian or Ukrainian."""
    if told["its"]:
        return "наш" + (told["ending"] if _UKRAINIAN.search(told[0]) else _OUR.get(told["ending"], told["ending"]))
    acts = told["name"] or (told["side"] and told["side"].endswith("сторона"))
    return "нас" if not acts else "ми" if _UKRAINIAN.search(told[0]) else "мы"


def _of_many(verb: str) -> str:
    """Return a verb as it stands beside "we"."""
    if verb in _PLURAL:
        return _PLURAL[verb]
    return verb[:-2] if _LONG_ENDING.search(verb) else verb[:-3] + "y" if verb.endswith("ies") else verb[:-1]


def _joined(parts: list[str]) -> list[str]:
    """Return what is said with the parts of one sentence together: “Nobody,” he warned, “should be naive”."""
    whole: list[str] = []
    for part in parts:
        if whole and _SMALL.match(part):
            whole[-1] = f"{whole[-1]} {part}"
        else:
            whole.append(part)
    return whole


def _split(parts: list[str]) -> Iterator[str]:
    for part in parts:
        for sentence in _END.split(part):
            if len(sentence.split()) >= _FEWEST:
                yield sentence


_OMITTED = re.compile(r"…|\.\s?\.\s?\.|\[[^\]\n]{0,200}\]|\([^)\n]{0,200}\)")
_ACT_WORDS = 8  # of what an act is done to
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„\n]+)[”\"»]")


def wording(
    statement: Statement, text: str, *, said_at: datetime, seen_at: datetime, countries: Countries | None = None
) -> Wording | None:
    """Return what other reports of a statement are found by; None without a known speaker or any word.

    Of whom the watchlist's `countries` know there is what it means too, unless it is told that he did not say it.
    """
    parts = [span.slice(text) for span in statement.spans]
    plain = _plain(" ".join(_OMITTED.sub(" ", part) for part in parts))
    if statement.speaker is None or not plain:
        return None
    if _is_act(statement, plain):
        plain = f"{statement.stance} {plain}"
    quoted = parts if statement.kind is StatementKind.DIRECT else [found for part in parts for found in _marked(part)]
    pieces = (_plain(piece) for each in quoted for piece in _OMITTED.split(each))
    words = Words(plain=plain, quoted=tuple(piece for piece in pieces if piece))
    voice = countries.voice(statement.speaker, said_at.date()) if countries and not statement.speaker_id else None
    home = voice.code if voice else countries.of(statement.speaker_id, statement.speaker) if countries else None
    is_asked_for = countries is not None and (statement.speaker_id is not None or home is not None)
    return Wording(
        statement_id=statement.statement_id,
        name=statement.utterance_id,
        speaker=statement.speaker_id or (voice.ref_id if voice else plain_words(fold(statement.speaker))),
        said_at=said_at,
        seen_at=seen_at,
        words=words,
        keys=_keys(words),
        sentences=sentences_of(parts, cue=statement.cue, home=home) if is_asked_for and not statement.denied else (),
    )


def _is_act(statement: Statement, plain: str) -> bool:
    """Tell "accepted a truce", of which the words said are a bare noun: what was done to it makes the utterance."""
    is_reported = statement.kind is StatementKind.INDIRECT and statement.stance in SIDES
    return is_reported and len(plain.split()) < _ACT_WORDS


def _keys(words: Words) -> tuple[int, ...]:
    """Return a key for all words together, and one for each few in a row that tell anything."""
    stretches = (stretch.split() for stretch in (words.plain, *words.quoted))
    few = (shingle for stretch in stretches for shingle in shingles(stretch, SHINGLE))
    return word_keys((words.plain, *(shingle for shingle in few if telling_words(shingle))))


def _marked(part: str) -> list[str]:
    return [found[1] for found in _QUOTED.finditer(part)]


def _plain(text: str) -> str:
    return plain_words(fold(text))
