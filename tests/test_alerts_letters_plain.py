from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.message_records import OperatorNotice
from alerts.plain_letters import SAMPLE_SUBJECT, SAMPLE_TEXT, operator_letter, plain_letter
from alerts.subjects import SUBJECT_CHARS
from alerts.wording import shown
from tests.alert_examples import NOW

OURS = {"html", "head", "meta", "title", "body", "p"}


class Tags(HTMLParser):
    """Collects the tags, the attributes and the text of a page."""

    def __init__(self):
        """Begin with nothing seen."""
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        """Note text."""
        self.text += data


def parsed(html):
    """Return what a page holds."""
    tags = Tags()
    tags.feed(html)
    return tags


def told(*words):
    """Return the letter that tells the operator these troubles."""
    notices = [
        OperatorNotice(notice_id=str(n), key=str(n), subject=word, text=word, noted_at=NOW)
        for n, word in enumerate(words)
    ]
    return operator_letter("m1", notices, timezone="Europe/Kyiv")


@given(st.text(min_size=1, max_size=300))
@example("<img src=x onerror=alert(1)>")
@example("</title><a href='javascript:x'>bank</a>")
@example("\u202etxt.exe" + "x" * 10_000)
def test_any_words_are_only_words(word):
    """Whatever a server said, the page has only our tags and no link or picture, and both parts say the same."""
    letter = told(word)
    page = parsed(letter.html)
    assert page.tags <= OURS
    assert page.attributes <= {"lang", "charset", "name", "content", "style"}
    beginning = "".join(shown(word)[:1000].split())
    assert beginning in "".join(page.text.split())
    assert beginning in "".join(letter.text.split())
    assert len(letter.subject) <= SUBJECT_CHARS
    assert letter.subject.isprintable() or shown(letter.subject) == letter.subject


def test_several_troubles_are_one_letter():
    """The first is the subject, each has its paragraph, with its time in the operator's own zone."""
    letter = told("Feed A is gone", "Feed B is gone")
    assert letter.subject == "Talkwatch: Feed A is gone (and 1 more)"
    assert "Feed B is gone (21 Nov 2026, 14:05 (Europe/Kyiv))" in letter.text
    assert letter.notices == ()


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_a_sample_says_that_it_is_one(part):
    """Nobody takes a sample for news."""
    assert "ample" in getattr(plain_letter("m1", SAMPLE_SUBJECT, SAMPLE_TEXT), part)
