from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.officials.watchlist import load_watchlist
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement, StatementKind
from extractors.relation_records import CorrectedField, Correction
from extractors.speech.corrections import corrected
from extractors.text.identity import statement_id, utterance_id

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEXT = (
    "“We reject a truce,” the foreign minister said. “A truce is near,” he added. “Yes,” Dmitry Peskov said. “Yes,” "
    "Ivan Petrov said. Peskov left. The Fox of Kyiv spoke of talks."
)


def place(surface, nth=0):
    """Return where a surface stands in the text."""
    at = -1
    for _ in range(nth + 1):
        at = TEXT.index(surface, at + 1)
    return Span(at, at + len(surface))


def said(words, speaker, ref, surface, *, nth=0, topics=("ceasefire",)):
    """Return a statement of the text."""
    span = place(words, nth)
    return Statement(
        statement_id=statement_id("a", [span]),
        utterance_id=utterance_id(speaker, words),
        speaker=speaker,
        speaker_id=ref,
        speaker_surface=surface,
        cue="said",
        kind=StatementKind.DIRECT,
        text=words,
        span=span,
        spans=(span,),
        topics=topics,
        stance="reject",
        speaker_span=place(surface, 1 if surface == "he" else 0),
        confidence=0.9,
    )


def named(surface, ref, name, nth=0):
    """Return a mention of an official in the text."""
    return Mention(kind=MentionKind.OFFICIAL, ref_id=ref, name=name, surface=surface, span=place(surface, nth))


ARTICLE = Article(
    article_id="a",
    url="https://herald.example/a",
    outlet="Herald",
    feed_id=None,
    title="The Fox of Kyiv and Peskov",
    author=None,
    published_at=NOW,
    first_seen_at=NOW,
    language="en",
    text=TEXT,
)
READING = Reading(
    mentions=(
        named("the foreign minister", "sergei-lavrov", "Sergei Lavrov"),
        named("Dmitry Peskov", "dmitry-peskov", "Dmitry Peskov"),
        named("Peskov", "dmitry-peskov", "Dmitry Peskov", nth=1),
    ),
    title_mentions=(),
    statements=(
        said("We reject a truce", "Sergei Lavrov", "sergei-lavrov", "the foreign minister"),
        said("A truce is near", "Sergei Lavrov", "sergei-lavrov", "he"),
        said("Yes", "Dmitry Peskov", "dmitry-peskov", "Dmitry Peskov", topics=()),
        said("Yes", "Ivan Petrov", None, "Ivan Petrov", nth=1, topics=()),
    ),
    sentences=(Span(0, len(TEXT)),),
    extractor_version="x",
)


def correction(field, words, is_now=None, *, was=None, minute=0, **changes):
    """Return a correction of the article, or of a name."""
    own = {} if field is CorrectedField.NAME else {"article_id": "a", "url": ARTICLE.url}
    made = Correction(
        correction_id=f"{field}{minute}{words}{is_now}{was}",
        words=words,
        field=field,
        author="me",
        made_at=NOW + timedelta(minutes=minute),
        was=was,
        is_now=is_now,
        **own,
    )
    return replace(made, **changes)


@cache
def watchlist():
    """Return the watchlist."""
    return load_watchlist()


def put_right(*made, article=ARTICLE, reading=READING):
    """Return the reading put right."""
    return corrected(article, reading, made, watchlist()).reading


def speakers(reading):
    """Return who says each statement."""
    return [each.speaker_id for each in reading.statements]


def refs(reading):
    """Return what stands for whom."""
    return {(each.surface, each.ref_id) for each in reading.mentions}


def test_an_office_taken_for_another_is_the_new_speakers_too():
    """Where the speaker stands by an office, that means him as well: no rule sees the other there any more."""
    made = put_right(correction(CorrectedField.SPEAKER, "We reject a truce", "andrii-sybiha"))
    assert speakers(made)[:2] == ["andrii-sybiha", "sergei-lavrov"]
    assert ("the foreign minister", "andrii-sybiha") in refs(made)
    assert made.statements[0].confidence == 1.0


def test_a_name_that_stood_there_stays_whose_it_is():
    """Words taken from somebody named leave his name to him, and the statement points at it no more."""
    made = put_right(correction(CorrectedField.SPEAKER, "Yes", "sergei-lavrov", was="dmitry-peskov"))
    assert speakers(made) == ["sergei-lavrov", "sergei-lavrov", "sergei-lavrov", None]
    assert ("Dmitry Peskov", "dmitry-peskov") in refs(made)
    assert made.statements[2].speaker_span is None


