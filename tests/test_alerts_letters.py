from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.letters import local_time, render
from alerts.message_records import Contradiction, HeldBy, KnownPosition, Letter, NewSource
from alerts.records import Evidence, News, Place, Reason, Scope, Severity
from alerts.subjects import SUBJECT_CHARS
from alerts.wording import cut, segments, shown
from extractors.records import Span
from tests.alert_examples import EXCERPT, NOW, alert, letter, message, notice, proof

TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "h1",
        "h2",
        "h3",
        "p",
        "b",
        "blockquote",
        "mark",
        "strong",
        "a",
    ),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "dir", "href"}
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE = st.text(max_size=80) | st.sampled_from(
    [
        "<img src=x onerror=alert(1)>",
        "</blockquote><script>alert(1)</script>",
        '" onmouseover="x',
        "{{ 7*7 }}{% raw %}",
        "\u202eevil\u2066",
        "a\r\nBcc: x@y",
        "&lt;b&gt;",
        "\ud800",
        "x" * 10_000,
    ]
)
URLS = HOSTILE | st.sampled_from(
    [
        "javascript:alert(1)",
        "https://a.example/\u202ex",
        "https://a.example/?a=1&b=<2>'\"",
        "file:///etc/passwd",
        "data:x",
    ]
)


class Seen(HTMLParser):
    """What a reader's program sees in a page."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.marked: list[tuple[str, str]] = []
        self._within: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, dict(attrs)))
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave the innermost tag of this name."""
        self._within = self._within[: len(self._within) - 1 - self._within[::-1].index(tag)]

    def handle_data(self, data: str) -> None:
        """Note what is marked, and what is shown."""
        if self._within and self._within[-1] in {"mark", "strong"}:
            self.marked.append((self._within[-1], data))
        if "style" not in self._within and "title" not in self._within:
            self.words.append(data)

    @property
    def links(self) -> list[str | None]:
        """Return every address that can be followed."""
        return [attributes.get("href") for _, attributes in self.tags if "href" in attributes]


def hostile(title: str, excerpt: str, outlet: str, url: str) -> Letter:
    """Return the letter of an alert whose every text came from a hostile page."""
    evil = alert(excerpt=excerpt, excerpt_span=Span(0, len(excerpt)), official=title, evidence=())
    return letter(notice(evil, title=title, outlet=outlet, url=url, country=title, official_role=outlet))


@settings(deadline=None)
@given(title=HOSTILE, excerpt=HOSTILE, outlet=HOSTILE, url=URLS)
def test_hostile_text_stays_text(title: str, excerpt: str, outlet: str, url: str) -> None:
    """The HTML has our tags and http(s) links only, and nothing shown deceives."""
    sent = hostile(title, excerpt, outlet, url)
    seen = Seen(sent.html)
    assert {tag for tag, _ in seen.tags} <= TAGS
    assert {name for _, attributes in seen.tags for name in attributes} <= ATTRIBUTES
    assert all(link is not None and link.startswith(("http://", "https://")) for link in seen.links)
    assert not UNSEEN.search(sent.html + sent.text + sent.subject)
    assert "\n" not in sent.subject
    assert len(sent.subject) <= SUBJECT_CHARS
    assert shown(excerpt)[:200] in "".join(seen.words)
    sent.html.encode()


def words(text: str) -> list[str]:
    """Return the words of a letter, without what only marks them."""
    return re.sub(r"[*_>]|^-- $", " ", text, flags=re.MULTILINE).split()


@pytest.mark.parametrize("held_by", [None, HeldBy.DIGEST])
def test_text_and_html_say_the_same(held_by: HeldBy | None) -> None:
    """Both parts hold the same words; only the address stands elsewhere."""
    sent = letter(notice(), notice(alert(article_id="a2"), title="Second"), held_by=held_by)
    assert sorted(words(sent.text)) == sorted(words("".join(Seen(sent.html).words)))


