from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from alerts.letters import why_told
from alerts.message_records import HeldBy
from alerts.records import News, Place, Scope, Severity
from alerts.subjects import SUBJECT_CHARS, heading, subject_line
from tests.alert_examples import NOW, alert, letter, message, notice, proof

SAID = "Dmitry Peskov: “There will be no cease-fire before talks” — Outlet, 2 sources"
HEADLINE = "Dmitry Peskov in “Kremlin rules out truce before talks” — Outlet, 2 sources"


@pytest.mark.parametrize(
    ("changes", "beside", "subject"),
    [
        pytest.param({}, {}, SAID, id="who speaks, the words, the outlet and how many sources"),
        pytest.param({}, {"sources": 1}, SAID.removesuffix(", 2 sources"), id="one source is not counted"),
        pytest.param({"scope": Scope.SENTENCE}, {}, HEADLINE, id="the headline where he is only named"),
        pytest.param({"scope": Scope.STATEMENT}, {}, HEADLINE, id="another's statement is not put into his mouth"),
        pytest.param(
            {"scope": Scope.SENTENCE},
            {"title": None, "sources": 1},
            "Dmitry Peskov in “‘There will be no cease-fire before talks,’ Peskov said on Friday.” — Outlet",
            id="the sentence where there is no headline",
        ),
        pytest.param({"evidence": (proof("keyword", "cease-fire"),)}, {}, HEADLINE, id="no words were found"),
    ],
)
def test_subject_is_in_the_sources_words(changes: dict[str, Any], beside: dict[str, Any], subject: str) -> None:
    """The subject of one alert says who and which words, else who is met under which headline."""
    assert letter(notice(alert(**changes), **beside)).subject == subject


def test_a_subject_fits_a_header() -> None:
    """However long the names and the headline, the line keeps its count, and ends where a line of Slack's may."""
    long = notice(alert(scope=Scope.SENTENCE), title="A truce is far off, " * 20, outlet="The Outlet of " * 9)
    subject = letter(long, notice(alert(alert_id="2" * 16, scope=Scope.SENTENCE), title="b")).subject
    assert len(subject) <= SUBJECT_CHARS
    assert re.fullmatch(
        r"Dmitry Peskov in “A truce is far off(, A truce is far off)*…” — The Outlet .*…, 2 sources \(and 1 more alert\)",
        subject,
    )


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        pytest.param({"severity": Severity.HIGH}, {"severity": Severity.NORMAL, "scope": Scope.SPEAKS}, 0, id="severe"),
        pytest.param({}, {"scope": Scope.SPEAKS}, 1, id="who speaks before who is named"),
        pytest.param({"scope": Scope.SPEAKS}, {"scope": Scope.SPEAKS, "hours": 1}, 1, id="the newest"),
    ],
)
def test_a_message_is_named_after_the_foremost(one: dict[str, Any], other: dict[str, Any], first: int) -> None:
    """The most severe alert names a message, then one whose official speaks, then the newest, whatever came first."""
    told = [
        notice(
            alert(alert_id=str(at) * 16, **{"scope": Scope.SENTENCE, "evidence": (), **each}),
            title=f"Headline {at}",
            published_at=NOW + timedelta(hours=hours),
        )
        for at, (hours, each) in enumerate((each.pop("hours", 0), each) for each in (dict(one), dict(other)))
    ]
    expected = f"Dmitry Peskov in “Headline {first}” — Outlet, 2 sources (and 1 more alert)"
    assert letter(*told).subject == letter(*reversed(told)).subject == expected


@pytest.mark.parametrize(
    ("named", "heard", "subject"),
    [
        pytest.param({}, {}, SAID, id="words of the same article"),
        pytest.param({"place": Place.TITLE}, {}, HEADLINE, id="a headline that holds the phrase"),
        pytest.param({}, {"article_id": "another"}, HEADLINE, id="words of another article"),
        pytest.param({}, {"scope": Scope.SENTENCE}, HEADLINE, id="nobody is heard"),
    ],
)
def test_words_name_a_message_before_a_headline_that_lacks_the_phrase(
    named: dict[str, Any], heard: dict[str, Any], subject: str
) -> None:
    """Where the most severe alert can only be told by a headline, an official heard in that article is told instead."""
    severe = notice(alert(alert_id="1" * 16, scope=Scope.SENTENCE, severity=Severity.HIGH, **named))
    lesser = notice(alert(alert_id="2" * 16, severity=Severity.NORMAL, **heard))
    assert letter(lesser, severe).subject == f"{subject} (and 1 more alert)"


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
    # What is not the official's after all did not come up in his words: its rule is named alone.
    own = "Rule “ceasefire” fired on" if news is News.REATTRIBUTED else why_told(notice())
    assert own in why_told(again)
