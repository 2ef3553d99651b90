"""Who a noun phrase names: the roster first, then the names in the article, then role nouns and pronouns.

Follows an article in its order, as a reader does. Finds no names and no speech.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.records import Mention, MentionKind, Span
from extractors.speech.lexicon import (
    ANY_OFFICE,
    HE,
    IT,
    NO_SPEAKERS,
    PAPERS,
    PEOPLE,
    POSTING_VERBS,
    POSTS,
    PRONOUNS,
    SHE,
    STUDIES,
    THEY,
    TRADES,
    gender_of_first_name,
    gender_of_role,
    gender_of_titles,
    is_role,
)
from extractors.speech.parsing import ParsedSentence
from extractors.speech.parties import NOBODY, Background, Party, Resolution, Speaker
from extractors.speech.partners import companions
from extractors.speech.syntax import (
    SUBJECTS,
    before,
    child_of,
    coordinates,
    is_main,
    is_source,
    maker_of,
    noun_phrase,
    owner_of,
    parts,
)
from extractors.text.spans import start_of, starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

_NEAR = 8  # subjects back to which "the diplomat" may be one
_CAPITAL = r"(?!The )[A-Z][\w’'-]*"
_UNNAMED = frozenset({"a", "an", "one", "another", "some"})
_OTHERS = frozenset({"other", "second", "first", "third", "former", "latter", "same", "senior"})
_PARTICLE = 3  # letters of "van", "al" or "von" in a name
REACH = 100  # subjects, or mentions, that a pronoun may look back over
_MAKERS = frozenset({"NORP", "ORG", "GPE"})  # of "the Ukrainian proposal", "a UN report"
_NAMED = (MentionKind.OFFICIAL, MentionKind.PERSON)
_BODIES = (MentionKind.ORGANISATION, MentionKind.PLACE)


class Cast:
    """The people and bodies of one article, in the order in which it brings them on as subjects."""

    def __init__(self, text: str, mentions: Sequence[Mention], known: Background) -> None:
        """Take the mentions of the article, and what is known of their people and places."""
        self._known_of = known
        self._text = text
        self._mentions = [mention for mention in mentions if mention.kind is not MentionKind.TOPIC]
        self._starts = [mention.span.start for mention in self._mentions]
        self._genders = dict(known.genders)
        self._subjects: list[Party] = []
        self._embedded: list[Party] = []
        self._roles: dict[str, Party] = {}
        self._met: dict[tuple[int, int], Party] = {}
        self._bodies: list[tuple[str, Party]] = []
        self._papers: dict[str, Party] = {}
        # How many subjects there were before the sentence, and the roles that it and those before give to nobody.
        self._before = 0
        self._unnamed: set[str] = set()

    def follow(self, sentence: ParsedSentence) -> None:
        """Take in a sentence: who its subjects are, and which roles its names are given."""
        clauses = {verb.i for _, verb in sentence.said}
        self._before = len(self._subjects)
        for body in starting_in(self._mentions, sentence.whole(), start_of):
            self._of_mention(body, None)
        for token in sentence:
            if _is_unnamed(token):
                self._unnamed.add(token.lemma_.lower())
            if token.dep_ == "appos" or token.ent_type_ == "PERSON":
                self._learn_role(sentence, token)
            if token.dep_ in SUBJECTS and token.head.i not in clauses:
                self._met[_key(token)] = party = self._party(sentence, token)
                is_outer = is_main(token.head) or token.head.head.i in clauses
                (self._subjects if is_outer else self._embedded).append(party)
            if is_source(token):
                self._met[_key(token)] = party = self._party(sentence, token)
                self._subjects.append(party)
            if token.lemma_.lower() in POSTING_VERBS and (poster := child_of(token, "nsubj")) is not None:
                self._papers.update(dict.fromkeys(("post", "message"), self._party(sentence, poster)))
            if token.lemma_.lower() in PAPERS | POSTS and (maker := maker_of(token)) is not None:
                names = (token.lemma_, _plain(sentence.span(noun_phrase(token)[0], token).slice(self._text)))
                self._papers.update(dict.fromkeys(map(str.lower, names), self._party(sentence, maker)))

    def speaker(
        self, sentence: ParsedSentence, head: Token, cue: Token | None = None, said: Sequence[Span] = ()
    ) -> Speaker:
        """Return who the phrase around `head` means, with its words up to the cue: "signs" of "signs calling him".

        Whom the words `said` call by name is not the "he" who says them.
        """
        party = self._met.get(_key(head)) or self._party(sentence, head)
        if party.resolution is Resolution.PRONOUN and party.is_person and party.name in (named := self._named_in(said)):
            party = self._another(sentence, head, party, named)
        first, last = noun_phrase(head)
        if cue is not None and head.i < cue.i <= last.i:
            whole, last = sentence.span(first, last), before(cue, head)
            if party.name == _plain(whole.slice(self._text)):
                party = replace(party, name=_plain(sentence.span(first, last).slice(self._text)))
        span = _balanced(self._text, sentence.span(first, last))
        return Speaker(party=self._joint(sentence, head, party), surface=span.slice(self._text), span=span)

    def _named_in(self, spans: Sequence[Span]) -> frozenset[str]:
        """Return the names of the people that some stretches of the text call by name."""
        inside = (each for span in spans for each in starting_in(self._mentions, span, start_of))
        return frozenset(each.name for each in inside if each.kind in _NAMED)

    def _another(self, sentence: ParsedSentence, head: Token, party: Party, named: frozenset[str]) -> Party:
        """Return who else a pronoun may mean; from here on it is he who was the subject."""
        found = self._person(party.gender or "m", sentence.place(head), named)
        other = replace(found, resolution=Resolution.PRONOUN if found.name else Resolution.NONE)
        self._met[_key(head)] = other
        self._subjects = [other if each is party else each for each in self._subjects]
        return other

    def named(self, span: Span, *, bodies: bool = True) -> Speaker | None:
        """Return the first person named in a stretch of the text, else the first country or body."""
        inside = starting_in(self._mentions, span, start_of)
        people = [each for each in inside if each.kind in _NAMED]
        for mention in people or (inside if bodies else []):
            return Speaker(party=self._of_mention(mention, None), surface=mention.surface, span=mention.span)
        return None

    def _joint(self, sentence: ParsedSentence, head: Token, party: Party) -> Party:
        """Join the names of several people who speak as one; the first of the roster lends the id."""
        if head.tag_ == "NNS" and len(members := self._members(sentence, head)) > 1:
            party, *others = members
        else:
            others = [self._party(sentence, token) for token in coordinates(head)[1:]]
        for token in companions(head):
            others += self._members(sentence, token) if token.tag_ == "NNS" else [self._party(sentence, token)]
        named = [party, *(other for other in others if other.is_person == party.is_person and other.is_known)]
        if len(named) == 1 or not party.name or not (party.is_person or party.is_known):
            return party
        ref_id = next((one.ref_id for one in named if one.ref_id), None)
        joint = "; ".join(str(one.name) for one in named)
        return Party(name=joint, ref_id=ref_id, is_person=party.is_person, is_many=True, resolution=Resolution.GROUP)

    def _members(self, sentence: ParsedSentence, head: Token) -> list[Party]:
        """Return those whom "the leaders of France and Germany" calls by one office."""
        inside = starting_in(self._mentions, sentence.span(*noun_phrase(head)), start_of)
        return [self._of_mention(mention, None) for mention in inside if mention.kind is MentionKind.OFFICIAL]

    def _party(self, sentence: ParsedSentence, head: Token) -> Party:
        if head.lower_ in PRONOUNS:
            found = self._antecedent(head.lower_, sentence.place(head))
            return replace(found, resolution=Resolution.PRONOUN if found.name else Resolution.NONE)
        candidates = parts(head)
        for kinds in (_NAMED, _BODIES):
            for token in candidates:
                mention = self._mention(sentence, token, kinds)
                if mention is not None:
                    party = self._of_mention(mention, token)
                    is_set_beside = token.i != head.i and party.resolution in {Resolution.NAME, Resolution.SURNAME}
                    return replace(party, resolution=Resolution.APPOSITION) if is_set_beside else party
        titled = self._titled(sentence, head)
        return titled or self._described(sentence, head)

    def _titled(self, sentence: ParsedSentence, head: Token) -> Party | None:
        """Return the Boehler of "Special Envoy for Hostage Response Adam Boehler", whose title has a name in it."""
        if head.pos_ != "PROPN" or not is_role(head.lemma_.lower()):
            return None
        for mention in starting_in(self._mentions, sentence.span(head, head.right_edge), start_of):
            before_it = self._text[: mention.span.start].split()[-1]
            if mention.kind in _NAMED and before_it[0].isupper() and before_it[-1].isalpha():
                return replace(self._of_mention(mention, None), resolution=Resolution.APPOSITION)
        return None

    def _mention(self, sentence: ParsedSentence, token: Token, kinds: tuple[MentionKind, ...]) -> Mention | None:
        """Return the mention a token is the head of: "Putin" in "Putin’s aide" is no mention of the aide."""
        place = sentence.place(token)
        nearest = bisect_right(self._starts, place) - 1
        for at in range(nearest, max(-1, nearest - 3), -1):
            mention = self._mentions[at]
            if mention.kind in kinds and mention.span.start <= place < mention.span.end:
                return mention
        return None

    def _of_mention(self, mention: Mention, token: Token | None) -> Party:
        if mention.kind in _BODIES:
            seat = self._known_of.seats.get(mention.name) if mention.kind is MentionKind.PLACE else None
            body = Party(name=seat or mention.name, resolution=Resolution.METONYM if seat else Resolution.NAME)
            if mention.kind is MentionKind.ORGANISATION:
                self._bodies.append((f" {mention.surface.lower()}", body))
            return body
        titles = [child.lower_ for child in token.children] if token is not None and mention.ref_id is None else []
        gender = gender_of_titles(titles)
        gender = gender or self._gender(mention)
        rule = _naming_rule(mention)
        return Party(name=mention.name, ref_id=mention.ref_id, gender=gender, is_person=True, resolution=rule)

    def _antecedent(self, pronoun: str, place: int) -> Party:
        if pronoun in HE or pronoun in SHE:
            return self._person("m" if pronoun in HE else "f", place)
        if pronoun in IT:
            return next((one for one in reversed(self._subjects[-REACH:]) if not one.is_person and one.name), NOBODY)
        if pronoun in THEY:
            return next((one for one in reversed(self._subjects[-REACH:]) if one.is_many), NOBODY)
        return NOBODY

    def _person(self, gender: str, place: int, but: frozenset[str] = frozenset()) -> Party:
        """Return the last subject of that gender, of main clauses first; one of unknown gender takes it on."""
        for one in (*reversed(self._subjects[-REACH:]), *reversed(self._embedded[-REACH:])):
            if not one.name or one.name in but:
                continue
            if one.is_person and not one.is_many and one.gender in {gender, None}:
                if one.gender is None and one.ref_id is None:
                    self._genders.setdefault(one.name, gender)
                return replace(one, gender=gender)
        return self._bystander(gender, place, but)

    def _bystander(self, gender: str, place: int, but: frozenset[str]) -> Party:
        """Return the last person named before `place` who is known to be of that gender."""
        last = bisect_right(self._starts, place) - 1
        for at in range(last, max(-1, last - REACH), -1):
            mention = self._mentions[at]
            if mention.kind in _NAMED and mention.name not in but and self._gender(mention) == gender:
                return Party(name=mention.name, ref_id=mention.ref_id, gender=gender, is_person=True)
        return NOBODY

    def _gender(self, mention: Mention) -> str | None:
        return self._genders.get(mention.ref_id or mention.name) or gender_of_first_name(mention.name)

    def _described(self, sentence: ParsedSentence, head: Token) -> Party:
        role = head.lemma_.lower()
        is_person = is_role(role) or head.ent_type_ == "PERSON"
        if is_person and _is_definite(head) and role in self._roles:
            return replace(self._roles[role], resolution=Resolution.ROLE)
        if is_person and (meant := self._meant(head, role)) is not None:
            return replace(meant, resolution=Resolution.ROLE)
        is_paper = role in PAPERS or _heap_of(head) in PAPERS
        maker = maker_of(head) if is_paper else owner_of(head) if role in STUDIES else None
        if maker is not None:
            return self._joint(sentence, maker, self._party(sentence, maker))
        name = _plain(sentence.span(*noun_phrase(head)).slice(self._text))
        name = re.sub("[’']s?$", "", name) if head.dep_ == "poss" else name
        known = self._known(name.lower(), sentence.place(head)) if not is_person and _is_definite(head) else None
        if known is not None:
            return replace(known, resolution=Resolution.ROLE)
        is_many = head.morph.get("Number", []) == ["Plur"] or len(coordinates(head)) > 1
        is_nobodys = (is_paper or role in STUDIES) and not any(child.ent_type_ in _MAKERS for child in head.lefts)
        return Party(
            name=None if is_nobodys or role in NO_SPEAKERS else name or None,
            gender=gender_of_role(role),
            is_person=is_person and not is_many,
            is_many=is_many,
            resolution=Resolution.GROUP if is_many else Resolution.NONE,
        )

    def _meant(self, head: Token, role: str) -> Party | None:
        """Return whom "the diplomat" means who has not been called so: the last subject before who may be."""
        if role in self._unnamed or not _is_definite(head) or any(_sets_apart(child) for child in head.lefts):
            return None
        near = self._subjects[max(0, self._before - _NEAR) : self._before]
        return next((one for one in reversed(near) if self._may_be(one, role)), None)

    def _may_be(self, one: Party, role: str) -> bool:
        """Tell whether somebody may be called by a role: an official by his offices, anybody else by a trade."""
        if not (one.is_person and one.is_known) or one.is_many or gender_of_role(role) not in {one.gender, None}:
            return False
        offices = self._known_of.offices.get(one.ref_id or "")
        return role in (TRADES | ANY_OFFICE if offices is None else ANY_OFFICE | offices)

    def _known(self, name: str, place: int) -> Party | None:
        """Return the body that "the ministry" is, and whoever made "the statement" or "the post"."""
        if name in self._papers:
            return self._papers[name]
        found = next((body for surface, body in reversed(self._bodies) if surface.endswith(f" {name}")), None)
        return found or self._printed(name, place)

    def _printed(self, name: str, place: int) -> Party | None:
        """Return "the Hostages and Missing Families Forum" for "the forum", though nothing has taken it for a name."""
        if " " in name or not name.isalpha():
            return None
        full = re.compile(rf"(?:{_CAPITAL}(?: (?:and|of|for|the|&))* ){{1,6}}{name.title()}\b")
        found = [*full.finditer(self._text, 0, place)]
        return Party(name=" ".join(found[-1].group().split()), resolution=Resolution.NAME) if found else None

    def _learn_role(self, sentence: ParsedSentence, token: Token) -> None:
        """Remember whose role a noun is: "Kremlin spokesman Dmitry Peskov", "Vladimir Medinsky, the negotiator"."""
        nouns = [child for child in token.children if child.dep_ in {"compound", "appos", "nmod"}]
        roles = [noun.lemma_.lower() for noun in (*nouns, token.head) if noun.pos_ in {"NOUN", "PROPN"}]
        roles = [role for role in roles if is_role(role)]
        mention = self._mention(sentence, token, _NAMED) if roles else None
        if mention is not None:
            party = self._of_mention(mention, token)
            self._roles.update(dict.fromkeys(roles, party))


def _naming_rule(mention: Mention) -> Resolution:
    """Tell a name in full, a surname alone and an office: "Ukraine’s foreign minister" has a word in small letters."""
    words = mention.surface.split()
    if any(word[:1].islower() and len(word) > _PARTICLE for word in words) or words[-1].lower() in PEOPLE:
        return Resolution.ROLE
    return Resolution.NAME if len(words) > 1 or mention.surface == mention.name else Resolution.SURNAME


def _key(token: Token) -> tuple[int, int]:
    return id(token.doc), token.i


def _balanced(text: str, span: Span) -> Span:
    """Take in the closing mark of what opens inside."""
    surface = span.slice(text)
    for opening, closing in ("“”", '""', "()"):
        is_open = surface.count(opening) % 2 if opening == closing else surface.count(opening) > surface.count(closing)
        closed = text.find(closing, span.end, span.end + 2) + 1 if is_open else 0
        if closed:
            return Span(span.start, closed)
    return span


def _plain(surface: str) -> str:
    """Return a description on one line, without article and quotation marks."""
    return re.sub(r"^(?:the|an?) ", "", " ".join(re.sub(r"[“”\"]", "", surface).split()), flags=re.IGNORECASE)


def _heap_of(head: Token) -> str:
    """Return the noun of "a flurry of statements"."""
    of = (child for child in head.rights if child.dep_ == "prep" and child.lower_ == "of")
    return next((noun.lemma_.lower() for way in of for noun in way.children if noun.dep_ == "pobj"), "")


def _is_unnamed(token: Token) -> bool:
    """Tell "a senior official" and "two diplomats", of whom "the official" may speak later."""
    if not is_role(token.lemma_.lower()) or token.dep_ in {"appos", "attr", "compound"} or token.pos_ != "NOUN":
        return False
    is_many = token.morph.get("Number", []) == ["Plur"]
    return is_many or any(child.lower_ in _UNNAMED for child in token.lefts)


def _sets_apart(word: Token) -> bool:
    """Tell what singles one out among others: "the second official", "the Russian diplomat"."""
    return word.dep_ in {"nummod", "poss"} or word.ent_type_ in {"NORP", "GPE", "ORDINAL"} or word.lower_ in _OTHERS


def _is_definite(head: Token) -> bool:
    """Tell "the minister", "the Russian negotiator" from "a minister" and "Kyiv’s ministers"."""
    if head.morph.get("Number", []) == ["Plur"]:
        return False
    return any(child.dep_ == "det" and child.lower_ in {"the", "this", "that"} for child in head.children)
