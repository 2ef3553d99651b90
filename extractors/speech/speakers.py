"""Who a noun phrase names: the roster first, then the names in the article, then role nouns and pronouns.

Follows an article in its order, as a reader does. Finds no names and no speech.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.records import Mention, MentionKind, Span
from extractors.speech.antecedents import Appearance, Part, Phrase, Scene
from extractors.speech.lexicon import (
    CUE_VERBS,
    KINDS_OF_PRONOUNS,
    ORGANS,
    PAPERS,
    PLANS,
    POSTING_VERBS,
    POSTS,
    STUDIES,
    SURVEYS,
    gender_of_role,
    is_role,
    says_nothing,
)
from extractors.speech.nouns import (
    balanced,
    count_of,
    heap_of,
    is_apart,
    is_definite,
    is_human,
    is_just,
    is_only_called,
    is_pronoun,
    is_quoted,
    is_somebodys,
    is_unnamed,
    last_part,
    maker_of,
    may_speak,
    owner_of,
    part_of,
    plain,
    possessor_of,
    printed_name,
    roles_beside,
    sources_of,
    topmost,
    words_of,
)
from extractors.speech.parsing import ParsedSentence, is_aged
from extractors.speech.parties import (
    BODIES_NAMED,
    NOBODY,
    PEOPLE_NAMED,
    UNSURE,
    Background,
    Callings,
    Named,
    Party,
    Resolution,
    Speaker,
    are_called,
    joined,
    sort_of,
)
from extractors.speech.partners import companions
from extractors.speech.syntax import (
    before,
    child_of,
    coordinates,
    is_source,
    noun_phrase,
    parts,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

# What follows a name: "Sachin Kumar, a villager", "the Army in a statement".
_BESIDE_A_NAME = re.compile(r", (?=[a-z])|(?:,)? (?:in|via|through|on) (?:an?|its|his|her|their|the|X|Telegram)\b")
_MAKERS = frozenset({"NORP", "ORG", "GPE"})  # of "the Ukrainian proposal", "a UN report"
_SUBJECTS = frozenset({Part.SUBJECT, Part.INNER})
_ALONE = 0.9  # how likely "the retired general" is the only one who acts
_JUST = 4  # sentences in which somebody has just been named
_PAIRS = frozenset({"two", "both"})
_GENDERS = {"he": "m", "she": "f"}


class Cast:
    """The people and bodies of one article, in the order in which it brings them on as subjects."""

    def __init__(
        self,
        text: str,
        mentions: Sequence[Mention],
        known: Background,
        stage: Scene | None = None,
        asked: Callable[[str], Mention | None] = lambda _: None,
    ) -> None:
        """Take the mentions of the article, and what is known of their people and places.

        `asked` tells whom the watchlist knows by words that the text has not side by side: "Iran’s foreign minister".
        """
        self._known_of, self._asked = known, asked
        self._text = text
        self._named = Named(mentions, known)
        self._stage = stage or Scene()
        self._sentence = -1
        self._callings = Callings(known)
        self._met: dict[tuple[int, int], Party] = {}
        self._papers: dict[str, Party] = {}

    def follow(self, sentence: ParsedSentence) -> None:
        """Take in a sentence: who appears in it, and which roles its names are given."""
        self._sentence += 1
        clauses = {verb.i for _, verb in sentence.said}
        for body in self._named.inside(sentence.whole()):
            self._named.party(body, None)
        quoted = list(self._quoted(sentence)) if clauses else []
        for token in sentence:
            if is_unnamed(token):
                self._callings.unnamed.add(token.lemma_.lower())
            if (token.dep_ == "appos" or token.ent_type_ == "PERSON") and (roles := roles_beside(token)):
                named = self._named.at(sentence, token, PEOPLE_NAMED)
                self._callings.learn(roles, None if named is None else self._named.party(named, token))
            while quoted and quoted[0].place < sentence.place(token):
                self._stage.add(quoted.pop(0))
            if (part := part_of(token, clauses)) is not None:
                self._appears(sentence, token, part)
            if token.lemma_.lower() in POSTING_VERBS and (poster := child_of(token, "nsubj")) is not None:
                self._papers.update(dict.fromkeys(("post", "message"), self._party(sentence, poster)))
            if token.lemma_.lower() in PAPERS | POSTS and (maker := self._author(sentence, token)) is not None:
                names = (token.lemma_, plain(sentence.span(noun_phrase(token)[0], token).slice(self._text)))
                self._papers.update(dict.fromkeys(map(str.lower, names), self._party(sentence, maker)))
        for each in quoted:
            self._stage.add(each)

    def _appears(self, sentence: ParsedSentence, token: Token, part: Part) -> None:
        """Put on the stage whom a token means, and those joined to it as one more who is many."""
        if part in _SUBJECTS:
            party = self._met[_key(token)] = self._party(sentence, token)
        elif (mention := self._named.at(sentence, token, (*PEOPLE_NAMED, *BODIES_NAMED))) is not None:
            party = self._named.party(mention, token)
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
            for mention in self._named.inside(span):
                yield Appearance(
                    party=self._named.party(mention, None),
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
        named = self._named.people_in(said if party.resolution is Resolution.PRONOUN else ())
        if party.is_person and party.name in named:
            party = self._pronoun(sentence, head, named)
            self._stage.recast(sentence.place(head), party)
        first, last = noun_phrase(head)
        if cue is not None and head.i < cue.i <= last.i:
            whole, last = sentence.span(first, last), before(cue, head)
            if party.name == plain(whole.slice(self._text)):
                party = replace(party, name=plain(sentence.span(first, last).slice(self._text)))
        span = balanced(self._text, sentence.span(first, last))
        return Speaker(party=self._joint(sentence, head, party), surface=span.slice(self._text), span=span)

    def named(self, span: Span, *, bodies: bool = True) -> Speaker | None:
        """Return the first person named in a stretch of the text, else the first country or body."""
        inside = self._named.inside(span)
        people = [each for each in inside if each.kind in PEOPLE_NAMED]
        for mention in people or (inside if bodies else []):
            return Speaker(party=self._named.party(mention, None), surface=mention.surface, span=mention.span)
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
        inside = self._named.inside(sentence.span(*noun_phrase(head)))
        return [self._named.party(mention, None) for mention in inside if mention.kind is MentionKind.OFFICIAL]

    def _party(self, sentence: ParsedSentence, head: Token) -> Party:
        if is_pronoun(head):
            return self._pronoun(sentence, head)
        for kinds in (PEOPLE_NAMED, BODIES_NAMED):
            for token in parts(head):
                if (mention := self._named.at(sentence, token, kinds)) is not None:
                    party = self._named.party(mention, token)
                    is_set_beside = token.i != head.i and party.resolution in {Resolution.NAME, Resolution.SURNAME}
                    return replace(party, resolution=Resolution.APPOSITION) if is_set_beside else party
        return self._named.titled(sentence, head, self._text) or self._described(sentence, head)

    def _pronoun(self, sentence: ParsedSentence, head: Token, but: frozenset[str] = frozenset()) -> Party:
        """Return whom a pronoun means, none of those whose names are in `but`; one of unknown gender takes it on."""
        kind = next((kind for kind, words in KINDS_OF_PRONOUNS.items() if head.lower_ in words), None)
        is_said = head.dep_ == "nsubjpass" and head.head.lemma_.lower() in CUE_VERBS
        if kind is None or (kind == "it" and is_said):
            return NOBODY
        gender = _GENDERS.get(kind)

        def fit(one: Party) -> str | None:
            if one.name in but:
                return None
            if gender is None:
                return sort_of(one, kind)
            own = one.gender or self._named.gender(one)
            if not one.is_person or one.is_many or own not in {gender, None}:
                return None
            return "known" if own else "unknown"

        found = self._stage.meant(self._phrase(sentence, head, "he" if gender else kind), fit)
        if not found:
            return NOBODY
        if gender is not None:
            self._named.take(found[0], gender)
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

    def _described(self, sentence: ParsedSentence, head: Token) -> Party:
        role = head.lemma_.lower()
        if (stands_for := self._stands_for(sentence, head, role)) is not None:
            return stands_for
        is_person = is_human(head)
        if is_person and is_definite(head) and (meant := self._meant(sentence, head, role)) is not None:
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
        pair = self._pair(sentence, head, role)
        if len(pair) > 1 and (likelihood := sum(one.likelihood for one in pair)) >= UNSURE:
            return replace(joined(pair), likelihood=likelihood)
        is_many = head.morph.get("Number", []) == ["Plur"] or len(coordinates(head)) > 1
        is_nobodys = (is_paper or paper in STUDIES | PLANS | POSTS) and not any(
            child.ent_type_ in _MAKERS for child in head.lefts
        )
        is_thing = not is_person and head.pos_ != "PROPN" and says_nothing(role)
        is_silent = is_nobodys or is_thing or not may_speak(head)
        return Party(
            name=None if is_silent else name or None,
            gender=gender_of_role(role),
            is_person=is_person and not is_many,
            is_many=is_many,
            resolution=Resolution.GROUP if is_many else Resolution.NONE,
        )

    def _recalled(self, sentence: ParsedSentence, head: Token) -> Party | None:
        """Return who has just been named and alone is all that "the Russian diplomat" or "the Estonian" says."""
        words = words_of(head)
        place = self._phrase(sentence, head, "noun")
        fits = self._stage.candidates(place, lambda one: self._callings.recall(one, words)) if is_just(head) else []
        found = [one.party for each in fits if self._sentence - (one := each.appearances[0]).sentence <= _JUST]
        return replace(found[0], resolution=Resolution.ROLE, likelihood=0.95) if len(found) == 1 else None

    def _stands_for(self, sentence: ParsedSentence, head: Token, role: str) -> Party | None:
        """Return who has been named for "its foreign minister", "the three leaders", "the territory"."""
        if (is_role(role) or role in ORGANS) and (owner := possessor_of(head)) is not None:
            return self._owned(sentence, head, self._party(sentence, owner))
        if (count := count_of(head)) is not None:
            found = self._stage.meant(self._phrase(sentence, head, "they"), lambda one: are_called(one, role, count))
            return replace(found[0], resolution=Resolution.GROUP) if found else None
        if is_only_called(head) and not is_role(role):
            place = self._phrase(sentence, head, "it")
            found = self._stage.meant(place, lambda one: self._known_of.may_be(one, role))
            if found and found[0].likelihood >= UNSURE:
                return replace(found[0], resolution=Resolution.ROLE)
        return self._recalled(sentence, head)

    def _owned(self, sentence: ParsedSentence, head: Token, owner: Party) -> Party | None:
        """Return who holds an office or is a body of countries named before, by name where the watchlist has one."""
        if owner.is_person or owner.likelihood < UNSURE or not (owner.is_known or owner.is_many):
            return None
        first = next(child for child in head.lefts if child.dep_ == "poss").right_edge.nbor()
        office = " ".join(sentence.span(first, head).slice(self._text).split())
        is_many = head.tag_ == "NNS"
        asked = office.removesuffix(head.text) + head.lemma_ if is_many else office
        found = [self._asked(f"{name}’s {asked}") for name in owner.names]
        if is_many == owner.is_many and all(found):
            held = [replace(self._named.party(one, None), resolution=Resolution.ROLE) for one in filter(None, found)]
            return replace(joined(held) if is_many else held[0], likelihood=owner.likelihood)
        rule = Resolution.GROUP if is_many else Resolution.NONE
        is_person = is_role(head.lemma_.lower()) and not is_many
        called = Party(name=f"{owner.name}’s {office}", is_person=is_person, is_many=is_many, resolution=rule)
        return None if owner.is_many else replace(called, likelihood=owner.likelihood)

    def _maker(self, sentence: ParsedSentence, head: Token, paper: str, *, is_paper: bool) -> Token | None:
        """Return who speaks through what is written: its maker, owner, or whom it is called after or comes from."""
        if not is_paper and paper not in STUDIES | PLANS | POSTS:
            return None
        kinds: tuple[MentionKind, ...] = (MentionKind.ORGANISATION,) if paper in SURVEYS else ()
        if is_paper or paper in PLANS:
            kinds = (*PEOPLE_NAMED, MentionKind.ORGANISATION)
        after = (child for child in head.lefts if child.dep_ in {"compound", "nmod"} and child.pos_ == "PROPN")
        named = (child for child in after if self._named.at(sentence, child, kinds) is not None)
        own = self._author(sentence, head) if is_paper or paper in POSTS else owner_of(head)
        return own or next(named, None)

    def _author(self, sentence: ParsedSentence, paper: Token) -> Token | None:
        """Return whose a paper is, from whom it comes, or who is said to have made it."""
        whole = (*PEOPLE_NAMED, *BODIES_NAMED)
        come = (noun for noun in sources_of(paper) if is_somebodys(noun) or self._named.at(sentence, noun, whole))
        return owner_of(paper) or next(come, None) or maker_of(paper)

    def _meant(self, sentence: ParsedSentence, head: Token, role: str) -> Party | None:
        """Return whom "the diplomat" means: who has been called so, else the likeliest, else the only one who acts."""
        called = self._callings
        if role in called.last and not is_apart(head):
            place = self._phrase(sentence, head, "noun")
            return self._stage.nearer(place, lambda one: called.held(one, role), called.last[role])
        hints = [hint for hint, holds in (("unnamed", role in called.unnamed), ("apart", is_apart(head))) if holds]
        phrase = self._phrase(sentence, head, "noun", hints)
        likeliest = self._stage.meant(phrase, lambda one: called.fit(one, role))[0]
        if likeliest.name:
            return likeliest
        alone = self._stage.alone(phrase) if is_just(head) and (is_role(role) or is_aged(head)) else None
        return replace(alone, likelihood=_ALONE) if alone and called.suits(alone, words_of(head)) else None

    def _pair(self, sentence: ParsedSentence, head: Token, role: str) -> list[Party]:
        """Return whom "the two presidents" means, where two who are called so have been named."""
        if head.tag_ != "NNS" or _PAIRS.isdisjoint(child.lower_ for child in head.lefts) or not is_role(role):
            return []

        def fit(one: Party) -> str | None:
            fits = self._callings.fit(one, role)
            return None if fits in {"trade", "stranger"} and role not in {"man", "woman"} else fits

        return [one for one in self._stage.meant(self._phrase(sentence, head, "noun"), fit) if one.name][:2]

    def _known(self, name: str, place: int) -> Party | None:
        """Return the body that "the ministry" is, and whoever made "the statement" or "the post"."""
        if name in self._papers:
            return self._papers[name]
        found = self._named.body(name)
        if found is None and (full := printed_name(self._text, name, place)) is not None:
            return Party(name=full, resolution=Resolution.NAME)
        return found


def _key(token: Token) -> tuple[int, int]:
    return id(token.doc), token.i
