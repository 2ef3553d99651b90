"""Whose words an article says it is made of: credit lines, datelines, bylines and citations. Judges one text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from urllib.parse import urlsplit

from extractors.relation_records import Credits
from extractors.text.datelines import find_datelines
from extractors.text.identity import plain_words
from extractors.text.plaintext import line_spans
from extractors.text.tables import tables
from extractors.text.urls import is_http_url, registered_domain

# Citations count where the news itself is told: in the title, the opening, or anywhere in a brief.
LEAD_WORDS = 120
BRIEF_WORDS = 250
_HEAD, _TAIL = 600, 400  # characters in which datelines and sign-offs stand

_SIGNED = (
    r"(?:^|\n)[^\w\n]*(?:(?:[Ss]ource|SOURCE|[Bb]y|[Ww]ith|[Ff]rom|Text|Credit)\b:?\s*)?"
    r"(?:[Tt]he )?(?:@)(?: news agency| [Ss]taff)?[^\w\n]*(?=\n|$)"
)
_LAST_WORD = r"(?:[(\[](?:@)[)\]]|(?<=[.!?”\"] )[-–—] ?(?:@)|(?<=[.!?”\"])[-–—] ?(?:@))[.\s]*$"
_CONTRIBUTED = (
    r"(?:@)(?:[\w,’' ]{0,60})? contributed to this (?:report|story|article)"
    r"|\b[Ww]ith (?:additional )?(?:reporting|files|inputs?|material) (?:by|from) (?:the )?(?:@)"
    r"|\b[Tt]his (?:story|article|report|piece)\b[\w ]{0,40}\b(?:published|written|produced|provided"
    r"|syndicated|distributed|taken)\b[\w ]{0,30}\b(?:by|from|on) (?:the )?(?:@)"
    r"|(?:©|[Cc]opyright)(?: \d{4})? (?:[Tt]he )?(?:@)\b"
)
# Reuters signs its stories so, and nobody else does.
_REPORTING_BY = re.compile(r"\bReporting by [^\n;]{3,150};\s*(?:[Ww]riting|[Ee]diting|[Aa]dditional|[Cc]ompiled)\b")
_KINDS = (
    r"(?:a|an|the|Russia[’']s|Ukraine[’']s|Russian|Ukrainian|Turkish|Chinese|Iranian|Belarusian|French|German|Italian|US"
    r"|U\.S\.|American|British|state|state-run|state-owned|official|independent|private|local|news|media|agency"
    r"|agencies|newspaper|outlet|website|portal|wire|service|daily|broadcaster|business|magazine|journalists from"
    r"|reporters from)"
)
_CITED = (
    r"(?P<deep>\b(?:[Cc]iting|[Qq]uoting|[Bb]y way of|[Vv]ia|[Rr]eferring to|[Ww]ith reference to)\b)"
    rf"(?: {_KINDS})*? (?P<source>@)"
)
_CITED_PLAINLY = (
    r"\b(?:[Aa]ccording to|[Cc]ited by|[Qq]uoted by|[Rr]eported by|[Cc]arried by|[Pp]ublished by|[Aa]s saying by"
    r"|[Tt]old|[Ii]nterview (?:with|to|for)|[Rr]eports? (?:by|from|in)|[Tt]o)"
    rf"(?: {_KINDS})*? (?P<source>@)"
)
_REPORTS = (
    rf"(?P<source>@)(?:,? {_KINDS}| also| earlier| later| has| had| previously)*? "
    r"(?:reported|reports|said|says|quoted|quotes|cited|cites|wrote|writes|learned|revealed|published|informed)\b"
)
_TITLE_END = r"[-–—|:,(] ?(?P<source>@)(?: reports?| says| media)?\)?\s*$"
_TITLE_START = r"^(?P<source>@)(?: reports?| learns?)?: "
_PICTURE = re.compile(r"\b(?:[Pp]hotos?|[Gg]etty|[Hh]andout|[Pp]ool|[Ii]mages?|[Ff]ile [Pp]icture|PHOTO)\b|©")


@dataclass(frozen=True, slots=True)
class _Source:
    name: str  # the owner's where there is one: what belongs together counts once
    agency: bool


@dataclass(frozen=True, slots=True)
class _Known:
    names: dict[str, _Source]
    domains: dict[str, str]
    wire: re.Pattern[str]
    last_word: re.Pattern[str]
    contributed: re.Pattern[str]
    cited: tuple[re.Pattern[str], ...]
    titled: tuple[re.Pattern[str], ...]
    any_agency: re.Pattern[str]


def read_credits(*, title: str | None, author: str | None, text: str, outlet: str, url: str) -> Credits:
    """Return whose an article is, the agency it is taken from, and the source its news goes back to.

    Nobody is credited with, or cited by, his own text.
    """
    own = publisher(outlet, url)
    credit = next((name for name in _credited(author, text) if name != own), None)
    cites = next((name for name in _cited(title, text) if name not in {own, credit}), None)
    return Credits(publisher=own, credit=credit, cites=cites)


def publisher(outlet: str, url: str) -> str:
    """Name whoever answers for a page: its agency or owner where it is known, else its registered domain, else outlet.

    Addresses without a registered domain, files and this machine's, say nothing.
    """
    known = _known()
    domain = _domain(url)
    source = known.names.get(outlet.strip())
    return known.domains.get(domain) or (source.name if source else None) or domain or f"outlet:{plain_words(outlet)}"


def is_agency(name: str) -> bool:
    """Tell whether others reprint what this publisher writes."""
    return any(source.agency and source.name == name for source in _known().names.values())


def _credited(author: str | None, text: str) -> Iterator[str]:
    known = _known()
    for part in re.split(r"[,;|/&]| and | with ", author or ""):
        name = re.sub(r"^(?:[Bb]y )?(?:[Tt]he )?|(?: [Ss]taff| news agency| in [A-Z]\w+)?$", "", part.strip())
        if name in known.names and known.names[name].agency:
            yield known.names[name].name
    yield from (_agency(line) for line in _datelines(text[:_HEAD]) if known.any_agency.search(line))
    if _REPORTING_BY.search(text):
        yield "reuters"
    places = ((known.wire, text[:_HEAD]), (known.last_word, text.rstrip()[-_TAIL:]))
    yield from (_agency(found[0]) for pattern, part in places for found in pattern.finditer(part))
    yield from (
        _agency(found[0])
        for line in text.splitlines()
        if len(line) < _HEAD
        for found in known.contributed.finditer(line)
    )


def _datelines(head: str) -> Iterator[str]:
    paragraphs = line_spans(head)
    yield from (each.shown.slice(head) for each in find_datelines(head, paragraphs, ()))


def _agency(credit: str) -> str:
    """Return the first agency named in what is known to be a credit."""
    known = _known()
    found = known.any_agency.search(credit)
    assert found is not None, "the patterns of credits hold an agency's name"
    return known.names[found[0]].name


def _cited(title: str | None, text: str) -> Iterator[str]:
    """Yield the sources a text goes back to, those that its sources cite first."""
    known = _known()
    places = (title or "", _lead(text))
    found = [match for pattern in known.titled for match in pattern.finditer(places[0])]
    found += [match for pattern in known.cited for part in places for match in pattern.finditer(part)]
    told = [match for match in found if not _in_a_caption(match)]
    told.sort(key=lambda match: (not match.groupdict().get("deep"), match.start()))
    yield from (known.names[match["source"]].name for match in told)


def _lead(text: str) -> str:
    """Return the stretch in which the news is told: the whole of a brief."""
    words = list(islice(re.finditer(r"\S+", text), BRIEF_WORDS + 1))
    return text if len(words) <= BRIEF_WORDS else text[: words[LEAD_WORDS].end()]


def _in_a_caption(match: re.Match[str]) -> bool:
    """Tell whether a citation is a picture's credit: in brackets, or on a line about pictures."""
    text = match.string
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    line = text[start : end if end >= 0 else len(text)]
    before = text[start : match.start()]
    return before.count("(") > before.count(")") or bool(len(line) < _HEAD and _PICTURE.search(line))