def test_keyword_and_official_are_marked_where_the_evidence_stands() -> None:
    """Marks come from spans: a second occurrence of the same word is not marked."""
    excerpt = "Peskov and Peskov on a truce, a truce."
    own = alert(
        excerpt=excerpt,
        excerpt_span=Span(100, 100 + len(excerpt)),
        evidence=(
            Evidence(what="keyword", place=Place.TEXT, span=Span(132, 137), surface="truce"),
            Evidence(what="official", place=Place.TEXT, span=Span(111, 117), surface="Peskov"),
            Evidence(what="official", place=Place.TEXT, span=Span(5, 9), surface="outside"),
            Evidence(what="keyword", place=Place.TITLE, span=Span(100, 106), surface="in the title"),
            Evidence(what="cue", place=Place.TEXT, span=Span(107, 110), surface="and"),
        ),
    )
    sent = letter(notice(own))
    assert Seen(sent.html).marked == [("strong", "Peskov"), ("mark", "truce")]
    assert "> Peskov and _Peskov_ on a truce, a *truce*.\n" in sent.text


spans = st.tuples(st.integers(0, 70), st.integers(1, 30)).map(lambda pair: Span(100 + pair[0], 100 + sum(pair)))
proofs = st.builds(
    Evidence,
    what=st.sampled_from(["keyword", "official", "cue"]),
    place=st.sampled_from(Place),
    span=spans,
    surface=st.just("x"),
)


@settings(deadline=None)
@given(evidence=st.lists(proofs, max_size=6))
def test_segments_are_the_excerpt_whatever_is_marked(evidence: list[Evidence]) -> None:
    """However marks overlap, nothing is lost or added, and no mark reaches out of the excerpt."""
    pieces = segments(alert(evidence=tuple(evidence)))
    assert "".join(piece.text for piece in pieces) == EXCERPT


def test_long_excerpts_are_cut_with_dots() -> None:
    """A limit cuts between words and says so."""
    assert "".join(piece.text for piece in segments(alert(), 30)) == "“There will be no cease-fire…"


@pytest.mark.parametrize(
    ("held_by", "heading"),
    [
        pytest.param(None, "2 alerts from 1 article", id="not held"),
        pytest.param(HeldBy.DIGEST, "Digest: 2 alerts from 1 article", id="a digest"),
        pytest.param(HeldBy.QUIET_HOURS, "Held during your quiet hours: 2 alerts from 1 article", id="quiet hours"),
        pytest.param(
            HeldBy.THROTTLE, "Held because your messages an hour were used up: 2 alerts from 1 article", id="throttle"
        ),
    ],
)
def test_a_letter_says_how_many_and_what_held_it(held_by: HeldBy | None, heading: str) -> None:
    """Several alerts are counted, and what came late says why."""
    sent = letter(notice(), notice(), held_by=held_by)
    assert sent.text.startswith(f"{heading}\n")
    assert f"<h1>{heading}</h1>" in sent.html


def test_body_tells_who_where_when_why_and_the_link() -> None:
    """A letter of one alert stands on its own."""
    assert letter().text.splitlines() == [
        "Kremlin rules out truce before talks",
        "Outlet (TR) · 21 Nov 2026, 14:05 (Europe/Kyiv) · 2 independent sources",
        "https://outlet.example/talks?id=7",
        "",
        "Dmitry Peskov, Kremlin spokesperson, side: Russia",
        "> “There will be no *cease-fire* before talks,” _Peskov_ said on Friday.",
        "Rule “ceasefire”: “ceasefire” in what this official said; first in this story.",
        "",
        "-- ",
        "You get this as “desk” of rule “ceasefire”.",
        "Whoever runs Talkwatch can say whether it was right: talkwatch alerts mark 00000000000000a1 right (or wrong).",
        "To stop these messages, whoever runs Talkwatch types: talkwatch alerts unsubscribe desk",
        "Talkwatch, message 00000000000000m1",
    ]


def test_other_outlets_and_the_last_position_stand_beside_the_words() -> None:
    """A reader sees who else tells the story, and where the official stood on the topic before, and since when."""
    known = KnownPosition(topic="ceasefire", stance="reject", stated_at=NOW - timedelta(days=1))
    sent = letter(notice(other_outlets=("BBC", "Anadolu"), positions=(known,)))
    lines = sent.text.splitlines()
    assert lines[2] == "Also in: BBC, Anadolu"
    assert "Last known position on ceasefire: reject, 20 Nov 2026, 14:05 (Europe/Kyiv)" in lines
    assert "Last known position on ceasefire: reject" in sent.html


