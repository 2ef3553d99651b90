"""Who a noun phrase names: the roster first, then the names in the article, then role nouns and pronouns.

Follows an article in its order, as a reader does. Finds no names and no speech.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.records import Mention, MentionKind, Span
from extractors.speech.antecedents import Appearance, Part, Phrase, Scene
from extractors.speech.lexicon import (
    ANY_OFFICE,
    CUE_VERBS,
    HE,
    IT,
    PAPERS,
    PLANS,
    POSTING_VERBS,
    POSTS,
    SHE,
    STUDIES,
    SURVEYS,
    THEY,
    TRADES,
    gender_of_name,
    gender_of_role,
    gender_of_titles,
    is_role,
    says_nothing,
)
from extractors.speech.nouns import (
    balanced,
    heap_of,
    is_apart,
    is_definite,
    is_pronoun,
    is_quoted,
    is_somebodys,
    is_unnamed,
    last_part,
    maker_of,
    owner_of,
    part_of,
    plain,
    sources_of,
    topmost,
)
from extractors.speech.parsing import ParsedSentence
from extractors.speech.parties import NOBODY, Background, Party, Resolution, Speaker, joined, naming_rule, sort_of
from extractors.speech.partners import companions
from extractors.speech.syntax import (
    before,
    child_of,
    coordinates,
    is_source,
    noun_phrase,
    parts,
)
from extractors.text.spans import start_of, starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

_CAPITAL = r"(?!The )[A-Z][\w’'-]*"
# What follows a name that nothing has taken for one: "Sachin Kumar, a villager", "the Army in a statement".
_BESIDE_A_NAME = re.compile(r", (?=[a-z])|(?:,)? (?:in|via|through|on) (?:an?|its|his|her|their|the|X|Telegram)\b")
_MAKERS = frozenset({"NORP", "ORG", "GPE"})  # of "the Ukrainian proposal", "a UN report"
_SUBJECTS = frozenset({Part.SUBJECT, Part.INNER})
_PAIRS = frozenset({"two", "both"})
_PRONOUNS = {"he": HE, "she": SHE, "it": IT, "they": THEY}
_GENDERS = {"he": "m", "she": "f"}
_NAMED = (MentionKind.OFFICIAL, MentionKind.PERSON)
_BODIES = (MentionKind.ORGANISATION, MentionKind.PLACE)
_NAMING = (*_NAMED, *_BODIES)


class Cast:
    """The people and bodies of one article, in the order in which it brings them on as subjects."""

    def __init__(self, text: str, mentions: Sequence[Mention], known: Background, stage: Scene | None = None) -> None:
        """Take the mentions of the article, and what is known of their people and places."""
        self._known_of = known
        self._text = text
        self._mentions = [mention for mention in mentions if mention.kind is not MentionKind.TOPIC]
        self._starts = [mention.span.start for mention in self._mentions]
        self._genders = dict(known.genders)
        self._stage = stage or Scene()
        self._sentence = -1
        self._roles: dict[str, Party] = {}
        self._called: set[tuple[str | None, str]] = set()
        self._met: dict[tuple[int, int], Party] = {}
        self._bodies: list[tuple[str, Party]] = []
        self._papers: dict[str, Party] = {}
        self._unnamed: set[str] = set()

    def follow(self, sentence: ParsedSentence) -> None:
        """Take in a sentence: who appears in it, and which roles its names are given."""
        self._sentence += 1
        clauses = {verb.i for _, verb in sentence.said}
        for body in starting_in(self._mentions, sentence.whole(), start_of):
            self._of_mention(body, None)
        quoted = list(self._quoted(sentence)) if clauses else []
        for token in sentence:
            if is_unnamed(token):
                self._unnamed.add(token.lemma_.lower())
            if token.dep_ == "appos" or token.ent_type_ == "PERSON":
                self._learn_role(sentence, token)
            while quoted and quoted[0].place < sentence.place(token):
                self._stage.add(quoted.pop(0))
            if (part := part_of(token, clauses)) is not None:
                self._appears(sentence, token, part)
            if token.lemma_.lower() in POSTING_VERBS and (poster := child_of(token, "nsubj")) is not None:
                self._papers.update(dict.fromkeys(("post", "message"), self._party(sentence, poster)))
            if token.lemma_.lower() in PAPERS | POSTS and (maker := maker_of(token)) is not None:
                names = (token.lemma_, plain(sentence.span(noun_phrase(token)[0], token).slice(self._text)))
                self._papers.update(dict.fromkeys(map(str.lower, names), self._party(sentence, maker)))
        for each in quoted:
            self._stage.add(each)

    def _appears(self, sentence: ParsedSentence, token: Token, part: Part) -> None:
        """Put on the stage whom a token means, and those joined to it as one more who is many."""
        if part in _SUBJECTS:
            party = self._met[_key(token)] = self._party(sentence, token)
        elif (mention := self._mention(sentence, token, _NAMING)) is not None:
            party = self._of_mention(mention, token)
        else:
            return
        if token.dep_ == "appos" and not party.is_known:
            return  # who has been named just before
        place = sentence.place(token)
        if is_quoted(self._text, sentence.whole().start, place):
            part = Part.QUOTED
        seen = Appearance(
            party=party,
            place=place,
            sentence=self._sentence,
            paragraph=sentence.paragraph,
            part=part,
            spoke=part in _SUBJECTS and (is_source(token) or topmost(token).head.lemma_.lower() in CUE_VERBS),
            by_name=not is_pronoun(token),
        )
        self._stage.add(seen)
        if part in _SUBJECTS and (joint := self._joint(sentence, token, party)).is_many and joint is not party:
            self._stage.add(replace(seen, party=joint))

    def _quoted(self, sentence: ParsedSentence) -> Iterator[Appearance]:
        """Yield who is named in the quotations of a sentence, which the parser has not read."""
        spans = [sentence.frame.span(verb.idx, verb.idx + len(verb)) for _, verb in sentence.said]
        for span in spans:
            for mention in starting_in(self._mentions, span, start_of):
                yield Appearance(
                    party=self._of_mention(mention, None),
                    place=mention.span.start,
                    sentence=self._sentence,
                    paragraph=sentence.paragraph,
                    part=Part.QUOTED,
                )

    def speaker(
        self, sentence: ParsedSentence, head: Token, cue: Token | None = None, said: Sequence[Span] = ()
    ) -> Speaker:
        """Return who the phrase around `head` means, with its words up to the cue: "signs" of "signs calling him".

        Whom the words `said` call by name is not the "he" who says them.
        """
        party = self._met.get(_key(head)) or self._party(sentence, head)
        if party.resolution is Resolution.PRONOUN and party.is_person and party.name in (named := self._named_in(said)):
            party = self._pronoun(sentence, head, named)
            self._stage.recast(sentence.place(head), party)
        first, last = noun_phrase(head)
        if cue is not None and head.i < cue.i <= last.i:
            whole, last = sentence.span(first, last), before(cue, head)
            if party.name == plain(whole.slice(self._text)):
                party = replace(party, name=plain(sentence.span(first, last).slice(self._text)))
        span = balanced(self._text, sentence.span(first, last))
        return Speaker(party=self._joint(sentence, head, party), surface=span.slice(self._text), span=span)

    def _named_in(self, spans: Sequence[Span]) -> frozenset[str]:
        """Return the names of the people that some stretches of the text call by name."""
        inside = (each for span in spans for each in starting_in(self._mentions, span, start_of))
        return frozenset(each.name for each in inside if each.kind in _NAMED)

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
        return party if len(named) == 1 or not party.name or not (party.is_person or party.is_known) else joined(named)

    def _members(self, sentence: ParsedSentence, head: Token) -> list[Party]:
        """Return those whom "the leaders of France and Germany" calls by one office."""
        inside = starting_in(self._mentions, sentence.span(*noun_phrase(head)), start_of)
        return [self._of_mention(mention, None) for mention in inside if mention.kind is MentionKind.OFFICIAL]

    def _party(self, sentence: ParsedSentence, head: Token) -> Party:
        if is_pronoun(head):
            return self._pronoun(sentence, head)
        for kinds in (_NAMED, _BODIES):
            for token in parts(head):
                if (mention := self._mention(sentence, token, kinds)) is not None:
                    party = self._of_mention(mention, token)
                    is_set_beside = token.i != head.i and party.resolution in {Resolution.NAME, Resolution.SURNAME}
                    return replace(party, resolution=Resolution.APPOSITION) if is_set_beside else party
        return self._titled(sentence, head) or self._described(sentence, head)

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
        gender = self._genders.setdefault(mention.name, gender) if gender else self._gender(mention)
        resolution = naming_rule(mention)
        return Party(name=mention.name, ref_id=mention.ref_id, gender=gender, is_person=True, resolution=resolution)

    def _pronoun(self, sentence: ParsedSentence, head: Token, but: frozenset[str] = frozenset()) -> Party:
        """Return whom a pronoun means, none of those whose names are in `but`; one of unknown gender takes it on."""
        kind = next((kind for kind, words in _PRONOUNS.items() if head.lower_ in words), None)
        is_said = head.dep_ == "nsubjpass" and head.head.lemma_.lower() in CUE_VERBS
        if kind is None or (kind == "it" and is_said):
            return NOBODY
        gender = _GENDERS.get(kind)

        def fit(one: Party) -> str | None:
            if one.name in but:
                return None
            if gender is None:
                return sort_of(one, kind)
            own = one.gender or self._gender(one)
            if not one.is_person or one.is_many or own not in {gender, None}:
                return None
            return "known" if own else "unknown"

        found = self._stage.meant(self._phrase(sentence, head, "he" if gender else kind), fit)
        if not found:
            return NOBODY
        if gender is not None and found[0].ref_id is None:
            self._genders.setdefault(str(found[0].name), gender)
        return replace(found[0], gender=gender, resolution=Resolution.PRONOUN)

    def _phrase(self, sentence: ParsedSentence, head: Token, kind: str, hints: Sequence[str] = ()) -> Phrase:
        return Phrase(
            kind=kind,
            place=sentence.place(head),
            sentence=self._sentence,
            paragraph=sentence.paragraph,
            part=part_of(head, ()) or Part.OTHER,
            speaks=head.head.lemma_.lower() in CUE_VERBS,
            hints=hints,
        )

    def _gender(self, one: Party | Mention) -> str | None:
        return self._genders.get(one.ref_id or str(one.name)) or gender_of_name(str(one.name))

    def _described(self, sentence: ParsedSentence, head: Token) -> Party:
        role = head.lemma_.lower()
        is_person = is_role(role) or head.ent_type_ == "PERSON"
        if is_person and is_definite(head) and (meant := self._meant(sentence, head, role)).name:
            return replace(meant, resolution=Resolution.ROLE)
        paper = last_part(role)
        is_paper = paper in PAPERS or heap_of(head) in PAPERS
        if (maker := self._maker(sentence, head, paper, is_paper=is_paper)) is not None:
            return self._joint(sentence, maker, self._party(sentence, maker))
        name = plain(sentence.span(*noun_phrase(head)).slice(self._text))
        name = re.sub("[’']s?$", "", name) if head.dep_ == "poss" else name
        name = _BESIDE_A_NAME.split(name)[0] if head.pos_ == "PROPN" else name
        known = self._known(name.lower(), sentence.place(head)) if not is_person and is_definite(head) else None
        if known is not None:
            return replace(known, resolution=Resolution.ROLE)
        if len(pair := self._pair(sentence, head, role)) > 1:
            return joined(pair)
        is_many = head.morph.get("Number", []) == ["Plur"] or len(coordinates(head)) > 1
        is_nobodys = (is_paper or paper in STUDIES | PLANS) and not any(
            child.ent_type_ in _MAKERS for child in head.lefts
        )
        is_thing = not is_person and head.pos_ != "PROPN" and says_nothing(role)
        is_silent = is_nobodys or is_thing or head.pos_ in {"ADP", "PRON", "SCONJ"}
        return Party(
            name=None if is_silent else name or None,
            gender=gender_of_role(role),
            is_person=is_person and not is_many,
            is_many=is_many,
            resolution=Resolution.GROUP if is_many else Resolution.NONE,
        )

    def _maker(self, sentence: ParsedSentence, head: Token, paper: str, *, is_paper: bool) -> Token | None:
        """Return who speaks through what is written: its maker, owner, or whom it is called after or comes from."""
        if not is_paper and paper not in STUDIES | PLANS | POSTS:
            return None
        kinds: tuple[MentionKind, ...] = (MentionKind.ORGANISATION,) if paper in SURVEYS else ()
        if is_paper or paper in PLANS:
            kinds = (*_NAMED, MentionKind.ORGANISATION)
        after = (child for child in head.lefts if child.dep_ in {"compound", "nmod"} and child.pos_ == "PROPN")
        named = (child for child in after if self._mention(sentence, child, kinds) is not None)
        from_whom = sources_of(head) if is_paper or paper in POSTS else ()
        come = (noun for noun in from_whom if is_somebodys(noun) or self._mention(sentence, noun, _NAMING))
        own = maker_of(head) if is_paper else owner_of(head)
        return own or next(named, None) or next(come, None)

    def _meant(self, sentence: ParsedSentence, head: Token, role: str) -> Party:
        """Return whom "the diplomat" means: who has been called so, else the likeliest, perhaps nobody named."""
        if role in self._roles and not is_apart(head):
            return self._roles[role]
        hints = [hint for hint, holds in (("unnamed", role in self._unnamed), ("apart", is_apart(head))) if holds]
        return self._stage.meant(self._phrase(sentence, head, "noun", hints), lambda one: self._fit(one, role))[0]

    def _pair(self, sentence: ParsedSentence, head: Token, role: str) -> list[Party]:
        """Return whom "the two presidents" means, where two who are called so have been named."""
        if head.tag_ != "NNS" or _PAIRS.isdisjoint(child.lower_ for child in head.lefts) or not is_role(role):
            return []

        def fit(one: Party) -> str | None:
            fits = self._fit(one, role)
            return None if fits in {"trade", "stranger"} and role not in {"man", "woman"} else fits

        found = self._stage.meant(self._phrase(sentence, head, "noun"), fit)
        return [one for one in found if one.name][:2]

    def _fit(self, one: Party, role: str) -> str | None:
        """Tell by whom somebody is called a role: by the article, the roster, his trade, or nobody as far as known."""
        if not (one.is_person and one.is_known) or one.is_many or gender_of_role(role) not in {one.gender, None}:
            return None
        if (one.name, role) in self._called:
            return "called last" if self._roles[role].name == one.name else "called"
        offices = self._known_of.offices.get(one.ref_id or "")
        if offices is not None:
            return "held" if role in offices else "official" if role in ANY_OFFICE else None
        return "trade" if role in TRADES | ANY_OFFICE else "stranger"

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
        beside = [] if token.dep_ in {"compound", "poss"} else [token.head]  # nor is the Putin spokesman Putin
        roles = [noun.lemma_.lower() for noun in (*nouns, *beside) if noun.pos_ in {"NOUN", "PROPN"}]
        roles = [role for role in roles if is_role(role)]
        mention = self._mention(sentence, token, _NAMED) if roles else None
        if mention is not None:
            party = self._of_mention(mention, token)
            self._roles.update(dict.fromkeys(roles, party))
            self._called.update((party.name, role) for role in roles)


def _key(token: Token) -> tuple[int, int]:
    return id(token.doc), token.i
