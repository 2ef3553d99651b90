"""Whether a phrase tells of what is over: a completed round, or a date long past. Reads its sentence alone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from extractors.negotiation.datings import Dating, find_datings
from extractors.records import Span

OLD = timedelta(days=30)  # before publication

# Rounds and papers known by name: when each was over, and from when on the name may mean something newer.
_ROUNDS = (
    (r"Istanbul (?:communiqu[eé]|(?:draft|document|protocol|treaty|accord|agreement|deal)s?)", (2022, 4), (2025, 5)),
    (r"Minsk (?:(?:agreement|accord|protocol|process|deal)s?|II|I|2|1)\b", (2015, 2), None),
    (r"Budapest [Mm]emorandum", (1994, 12), None),
    (r"Oslo [Aa]ccords?", (1995, 9), None),
    (r"Camp David [Aa]ccords?", (1978, 9), None),
    (r"Dayton (?:[Aa]greement|[Aa]ccords?)", (1995, 12), None),
)
_NAMED = tuple((re.compile(name), date(*over, 28), date(*again, 1) if again else None) for name, over, again in _ROUNDS)
_FAILED = re.compile(r"\b(?:failed|abortive|aborted|collapsed|ill-fated|stillborn|doomed)\s(?:[\w’'-]+\s){0,3}$")

# What a sentence says when it speaks of the present: verbs of the present and future, and going back to a thing.
_PRESENT = re.compile(
    r"""(?ix)\b(?:is|are|am|isn[’']?t|aren[’']?t|has|have|hasn[’']?t|haven[’']?t|will|won[’']?t|can|cannot|can[’']?t
      |could(?!\ have)|should|shall|may(?=\ [a-z])|might(?!\ have)|must|does|do|doesn[’']?t|don[’']?t|let|let[’']s
      |now|again|still|currently|recent(?:ly)?|nowadays|today|tomorrow|once\ more|this\ (?:week|month|year)|ongoing
      |since|remains|seems|looks|wants|needs\ to|hopes|plans\ to|intends|expects|refuses|rejects|offers|proposes
      |considers|appears|means|shows|serves|stands|sees|calls\ for|believes|knows|thinks|argues|supports|opposes
      |(?:we|they|I|you)\ (?:want|need|believe|hope|expect|think|know|see|support|reject|offer|refuse|demand|remember)
      |resum\w+|reviv\w+|restart\w+|renew\w*|reopen\w*|return(?:s|ed|ing)?\ to|(?:go|goes|going|went)\ back\ to
      |bas(?:is|ed\ on)|starting\ point|foundation\ (?:for|of)|build(?:s|ing)?\ on|along\ the\ lines|modell?ed\ on
      |new|next|upcoming|planned|another)\b"""
)
_SAID = re.compile(
    r"""(?ix)\b(?:said|told|says|tells|wrote|writes|according\ to|called\ (?:for|it)|added|announced|argued|claimed
      |complained|confirmed|declared|demanded|denied|insisted|noted|offered|proposed|recalled|reiterated|rejected
      |repeated|replied|stated|stressed|suggested|urged|warned)\b"""
)
_SAYS = re.compile(r"(?i)\b(?:says|tells|writes)\b")
_BREAK = re.compile(
    r"(?i)[;:()—]|,(?!\s(?:19|20)\d\d)|\s–\s|\b(?:who|which|that|where|when|after|before|because|while|war|invasion|annex\w+)\b"
)
_LEADING = re.compile(
    r"(?i)(?:and |but |back |early |late )*(?:in|on|by|during|at|over|throughout|until)\b[^,;]{0,60}$"
)
_LED = 6  # words of an opening such as "In Istanbul in March 2022"
_NEAR = 25  # characters: "said in March 2022", "told reporters on March 29, 2022"
_LONGEST = 2_000


def is_historical(text: str, sentence: Span, hit: Span, on: date | None) -> bool:
    """Tell whether the phrase at `hit` is only history in its sentence; `on` is the day of publication.

    It is when it names a completed round, or is dated more than 30 days back, and the sentence says nothing about it
    now: no verb of the present, no going back to it, nobody who says so today. Without `on` nothing is history.
    """
    if on is None or sentence.end - sentence.start > _LONGEST or not sentence.covers(hit):
        return False
    datings = find_datings(text, sentence, on, ahead=False)
    old = [dating for dating in datings if dating.last is not None and dating.last < on - OLD]
    own = [dating for dating in old if _is_about(text, sentence, dating.span, hit)]
    if not own and not _is_completed(text, sentence, hit, on):
        return False
    return not _is_current(text, sentence, [dating for dating in datings if dating not in old], old, hit)


def _is_about(text: str, sentence: Span, dating: Span, hit: Span) -> bool:
    """Tell whether a date belongs to the phrase: nothing parts the two, or the date opens the sentence."""
    if dating.meets(hit):
        return True
    between = Span(dating.end, hit.start) if dating.end <= hit.start else Span(hit.end, dating.start)
    if not _BREAK.search(between.slice(text)):
        return True
    said = (Span(*cue.span()) for cue in _SAID.finditer(text, sentence.start, dating.start))
    dates_all = _opens(text, sentence, dating) or any(_is_of_cue(text, sentence, dating, cue) for cue in said)
    return dating.end <= hit.start and dates_all


def _opens(text: str, sentence: Span, dating: Span) -> bool:
    opening = text[sentence.start : dating.start].lstrip("“”\"'‘ ")
    return len(opening.split()) <= _LED and bool(_LEADING.match(opening))


def _is_completed(text: str, sentence: Span, hit: Span, on: date) -> bool:
    """Tell whether the phrase stands in the name of a round or paper that was over by then, or is called a failure."""
    for pattern, over, again in _NAMED:
        if over + OLD < on and (again is None or on < again):
            names = pattern.finditer(text, sentence.start, sentence.end)
            if any(Span(*name.span()).meets(hit) for name in names):
                return True
    return _FAILED.search(text, sentence.start, hit.start) is not None


def _is_current(text: str, sentence: Span, other: Sequence[Dating], old: Sequence[Dating], hit: Span) -> bool:
    if any(dating.last is not None for dating in other):
        return True
    blank = _blanked(text, sentence, [dating.span for dating in old])
    return _PRESENT.search(blank) is not None or any(_said_now(text, sentence, old, hit, blank))


def _blanked(text: str, sentence: Span, spans: Sequence[Span]) -> str:
    """Return the sentence without its old dates: "May 2022" may do nothing."""
    words = sentence.slice(text)
    for span in spans:
        start, end = span.start - sentence.start, span.end - sentence.start
        words = words[:start] + "·" * (end - start) + words[end:]
    return words


def _said_now(text: str, sentence: Span, old: Sequence[Dating], hit: Span, words: str) -> Iterator[bool]:
    """Yield for each verb of saying whether it is a report of these days: none of the old dates is its own."""
    for said in _SAID.finditer(words):
        cue = Span(sentence.start + said.start(), sentence.start + said.end())
        yield _SAYS.fullmatch(said.group()) is not None or not (
            cue.meets(hit) or any(_is_of_cue(text, sentence, dating.span, cue) for dating in old)
        )


def _is_of_cue(text: str, sentence: Span, dating: Span, cue: Span) -> bool:
    if _opens(text, sentence, dating):
        return dating.end <= cue.start
    return 0 <= dating.start - cue.end <= _NEAR and not _BREAK.search(text, cue.end, dating.start)