def test_many_other_outlets_are_counted() -> None:
    """The first six are named, the rest are a number."""
    sent = letter(notice(other_outlets=tuple("ABCDEFGH")))
    assert "Also in: A, B, C, D, E, F, 2 more" in sent.text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"severity": Severity.HIGH}, "Rule “ceasefire”, high severity:", id="severity, when it is high"),
        pytest.param({"reason": Reason.NEW_MATCH}, "; new in this story.", id="a later one of the story"),
        pytest.param({"scope": Scope.PARAGRAPH}, "in a paragraph that names this official, who is not", id="the scope"),
        pytest.param(
            {"place": Place.TITLE, "scope": Scope.SENTENCE},
            "in the headline, which names this official",
            id="the title",
        ),
    ],
)
def test_why_it_fired(changes: dict[str, Any], why: str) -> None:
    """Rule, phrase, nearness and reason are said."""
    assert why in letter(notice(alert(**changes))).text


def test_alerts_of_one_article_stand_under_one_headline() -> None:
    """An article's headline is shown once, whatever the order."""
    other = notice(alert(article_id="a2"), title="Second")
    sent = letter(notice(), other, notice())
    assert sent.html.count("<h3") == 2
    assert sent.text.count("https://outlet.example/talks?id=7") == 2


def test_a_passage_stands_once_for_all_who_are_alerted_on_it() -> None:
    """Two officials, or two rules, and one sentence: it is shown once, both are marked in it, and each reason is given."""
    putin = proof("official", "before")
    second = alert(alert_id="2" * 16, official="Vladimir Putin", official_id="vladimir-putin", evidence=(putin,))
    third = alert(alert_id="3" * 16, rule="truce")
    known = KnownPosition(topic="talks", stance="offer", stated_at=NOW)
    told = (notice(), notice(second, official_role="president", positions=(known,)), notice(third))
    sent = letter(
        *told, notice(alert(alert_id="4" * 16, excerpt="He smiled.", excerpt_span=Span(200, 210), evidence=()))
    )
    lines = sent.text.splitlines()
    at = lines.index("Vladimir Putin, president, side: Russia")
    assert lines[at - 1] == "Dmitry Peskov, Kremlin spokesperson, side: Russia"
    assert (sent.text.count("There will be no"), sent.html.count("<blockquote")) == (1, 2)
    assert lines[at + 2 : at + 6] == [
        "Vladimir Putin — Last known position on talks: offer, 21 Nov 2026, 14:05 (Europe/Kyiv)",
        "Dmitry Peskov — Rule “ceasefire”: “ceasefire” in what this official said; first in this story.",
        "Vladimir Putin — Rule “ceasefire”: “ceasefire” in what this official said; first in this story.",
        "Dmitry Peskov — Rule “truce”: “ceasefire” in what this official said; first in this story.",
    ]
    assert len([mark for mark in Seen(sent.html).marked if mark[0] == "strong"]) == 2
    assert "> He smiled." in lines


@pytest.mark.parametrize(
    ("keyword", "shown_as"),
    [
        pytest.param("topic:security-guarantees", "security guarantees (topic) in what", id="a topic by its name"),
        pytest.param("no-fly zone", "“no-fly zone” in what", id="a phrase between marks"),
    ],
)
def test_what_a_rule_looks_for_is_said_as_people_say_it(keyword: str, shown_as: str) -> None:
    """A topic's key is no word of a reader's."""
    assert f"Rule “ceasefire”: {shown_as}" in letter(notice(alert(keyword=keyword))).text


def test_a_mere_mention_says_so() -> None:
    """Who is only named in the sentence is not said to have spoken."""
    named = letter(notice(alert(scope=Scope.SENTENCE))).text
    assert "“ceasefire” in a sentence that names this official, who is not heard saying it" in named


@pytest.mark.parametrize(
    ("stop", "read_as"),
    [
        pytest.param(
            "mailto:stop@desk.example?subject=unsubscribe%20desk",
            "stop@desk.example, with the subject “unsubscribe desk”",
            id="by mail",
        ),
        pytest.param("https://desk.example/stop?who=desk", "https://desk.example/stop?who=desk", id="on the web"),
    ],
)
def test_the_foot_has_the_way_out(stop: str, read_as: str) -> None:
    """Why it comes stands under every letter, and where a reader stops it, as a link in HTML."""
    sent = render(message(), [notice(), notice(alert(rule="truce"))], timezone="UTC", stop=stop)
    lines = ["You get this as “desk” of rules “ceasefire”, “truce”.", "To stop these messages:", read_as]
    whom, _, *way_out = sent.text.splitlines()[-5:-1]
    assert [whom, *way_out] == lines
    assert stop in Seen(sent.html).links


