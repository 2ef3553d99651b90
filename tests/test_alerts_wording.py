from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.letters import why_told
from alerts.message_records import HeldBy
from alerts.records import News, Scope
from alerts.wording import heading, subject_line
from extractors.records import Span
from tests.alert_examples import alert, letter, message, notice, proof

SAID = "Dmitry Peskov said “There will be no cease-fire before talks” — Outlet, 2 sources"
NAMED = "Dmitry Peskov · “cease-fire” — Outlet, 2 sources: Kremlin rules out truce before talks"


@pytest.mark.parametrize(
    ("changes", "beside", "subject"),
    [
        pytest.param({}, {}, SAID, id="who speaks, the cue, the words, the outlet and how many sources"),
        pytest.param({}, {"sources": 1}, SAID.removesuffix(", 2 sources"), id="one source is not counted"),
        pytest.param({"scope": Scope.SENTENCE}, {}, NAMED, id="who is near, the phrase as printed, the headline"),
        pytest.param({"scope": Scope.STATEMENT}, {}, NAMED, id="another's statement is not put into his mouth"),
        pytest.param(
            {"scope": Scope.SENTENCE},
            {"title": None, "sources": 1},
            "Dmitry Peskov · “cease-fire” — Outlet",
            id="no headline",
        ),
        pytest.param({"evidence": (proof("keyword", "cease-fire"),)}, {}, NAMED, id="no words were found"),
    ],
)
def test_subject_is_in_the_sources_words(changes: dict[str, Any], beside: dict[str, Any], subject: str) -> None:
    """The subject of one alert says who and which words."""
    assert letter(notice(alert(**changes), **beside)).subject == subject


@pytest.mark.parametrize(
    ("before", "cue", "shown_as"),
    [
        pytest.param("Peskov ", "ruled out", " ruled out", id="an act in the past"),
        pytest.param("Peskov ", "says", " says", id="the present of a verb of saying"),
        pytest.param("Peskov ", "denies", " denies", id="the present of a verb on y"),
        pytest.param("Peskov, ", "saying", ":", id="a participle says nothing without its clause"),
        pytest.param("Peskov's ", "warning of", ":", id="a noun is no verb"),
        pytest.param("", "according to", ":", id="what stands before the name does not follow it"),
        pytest.param("Peskov ", "rule out", ":", id="an infinitive has lost its helping verb"),
        pytest.param("Peskov never ", "ruled out", ":", id="never turns it round"),
        pytest.param("Peskov has not ", "ruled out", ":", id="not turns it round"),
        pytest.param("Peskov hasn’t ", "rejected", ":", id="n’t turns it round"),
        pytest.param("It did not work. Peskov ", "ruled out", " ruled out", id="a not of the sentence before does not"),
    ],
)
def test_the_cue_stands_as_printed_where_it_says_what_happened(before: str, cue: str, shown_as: str) -> None:
    """Between name and words stands the cue, or a colon where the cue alone would say something else."""
    excerpt = f"{before}{cue} a ceasefire."
    own = alert(
        excerpt=excerpt,
        excerpt_span=Span(100, 100 + len(excerpt)),
        evidence=tuple(
            proof(what, part, excerpt=excerpt)
            for what, part in (("keyword", "ceasefire"), ("cue", cue), ("words", "a ceasefire"))
        ),
    )
    assert letter(notice(own)).subject == f"Dmitry Peskov{shown_as} “a ceasefire” — Outlet, 2 sources"


def test_words_are_cut_around_the_phrase() -> None:
    """A long quotation is cut on both sides of the phrase, between words."""
    said = "word " * 40 + "ceasefire" + " word" * 40
    own = alert(excerpt=said, excerpt_span=Span(100, 100 + len(said)))
    own = replace(own, evidence=(proof("keyword", "ceasefire", excerpt=said), proof("words", said, excerpt=said)))
    quoted = letter(notice(own)).subject
    assert re.fullmatch(r"Dmitry Peskov: “…(word )+ceasefire( word)+…” — Outlet, 2 sources", quoted)


@pytest.mark.parametrize(
    ("part", "shown_as"),
    [
        pytest.param("would be a ceasefire", "…would be a ceasefire", id="the last part"),
        pytest.param("The ceasefire", "The ceasefire…", id="the first part"),
    ],
)
def test_a_part_of_a_split_statement_says_that_it_is_one(part: str, shown_as: str) -> None:
    """Where more was said before or after the part that holds the phrase, "…" says so."""
    excerpt = "The ceasefire, Peskov said, would be a ceasefire."
    own = alert(
        excerpt=excerpt,
        excerpt_span=Span(100, 100 + len(excerpt)),
        evidence=(
            proof("keyword", "ceasefire", excerpt=excerpt),
            proof("statement", excerpt[:-1], excerpt=excerpt),
            proof("words", part, excerpt=excerpt),
        ),
    )
    assert f"“{shown_as}”" in letter(notice(own)).subject


def test_several_alerts_are_told_by_the_strongest() -> None:
    """The subject names what was said rather than what stood near, whatever came first, and counts the rest."""
    near = notice(alert(alert_id="2" * 16, scope=Scope.SENTENCE))
    assert letter(near, notice(), near).subject == f"{SAID} (and 2 more alerts)"


@pytest.mark.parametrize(
    ("held_by", "start"),
    [
        pytest.param(HeldBy.DIGEST, "Digest: 2 alerts from 2 articles. ", id="a digest"),
        pytest.param(HeldBy.QUIET_HOURS, "Held during your quiet hours: 2 alerts from 2 articles. ", id="quiet hours"),
    ],
)
def test_what_was_held_says_so_first(held_by: HeldBy, start: str) -> None:
    """A digest's subject counts first, then tells the strongest."""
    other = notice(alert(article_id="a2"), title="Second")
    assert letter(notice(), other, held_by=held_by).subject == start + SAID


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        pytest.param(timedelta(minutes=40), "Late by 40 min: ", id="minutes"),
        pytest.param(timedelta(hours=9, minutes=59), "Late by 9 h: ", id="whole hours"),
    ],
)
def test_a_late_message_says_so_first(late: timedelta, expected: str) -> None:
    """What nothing was there to send at its time says by how much, in its subject once and in its heading."""
    one, two = message(late_by=late), message(late_by=late, held_by=HeldBy.QUIET_HOURS)
    assert subject_line(one, [notice()]).startswith(expected)
    assert heading(one, [notice()]) == f"{expected}1 alert from 1 article"
    subject = subject_line(two, [notice(), notice()])
    assert subject.startswith(f"{expected}Held during your quiet hours: 2 alerts")
    assert subject.count("Late by") == 1


@pytest.mark.parametrize("news", News)
def test_a_follow_up_says_what_is_new(news: News) -> None:
    """The subject and the reason of a follow-up begin with its news, and differ from the alert's own."""
    again = notice(news=news)
    assert subject_line(message(), [again]).endswith(subject_line(message(), [notice()]))
    assert subject_line(message(), [again]) != subject_line(message(), [notice()])
    assert why_told(again).startswith("A follow-up")
    assert why_told(again).endswith(why_told(notice()))