def _domain(url: str) -> str:
    return _registered(urlsplit(url).hostname or "") if is_http_url(url) else ""


@lru_cache(maxsize=4_096)
def _registered(host: str) -> str:
    """Return a host's registered domain; nothing for this machine's names and for addresses. It takes a while."""
    named = "." in host and not host.rpartition(".")[2].isdigit()
    return (registered_domain(f"https://{host}/") or "") if named else ""


@cache
def _known() -> _Known:
    """Read the list of sources, once."""
    rows = tables("extractors", "sources.toml")["sources"]
    sources = [(row, _Source(row.get("owner", row["id"]), row.get("agency", False))) for row in rows]
    agencies = [name for row, source in sources if source.agency for name in row["names"]]
    everyone = [name for row, _ in sources for name in row["names"]]
    return _Known(
        names={name: source for row, source in sources for name in row["names"]},
        domains={domain: source.name for row, source in sources for domain in row["domains"]},
        wire=_pattern(_SIGNED, agencies),
        last_word=_pattern(f"{_SIGNED}|{_LAST_WORD}", agencies),
        contributed=_pattern(_CONTRIBUTED, agencies),
        cited=tuple(_pattern(pattern, everyone) for pattern in (_CITED, _CITED_PLAINLY, _REPORTS)),
        titled=tuple(_pattern(pattern, everyone) for pattern in (_TITLE_END, _TITLE_START)),
        any_agency=_pattern("@", agencies),
    )


def _pattern(text: str, names: list[str]) -> re.Pattern[str]:
    """Put names, the longest first, in place of each @."""
    longest_first = sorted(names, key=len, reverse=True)
    whole = rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])"
    return re.compile(text.replace("@", whole))