def test_a_digest_is_by_subject_and_person_the_most_severe_first() -> None:
    """What is in it stands at its top; an article stands once, where its foremost alert belongs."""
    putin = {"official": "Vladimir Putin", "official_id": "vladimir-putin"}
    told = [
        notice(alert(alert_id="1" * 16, article_id="a1"), title="One", event_id="e1"),
        notice(alert(alert_id="2" * 16, article_id="a2", keyword="topic:talks", **putin), title="Two", event_id="e2"),
        notice(alert(alert_id="3" * 16, article_id="a3"), title="Three", event_id="e3"),
        notice(alert(alert_id="4" * 16, article_id="a2", severity=Severity.HIGH, **putin), title="Two", event_id="e2"),
    ]
    sent = render(message(held_by=HeldBy.DIGEST, event_id=None), told, timezone="UTC")
    lines = sent.text.splitlines()
    assert lines[0] == "Digest: 4 alerts from 3 articles"
    assert lines[2:4] == ["“ceasefire” · Vladimir Putin: 2 alerts", "“ceasefire” · Dmitry Peskov: 2 alerts"]
    assert [line for line in lines if line in {"One", "Two", "Three"}] == ["Two", "One", "Three"]
    assert [word for word in Seen(sent.html).words if " · D" in word or " · V" in word][-2:] == [
        "“ceasefire” · Vladimir Putin",
        "“ceasefire” · Dmitry Peskov",
    ]


@pytest.mark.parametrize(
    ("primary", "told"),
    [
        pytest.param("Office", True, id="the office's own page is a new source"),
        pytest.param("Ministry", False, id="it was a source before"),
        pytest.param(None, False, id="nobody has it first hand"),
    ],
)
def test_a_follow_up_says_that_somebody_has_it_first_hand_now(primary: str | None, told: bool) -> None:
    """A better source among the new ones is told in a sentence of its own."""
    new = (NewSource("AFP", "https://afp.example/1"), NewSource("Office", "https://office.example/1"))
    sent = letter(notice(news=News.CORROBORATED, new_sources=new, primary=primary))
    assert ("Office has it first hand." in sent.text) == told


def test_a_follow_up_names_and_links_its_new_sources() -> None:
    """Who has it since stands beside the words, with a link where it can be followed."""
    new = (NewSource("AFP", "https://afp.example/1"), NewSource("Telegram", "tg:1"))
    sent = letter(notice(news=News.CORROBORATED, new_sources=new))
    assert "New: AFP, https://afp.example/1\nNew: Telegram\n" in sent.text
    assert "https://afp.example/1" in Seen(sent.html).links


def test_another_language_is_named_and_a_report_in_english_linked() -> None:
    """Beside the outlet stands the language of the words, under it who says the same in English."""
    sent = letter(notice(language="ru", in_english=NewSource("AFP", "https://afp.example/1")))
    assert " · in Russian · " in sent.text
    assert "In English: AFP, https://afp.example/1\n" in sent.text
    assert "https://afp.example/1" in Seen(sent.html).links
    assert "in English" not in letter(notice(language="en")).text


@pytest.mark.parametrize(
    ("side", "shown_as"),
    [
        pytest.param("russia", "president, side: Russia", id="a country"),
        pytest.param("us", "president, side: US", id="initials"),
        pytest.param("mediator", "president, side: Mediator", id="a word"),
        pytest.param("other", "president", id="what says nothing"),
        pytest.param(None, "president", id="none"),
    ],
)
def test_sides_are_written_as_people_write_them(side: str | None, shown_as: str) -> None:
    """The label is no keyword of a rule."""
    assert f"Dmitry Peskov, {shown_as}\n" in letter(notice(official_role="president", official_side=side)).text