def test_the_same_words_of_another_in_the_article_are_not_meant():
    """Of two who say "Yes" the one is put right whose it was."""
    made = put_right(correction(CorrectedField.SPEAKER, "Yes", None, was="dmitry-peskov"))
    assert [(each.speaker, each.speaker_id) for each in made.statements[2:]] == [(None, None), ("Ivan Petrov", None)]
    made = put_right(correction(CorrectedField.SPEAKER, "Yes", "vladimir-putin", was="Ivan Petrov"))
    assert speakers(made)[2:] == ["dmitry-peskov", "vladimir-putin"]


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        pytest.param("we reject a TRUCE", True, id="capitals do not matter"),
        pytest.param("We reject a truce now", True, id="cut a little shorter by now"),
        pytest.param("reject a truce", True, id="cut a little longer by now"),
        pytest.param("We reject a truce and all that comes with it for years", False, id="a small part is another"),
        pytest.param("reject", False, id="a word of it is another"),
    ],
)
def test_a_statement_is_known_by_its_words(words, holds):
    """The words mean a statement however it is cut, but not one that shares only a part of them."""
    made = put_right(correction(CorrectedField.STANCE, words, "accept"))
    assert (made.statements[0].stance == "accept") is holds


def test_another_article_is_never_touched():
    """The same words in an article of another address stay as they are read."""
    other = replace(ARTICLE, article_id="b", url="https://observer.example/a")
    fields = [each for each in CorrectedField if each is not CorrectedField.NAME]
    made = [correction(field, "We reject a truce", "condition", was="ceasefire") for field in fields]
    assert put_right(*made, article=other) == READING


def test_topics_are_added_and_dropped():
    """A topic is added once, at the end; one that is dropped is gone."""
    add = correction(CorrectedField.TOPIC, "A truce is near", "talks")
    drop = correction(CorrectedField.TOPIC, "A truce is near", was="ceasefire", minute=1)
    assert put_right(add, add).statements[1].topics == ("ceasefire", "talks")
    assert put_right(add, drop).statements[1].topics == ("talks",)


def test_a_name_means_somebody_wherever_it_stands():
    """A description becomes a mention of the official, in the title too, and what has its speaker there is his."""
    made = put_right(correction(CorrectedField.NAME, "the  fox of kyiv", "volodymyr-zelenskyy"))
    assert ("The Fox of Kyiv", "volodymyr-zelenskyy") in refs(made)
    assert [each.surface for each in made.title_mentions] == ["The Fox of Kyiv"]
    assert speakers(put_right(correction(CorrectedField.NAME, "Ivan Petrov", "vladimir-putin")))[3] == "vladimir-putin"


def test_a_name_within_a_longer_one_is_not_meant():
    """Who says that "Peskov" is another leaves "Dmitry Peskov" alone."""
    made = put_right(correction(CorrectedField.NAME, "Peskov", None))
    assert {surface for surface, ref in refs(made) if ref == "dmitry-peskov"} == {"Dmitry Peskov"}
    assert speakers(made)[2] == "dmitry-peskov"


def test_a_name_is_another_in_another_outlet():
    """A name put right in one outlet is as it was in others."""
    made = correction(CorrectedField.NAME, "Ivan Petrov", "vladimir-putin", outlet="Observer")
    assert put_right(made) == READING


def test_words_that_are_gone_are_named_and_a_statement_not_found_is_not():
    """What stands in the text no more is gone; what does, and is read as no statement by now, is not."""
    gone, there = (correction(CorrectedField.DROP, words) for words in ("Never was that said", "Peskov left"))
    assert corrected(ARTICLE, READING, [gone, there], watchlist()).gone == (gone,)


REJECTED, NEAR = "We reject a truce", "A truce is near"
KINDS = st.sampled_from(
    [
        correction(CorrectedField.SPEAKER, REJECTED, "vladimir-putin"),
        correction(CorrectedField.SPEAKER, REJECTED, None),
        correction(CorrectedField.SPEAKER, NEAR, "dmitry-peskov"),
        correction(CorrectedField.STANCE, NEAR, "accept"),
        correction(CorrectedField.STANCE, NEAR, None),
        correction(CorrectedField.TOPIC, NEAR, "talks"),
        correction(CorrectedField.TOPIC, NEAR, None, was="ceasefire"),
        correction(CorrectedField.DROP, REJECTED),
        correction(CorrectedField.NAME, "Ivan Petrov", "vladimir-putin"),
        correction(CorrectedField.NAME, "the foreign minister", "vladimir-putin"),
        correction(CorrectedField.NAME, "the foreign minister", None),
    ]
)


@given(st.lists(st.tuples(KINDS, st.booleans()), max_size=8))
def test_what_is_undone_never_was(made):
    """Made one after another each holds; with some undone, all is as if only the others had been made."""
    dated = [
        (replace(each, correction_id=str(number), made_at=NOW + timedelta(minutes=number)), undone)
        for number, (each, undone) in enumerate(made)
    ]
    alone = [each for each, undone in dated if not undone]
    assert put_right(*(replace(each, undone_at=NOW if undone else None) for each, undone in dated)) == put_right(*alone)
    once = put_right(*alone)
    assert put_right(*alone, reading=once) == once
    assert put_right(*(replace(each, undone_at=NOW) for each, _ in dated)) == READING
