from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.links import About, Link, LinkDeed, What, deed_in, read, signed, written
from tests.warehouse_examples import NOW

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
TEXTS = st.text(max_size=40)
LINKS = st.builds(
    Link,
    what=st.sampled_from(What),
    subscriber=TEXTS,
    message_id=TEXTS,
    made_at=st.just(NOW),
    alert_id=TEXTS,
    rule=TEXTS,
    official_id=TEXTS,
    official=TEXTS,
    story_id=TEXTS,
    shared=st.booleans(),
)
LINK = Link(what=What.WRONG, subscriber="desk", message_id="m1", made_at=NOW, alert_id="a1", rule="truce")


@given(LINKS)
def test_a_link_is_read_as_it_was_signed(link):
    """What a link means comes back whole, in any alphabet, in characters that every mail program leaves alone."""
    token = signed(link, KEY)
    assert read(token, KEY) == link
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_a_link_that_was_changed_or_signed_by_another_is_none():
    """Whatever character is another, or missing, nothing is read; nor with another key, nor in another spelling."""
    token = signed(LINK, KEY)
    for place, char in enumerate(token):
        assert read(token[:place] + ("A" if char != "A" else "B") + token[place + 1 :], KEY) is None
        assert read(token[:place] + token[place + 1 :], KEY) is None
    assert read(token, OTHER) is None
    for odd in ("", ".", "..", f"{token}=", f"{token}.", token.partition(".")[0], "é" * 9, "x" * 9000):
        assert read(odd, KEY) is None


@given(LINKS, st.sampled_from([*About, None]), st.sampled_from(["day", "week", ""]))
def test_a_deed_is_read_as_it_was_written(link, about, span):
    """What is kept in a file is what was done."""
    deed = LinkDeed(link=link, at=NOW + timedelta(microseconds=7), about=about, span=span)
    assert deed_in(written(deed)) == deed