@pytest.mark.parametrize(
    ("office", "side", "shown_as"),
    [
        pytest.param("Russia’s President", "russia", "Russia’s President", id="the country"),
        pytest.param("Russian foreign minister", "russia", "Russian foreign minister", id="its adjective"),
        pytest.param("US envoy", "us", "US envoy", id="its initials"),
        pytest.param("Kremlin spokesman", "russia", "Kremlin spokesman, side: Russia", id="a house, to be explained"),
        pytest.param("Turkish foreign minister", "mediator", "Turkish foreign minister, side: Mediator", id="a part"),
        pytest.param("Ukraine envoy", "us", "Ukraine envoy, side: US", id="another's country"),
    ],
)
def test_a_side_is_not_said_twice(office: str, side: str, shown_as: str) -> None:
    """Whose an office is needs no label where the office says it."""
    words = (*alert().evidence, replace(alert().evidence[0], what="office", surface=office))
    assert f"Dmitry Peskov, {shown_as}\n" in letter(notice(own=alert(evidence=words), official_side=side)).text


@pytest.mark.parametrize(
    ("printed", "role", "country", "shown_as"),
    [
        pytest.param("Kremlin’s spokesman", "deputy", "RU", "Kremlin’s spokesman", id="the article’s words"),
        pytest.param(None, "foreign minister", "TR", "foreign minister of Turkey", id="the roster’s, with the country"),
        pytest.param(None, "Foreign Secretary", "GB", "Foreign Secretary, United Kingdom", id="a title of its own"),
        pytest.param(None, "kremlin spokesperson", "RU", "kremlin spokesperson", id="an office that says whose it is"),
        pytest.param(None, "foreign minister", None, "foreign minister", id="no country known"),
        pytest.param(None, "foreign minister", "ZZ", "foreign minister", id="a country of the user’s own"),
    ],
)
def test_an_office_is_told_in_the_words_of_the_article(
    printed: str | None, role: str, country: str | None, shown_as: str
) -> None:
    """The roster’s office stands in only where the article prints none."""
    words = (*alert().evidence, replace(alert().evidence[0], what="office", surface=printed or ""))
    own = alert(evidence=words) if printed else alert()
    told = letter(notice(own, official_role=role, official_country=country, official_side=None))
    assert f"Dmitry Peskov, {shown_as}\n" in told.text


def test_an_unsafe_address_is_shown_and_not_linked() -> None:
    """What is no http(s) address can be read, not followed."""
    sent = letter(notice(url="javascript:alert(1)"))
    assert Seen(sent.html).links == []
    assert "javascript:alert(1)" in sent.text


def test_unknown_date_role_and_title_are_not_invented() -> None:
    """What is not known is left out or said to be unknown."""
    bare = notice(title=None, published_at=None, official_role=None, official_side=None, country=None, sources=1)
    lines = letter(bare).text.splitlines()
    assert lines[:2] == ["Outlet", "Outlet · no date given"]
    assert "Dmitry Peskov" in lines


def test_times_are_local() -> None:
    """A moment is written in the subscriber's time zone, with its name."""
    assert local_time(NOW, "America/New_York") == "21 Nov 2026, 07:05 (America/New_York)"


def test_rendering_again_gives_the_same_letter() -> None:
    """A repeat after a crash is word for word the same."""
    assert render(message(), [notice()], timezone="UTC") == render(message(), [notice()], timezone="UTC")


@settings(deadline=None)
@given(text=st.text(max_size=60), limit=st.integers(1, 70))
def test_cuts_keep_their_limit(text: str, limit: int) -> None:
    """A cut is never longer than asked, and what fits is not touched."""
    assert len(cut(text, limit)) <= limit
    assert cut(text, len(text)) == text


def test_what_another_says_against_it_stands_beside_it():
    """A claim shows who denied it, a denial what it denies, in the words of a report and nothing made of them."""
    hostile = Contradiction(speaker="A <b>", text="It\u202e is “false” & wrong", said_at=NOW, denies=True)
    claim = replace(hostile, speaker="B", text="It was agreed", denies=False)
    sent = letter(notice(contradictions=(hostile, claim)))
    assert "Denied by A <b>, 21 Nov 2026, 14:05" in sent.text
    assert "It denies what was said by B, 21 Nov 2026, 14:05" in sent.text
    assert "“It was agreed”" in sent.text
    assert "\u202e" not in sent.text
    assert "A &lt;b&gt;" in sent.html
    assert "A <b>" not in sent.html
