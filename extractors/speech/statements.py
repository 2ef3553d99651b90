"""Who said what: each quotation and report of an article with its cue, its speaker, and what it is about.

The words are the article’s own, in place. Finds no words, speakers or topics itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from extractors.officials.countries import Countries, Homes
from extractors.records import Mention, MentionKind, Span, Statement, StatementKind
from extractors.speech.acts import Watched
from extractors.speech.cues import Cue, find_cue
from extractors.speech.drafts import Draft, finished, place_saying
from extractors.speech.fusing import fused, heard_in
from extractors.speech.handovers import (
    announces_source,
    answers,
    hands_back,
    is_name_line,
    is_signed_with,
    labelled_quote,
    names_source,
    signature,
    states_this,
)
from extractors.speech.lexicon import CUE_VERBS, SPEAKING_VERBS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.parties import NOBODY, Resolution, Speaker
from extractors.speech.quotations import Quotation, opens_at, trimmed
from extractors.speech.reports import PlacedReport, by_source, find_reported
from extractors.speech.speakers import Cast
from extractors.speech.syntax import is_mark, subject
from extractors.speech.tagging import Tags
from extractors.text.spans import starting_in, stripped

if TYPE_CHECKING:
    from spacy.tokens import Token

_INDIRECT = StatementKind.INDIRECT
_NEAR = 8  # tokens between a cue and the colon that announces a quotation
_TAIL = 3  # characters of punctuation after a report that ends its sentence


@dataclass(slots=True)
class _Floor:
    """Who speaks at this point of the article: the last speaker named by a cue, and the statement that is open."""

    speaker: Speaker | None = None
    paragraph: int = -1
    draft: Draft | None = None

    def give(self, speaker: Speaker, paragraph: int, draft: Draft | None) -> None:
        """Let `speaker` have the floor."""
        self.speaker, self.paragraph, self.draft = speaker, paragraph, draft


_Alone = tuple[list[Span], Draft | None]


@dataclass(slots=True)
class _Drafting:
    """Reads an article's sentences in order and drafts its statements."""

    text: str
    quotations: Sequence[Quotation]
    cast: Cast
    watched: Watched
    tags: Tags | None = None
    floor: _Floor = field(default_factory=_Floor)
    drafts: list[Draft] = field(default_factory=list)
    # Paragraphs left open one after the other: their cue may stand in the last.
    pending: list[Span] = field(default_factory=list)
    pending_since: int = -1
    # The quotations alone in the sentence before, and the statement that became of them: a signature may follow.
    alone: _Alone | None = None
    before: Span | None = None
    # Whom a bulletin's "Source:" names; what a colon has announced, which the next paragraph may have without marks.
    source: Speaker | None = None
    announced: Draft | None = None

    def read(self, sentence: ParsedSentence) -> None:
        """Draft what one sentence says."""
        self.cast.follow(sentence)
        if self.pending and not self._goes_on(sentence):
            self._settle()
        alone, self.alone = self.alone, None
        if not self._hands_over(sentence, alone):
            self._read(sentence, alone)
        if self.tags is not None:
            self._hear(sentence, self.tags)
        self.before = sentence.whole()

    def _read(self, sentence: ParsedSentence, alone: _Alone | None) -> None:
        found = find_reported(
            sentence, self.text, self._inside(sentence), self.watched.within(sentence.whole()), self.tags
        )
        reports = [report for report in found if report.cue.speaker is not None]
        covered = [span for report in reports for span in report.spans]
        for number, verb in sentence.said:
            if not any(span.covers(self.quotations[number].span) for span in covered):
                self._quoted(sentence, self.quotations[number], verb)
        if not sentence.said:
            self._reported(sentence, alone)
        spoken = None if self.floor.draft is None else self.floor.draft.key
        for report in reports:
            if (id(sentence.doc), report.report.head.i) != spoken or not self._is_given(report):
                self._mixed(sentence, report)

    def _is_given(self, reported: PlacedReport) -> bool:
        """Tell whether the statement that is open has these words already."""
        draft = self.floor.draft
        return draft is not None and any(span.meets(other) for span in draft.spans for other in reported.spans)

    def _hear(self, sentence: ParsedSentence, tags: Tags) -> None:
        """Draft what the tagger hears in a sentence, for those words that no rule comes to have."""
        for heard in heard_in(self.text, sentence, tags, self._inside(sentence)):
            speaker = self.cast.speaker(sentence, heard.speaker, heard.cue, [heard.span])
            if speaker.party.name is not None:
                draft = Draft(speaker, [heard.span], sentence.paragraph, heard.kind, is_heard=True, verb=heard.cue)
                draft.cue, draft.before = sentence.span(heard.cue, heard.cue), self.before
                place_saying(draft, sentence)
                self.drafts.append(draft)

    def close(self, own: Sequence[Span]) -> list[Draft]:
        """Draft what the last sentences left pending; return all that stands. `own` are the article's sentences."""
        self._settle()
        return self.drafts if self.tags is None else fused(self.text, self.drafts, self.tags, self.quotations, own)

    def _quoted(self, sentence: ParsedSentence, quotation: Quotation, verb: Token) -> None:
        cue = (found := find_cue(sentence, verb)) and by_source(sentence, found, self.tags)
        if cue is not None and self.floor.draft is not None and self.floor.draft.key == (id(sentence.doc), cue.key):
            self.floor.draft.spans.append(quotation.span)
        elif cue is not None and cue.speaker is not None:
            self._cued(sentence, quotation, cue, cue.speaker)
        elif cue is None and (signed := self._signed_with(sentence, quotation)) is not None:
            self._open(Draft(signed, [*self.pending, quotation.span], sentence.paragraph))
        elif cue is None and answers(sentence.whole().slice(self.text)):
            self._answered(sentence, quotation)
        elif _is_bare(sentence) or verb.dep_ == "ROOT" if cue is None else cue.first.i == sentence.first:
            self._bare(sentence, quotation)

    def _answered(self, sentence: ParsedSentence, quotation: Quotation) -> None:
        """Give an answer to whom the lines before the first question name."""
        speaker = self.cast.named(Span(0, self.quotations[0].outer.start), bodies=False)
        if speaker is not None:
            label = sentence.doc[sentence.first]
            self._open(Draft(speaker, [quotation.span], sentence.paragraph, cue=sentence.span(label, label)))

    def _signed_with(self, sentence: ParsedSentence, quotation: Quotation) -> Speaker | None:
        after = Span(quotation.outer.end, sentence.whole().end)
        return self.cast.named(after, bodies=False) if is_signed_with(self.text, after) else None

    def _cued(self, sentence: ParsedSentence, quotation: Quotation, cue: Cue, head: Token) -> None:
        speaker = self.cast.speaker(sentence, head, cue.first, [quotation.span])
        span = sentence.span(cue.first, cue.last)
        draft = Draft(speaker, [*self.pending, quotation.span], sentence.paragraph, cue=span, verb=cue.last)
        draft.key = (id(sentence.doc), cue.key)
        place_saying(draft, sentence)
        self._open(draft)

    def _bare(self, sentence: ParsedSentence, quotation: Quotation) -> None:
        """Take a quotation that nothing introduces as more of the one before, or as its speaker's next."""
        floor = self.floor
        is_more = quotation.continues and not self.pending
        if floor.draft is not None and (is_more or floor.paragraph == sentence.paragraph):
            floor.draft.spans.append(quotation.span)
            floor.paragraph = sentence.paragraph
            return
        if not self.pending:
            self.pending_since = sentence.paragraph
        self.pending.append(quotation.span)
        if quotation.closed:
            self._settle()

    def _goes_on(self, sentence: ParsedSentence) -> bool:
        """Tell whether a sentence takes up the quotation that the paragraph before left open."""
        return bool(sentence.said) and self.quotations[sentence.said[0][0]].continues

    def _settle(self) -> None:
        """Give what is pending to whoever has the floor, if it follows at once."""
        floor, since = self.floor, self.pending_since
        spans, self.pending = self.pending, []
        draft = None
        if floor.speaker is not None and spans and floor.paragraph in {since, since - 1}:
            inherited = replace(floor.speaker, party=replace(floor.speaker.party, resolution=Resolution.INHERITED))
            draft = Draft(inherited, spans, since)
            self._open(draft)
        self.alone = (spans, draft) if spans else None

    def _hands_over(self, sentence: ParsedSentence, alone: _Alone | None) -> bool:
        """Take a line that only says who speaks: before it, after it, or in words that the page sets off."""
        whole = sentence.whole()
        words = whole.slice(self.text)
        if self._goes_on_unmarked(sentence):
            return True
        if names_source(words):
            self.source = self.cast.named(whole)
            return self.source is not None
        if (label := labelled_quote(words)) is not None:
            return self._labelled(sentence, label)
        if alone is not None and not sentence.said and self._signs(sentence, alone):
            return True
        if announces_source(words) and (source := self.cast.named(whole)) is not None:
            self.floor.give(source, sentence.paragraph, None)
            return True
        return self._states_this(sentence)

    def _signs(self, sentence: ParsedSentence, alone: _Alone) -> bool:
        """Give the quotation before to whom this sentence names: “It works.” - Bernie Sanders."""
        whole = sentence.whole()
        name = signature(sentence)
        speaker = self.cast.speaker(sentence, name) if name else self.cast.named(whole, bodies=False)
        if speaker is None:
            return False
        if name or is_name_line(self.text, sentence, speaker.span) or hands_back(whole.slice(self.text)):
            self._sign(sentence, speaker, *alone)
            return True
        return False

    def _sign(self, sentence: ParsedSentence, speaker: Speaker, spans: list[Span], draft: Draft | None) -> None:
        if draft is None:
            draft = Draft(speaker, spans, sentence.paragraph)
            self._open(draft)
        draft.speaker, draft.cue = speaker, _lead(self.text, Span(sentence.whole().start, speaker.span.start))
        self.floor.give(speaker, sentence.paragraph, draft)

    def _labelled(self, sentence: ParsedSentence, label: int) -> bool:
        """Give what follows "Quote:" to whom the label names, else to the bulletin's source, else to who has spoken."""
        whole = sentence.whole()
        cue, rest = Span(whole.start, whole.start + label), Span(whole.start + label, whole.end)
        speaker = self.cast.named(cue) or self.source or self.floor.speaker
        quoted = [each.span for each in self._inside(sentence) if rest.covers(each.span)]
        spans = quoted or [trimmed(self.text, rest)]
        if speaker is not None and spans[0].start < spans[-1].end:
            self._open(Draft(speaker, spans, sentence.paragraph, cue=trimmed(self.text, cue)))
        return True

    def _states_this(self, sentence: ParsedSentence) -> bool:
        """Give the sentence before to whoever "stated this", where nobody has been found to say it."""
        stated = states_this(sentence) if not sentence.said and self.before is not None else None
        if stated is None or self.before is None:
            return False
        verb, head = stated
        speaker = self.cast.speaker(sentence, head)
        if not any(span.meets(self.before) for draft in self.drafts for span in draft.spans):
            cue = sentence.span(verb, verb)
            draft = Draft(speaker, [trimmed(self.text, self.before)], sentence.paragraph, kind=_INDIRECT, cue=cue)
            draft.verb = verb
            self.drafts.append(draft)
        self.floor.give(speaker, sentence.paragraph, None)
        return True

    def _goes_on_unmarked(self, sentence: ParsedSentence) -> bool:
        """Take a paragraph without marks after "He wrote on Telegram:" as the words it announces."""
        draft, announced = self.floor.draft, self.announced
        if announced is None:
            return False
        if sentence.paragraph == announced.paragraph + 1 and not self._inside(sentence) and not sentence.said:
            span = trimmed(self.text, sentence.whole())
            if draft is None or draft is not announced:
                announced.spans = [span]
                self._open(announced)
                announced.paragraph = self.floor.paragraph = sentence.paragraph - 1
            else:
                announced.spans = [Span(announced.spans[0].start, span.end)]
            return True
        self.announced = None
        return False

    def _inside(self, sentence: ParsedSentence) -> Sequence[Quotation]:
        return starting_in(self.quotations, sentence.whole(), opens_at)

    def _mixed(self, sentence: ParsedSentence, reported: PlacedReport) -> None:
        if reported.cue.speaker is None:
            return
        speaker = self.cast.speaker(sentence, reported.cue.speaker, reported.cue.first, reported.spans)
        if reported.report.construction == "colon" and not speaker.party.is_person:
            return
        cue = sentence.span(reported.cue.first, reported.cue.last)
        draft = Draft(
            speaker, list(reported.spans), sentence.paragraph, kind=reported.kind, cue=cue, verb=reported.report.head
        )
        draft.before, draft.is_act = self.before, reported.is_act
        place_saying(draft, sentence)
        self.drafts.append(draft)
        takes_up = any(reported.spans[0].covers(self.quotations[number].span) for number, _ in sentence.said)
        if takes_up or (not sentence.said and reported.spans[-1].end >= sentence.whole().end - _TAIL):
            self.floor.give(speaker, sentence.paragraph, draft)

    def _open(self, draft: Draft) -> None:
        draft.before = self.before
        self.drafts.append(draft)
        self.pending = []
        self.floor.give(draft.speaker, draft.paragraph, draft)

    def _reported(self, sentence: ParsedSentence, alone: _Alone | None) -> None:
        """Close the statement before, and give the floor to whoever this sentence says has spoken."""
        self.floor.draft = None
        root = _announcer(sentence) or next((token for token in sentence if token.dep_ == "ROOT"), None)
        head = subject(root) if root is not None else None
        if root is None or head is None:
            return
        speaker = self.cast.speaker(sentence, head)
        if alone is not None and alone[1] is not None and self._takes_away(sentence, root, speaker, alone[1]):
            alone[1].speaker = speaker if root.lemma_.lower() in SPEAKING_VERBS else _nobody(speaker)
        if _reports(sentence, root, speaker):
            self.floor.give(speaker, sentence.paragraph, None)
            self._announce(sentence, root, speaker)
        elif speaker.party.is_person and not self._has_floor(speaker):
            self.floor.speaker = None

    def _takes_away(self, sentence: ParsedSentence, root: Token, speaker: Speaker, draft: Draft) -> bool:
        """Tell that another person than the heir of a quotation is the subject in the rest of its paragraph."""
        is_other = speaker.party.is_person and speaker.party.name not in {None, draft.speaker.party.name}
        return (
            is_other and sentence.paragraph == draft.paragraph and root.lemma_.lower() not in CUE_VERBS - SPEAKING_VERBS
        )

    def _announce(self, sentence: ParsedSentence, root: Token, speaker: Speaker) -> None:
        """Expect the words of "He wrote on Telegram on Saturday:" in the next paragraph."""
        whole = sentence.whole()
        is_last = self.text[whole.end :].lstrip(" \t")[:1] in {"\n", "\r"}
        if self.text[whole.end - 1] == ":" and is_last and speaker.party.name and root.lemma_.lower() in CUE_VERBS:
            self.announced = Draft(speaker, [], sentence.paragraph, cue=sentence.span(root, root), verb=root)
            place_saying(self.announced, sentence)

    def _has_floor(self, speaker: Speaker) -> bool:
        return self.floor.speaker is not None and self.floor.speaker.party.name == speaker.party.name


