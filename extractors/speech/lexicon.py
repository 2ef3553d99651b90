"""The words that reading goes by, from lexicon.toml, and how patterns are put together. Nothing here decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from extractors.text.tables import tables
from extractors.text.words import base

_NAME = re.compile(r"\{([a-z]\w*)\}")


def filled(words: str | Sequence[str], names: Mapping[str, str | Sequence[str]]) -> str:
    """Return a pattern, of a list one that takes any of it; a name in braces stands for what `names` has for it."""
    whole = words if isinstance(words, str) else f"(?:{'|'.join(words)})"
    return _NAME.sub(lambda match: filled(names[match[1]], names), whole)


LEXICON: Mapping[str, str | Sequence[str]] = tables("extractors.speech", "lexicon.toml")


def _words(name: str) -> frozenset[str]:
    listed = LEXICON[name]
    return frozenset(listed.split() if isinstance(listed, str) else listed)


CUE_VERBS = _words("cue_verbs")
REPORTING_VERBS = _words("reporting_verbs")
# Which may stand with their subject in parenthesis.
INSERTED_VERBS = REPORTING_VERBS | _words("going_on_verbs")
ACTS = _words("acts")
SURE_ACTS = _words("sure_acts")
SUBJECT_ACTS = _words("subject_acts")
NARRATING = frozenset(map(base, (SUBJECT_ACTS | _words("told_acts")) - _words("saying_acts")))
# What a clause that goes on after "and" or "but" may report in its turn: "said X but declined to name them".
NEXT_VERBS = REPORTING_VERBS | (ACTS - {"call", "offer"}) | {"decline"}
OCCASIONS = _words("occasions")
SETTINGS = (OCCASIONS - _words("no_settings")) | _words("more_settings")
HEARD_VERBS = _words("heard_verbs")
SAID_OF_VERBS = _words("said_of_verbs")
AWAITING = _words("awaiting")
ANSWERING = _words("answering")
COLLEAGUES = _words("colleagues")
TELLING_VERBS = _words("telling_verbs")
SAYING_VERBS = _words("saying_verbs")
SPEAKING_VERBS = _words("speaking_verbs")
PRESENT_FORMS = _words("present_forms")
DASHES = _words("dashes")
NAMING = _words("naming")
SAYS_OR_NAMES = REPORTING_VERBS | NAMING
NO_CUES = _words("no_cues")
CUE_NOUNS = _words("cue_nouns")
PAPERS = _words("papers")
RECORDS = _words("records")
STUDIES = _words("studies")
PLANS = _words("plans")
SURVEYS = _words("surveys")
POSTS = _words("posts")
POSTING_VERBS = _words("posting_verbs")
MAKING_VERBS = _words("making_verbs")
CALLED_COUNTRIES = _words("called_countries")
CALLED_PLACES = _words("called_places")
CALLED_BLOCS = _words("called_blocs")
CALLED_ALLIANCES = _words("called_alliances")
ALLIANCES = _words("alliances")
CALLED_MOVEMENTS = _words("called_movements")
ORGANS = _words("organs")
BLOCS = _words("blocs")
MOVEMENTS = _words("movements")
CALLED_TOGETHER = _words("called_together")
NO_SPEAKERS = _words("no_speakers")
_NO_SPEAKER_ENDINGS = tuple(LEXICON["no_speaker_endings"])
_SPEAKING_BODIES = _words("speaking_bodies")
LABELS = _words("labels")
HE = _words("he")
SHE = _words("she")
THEY = _words("they")
IT = _words("it")
KINDS_OF_PRONOUNS = {"he": HE, "she": SHE, "it": IT, "they": THEY}
WHO = _words("who")
PRONOUNS = HE | SHE | THEY | IT | _words("more_pronouns")
MEN_TITLES = _words("men_titles")
WOMEN_TITLES = _words("women_titles")
TITLES = _words("titles")
ABBREVIATIONS = _words("abbreviations")
OPENERS = _words("openers")
PEOPLE = _words("people")
ANY_OFFICE = _words("any_office")
THOUGHTS = _words("thoughts")
BODIES = _words("bodies")
TRADES = _words("trades")
MEN = _words("men")
WOMEN = _words("women")


def says_nothing(noun: str) -> bool:
    """Tell a noun, by lemma, for what is no person, no body and no paper: "footage", "hysteria", "responsibility"."""
    return noun in NO_SPEAKERS or (noun.endswith(_NO_SPEAKER_ENDINGS) and noun not in _SPEAKING_BODIES)


def is_role(noun: str) -> bool:
    """Tell a noun for a person, by lemma: "minister", "spokeswoman"."""
    return noun in PEOPLE or noun.endswith(("man", "woman"))


def gender_of_role(noun: str) -> str | None:
    """Return "m" or "f" for what only a man or a woman is called: "king", "spokeswoman"."""
    if noun in MEN_TITLES or noun.endswith("man") != noun.endswith("woman"):
        return "m"
    return "f" if noun in WOMEN_TITLES or noun.endswith("woman") else None


def gender_of_titles(words: Iterable[str]) -> str | None:
    """Return "m" or "f" for words before a name: "Mr.", "Lady"."""
    titles = {word.rstrip(".") for word in words}
    return "f" if titles & WOMEN_TITLES else "m" if titles & MEN_TITLES else None


def gender_of_first_name(name: str) -> str | None:
    """Return "m" or "f" by the first word of a name, with or without a title before it."""
    first, *rest = name.lower().split() or [""]
    if rest and (gender := gender_of_titles([first])):
        return gender
    return "m" if first in MEN else "f" if first in WOMEN else None


# Svitlana Kyryliuk, Olga Skabeyeva; Aleksey Kuznetsov: where neither list has the first name.
_WOMAN = re.compile(r"^[A-Z][a-z]+[aâá] |\s\S+(?:[oe]va|ska(?:ya|ia)|ská)$")
_MAN = re.compile(r"\s\S+(?:[oe]v|sk(?:y|yi|iy|yy))$")


def gender_of_name(name: str) -> str | None:
    """Return "m" or "f" of a person's name: by its first word, else by how it ends."""
    return gender_of_first_name(name) or ("f" if _WOMAN.search(name) else "m" if _MAN.search(name) else None)