def _reports(sentence: ParsedSentence, root: Token, speaker: Speaker) -> bool:
    """Tell a sentence that reports speech, or announces some; "The transcript follows:" names nobody."""
    announces = sentence.doc[sentence.last - 1].text == ":" and speaker.party.is_person
    return announces or root.lemma_.lower() in CUE_VERBS


def _announcer(sentence: ParsedSentence) -> Token | None:
    """Return the cue that announces a quotation in the next paragraph: "and the outlet responded:"."""
    if sentence.doc[sentence.last - 1].text != ":":
        return None
    near = sentence.doc[max(sentence.first, sentence.last - _NEAR) : sentence.last]
    return next((token for token in reversed(near) if token.lemma_.lower() in CUE_VERBS and subject(token)), None)


def _lead(text: str, span: Span) -> Span | None:
    """Return the words or the dash before a name that signs: "So said", "-"."""
    lead = stripped(text, span)
    return lead if lead.start < lead.end else None


def _nobody(speaker: Speaker) -> Speaker:
    return replace(speaker, party=NOBODY)


def _is_bare(sentence: ParsedSentence) -> bool:
    """Tell whether a sentence is nothing but quotations."""
    clauses = {at for _, verb in sentence.said for at in (verb.i - 1, verb.i)}
    return all(token.i in clauses or is_mark(token) for token in sentence)


def find_statements(
    article_id: str,
    text: str,
    *,
    sentences: Iterable[ParsedSentence],
    quotations: Sequence[Quotation],
    cast: Cast,
    mentions: Sequence[Mention],
    own: Sequence[Span],
    countries: Countries,
    tags: Tags | None = None,
) -> tuple[Statement, ...]:
    """Return the statements of an article in order; `own` are all its sentences, parsed or not.

    Without `tags` the rules are all that finds them.
    """
    topics = [mention for mention in mentions if mention.kind is MentionKind.TOPIC]
    parties = [mention.span for mention in mentions if mention.kind is not MentionKind.TOPIC]
    drafting = _Drafting(text, quotations, cast, Watched([topic.span for topic in topics], parties), tags)
    for sentence in sentences:
        drafting.read(sentence)
    drafts = sorted(drafting.close(own), key=lambda draft: draft.spans[0])
    homes = Homes(countries, text, mentions)
    return tuple(finished(article_id, text, draft, sentences=own, topics=topics, homes=homes) for draft in drafts)
