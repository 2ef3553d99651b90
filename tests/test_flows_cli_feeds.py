from __future__ import annotations

from datetime import timedelta

import pytest

from flows.cli.feeds import exported, imported, named_feeds, polled_now, without_a_place
from flows.config.settings import load_settings
from flows.problems import UsageProblem
from tests.newsroom import newsroom
from warehouse.feeds import FeedHealth

LIST = (
    "<opml><body><outline text='World'><outline text='Near'><outline text='A' xmlUrl='https://a.example/rss'/></outline>"
    "</outline><outline text='B' xmlUrl='https://b.example/rss'/></body></opml>"
)


@pytest.mark.slow
def test_a_feed_is_polled_when_it_is_asked_for_and_never_twice_in_a_minute(tmp_path):
    """It need not be due; its entries are read; what was asked a moment ago is left alone."""
    with newsroom(tmp_path) as room:
        setup = room.setup()
        (listed,) = polled_now(setup, setup.settings.feeds)
        assert (listed.state, listed.entries_seen, len(room.mail.mails)) == (FeedHealth.FINE, 2, 1)
        room.now += timedelta(seconds=59)
        polled_now(room.setup(), setup.settings.feeds)
        assert len(room.outlet.asked("/rss.xml")) == 1
        room.now += timedelta(seconds=1)
        polled_now(room.setup(), ())
        assert len(room.outlet.asked("/rss.xml")) == 1
        (listed,) = polled_now(room.setup(), setup.settings.feeds)
        assert len(room.outlet.asked("/rss.xml")) == 2
        assert listed.last_polled_at == room.now


def settings_of(folder, feeds):
    """Return the settings of some feeds."""
    path = folder / "talkwatch.toml"
    path.write_text(f"# mine\n{feeds}", encoding="utf-8")
    return load_settings(path)


def test_feeds_are_named_by_outlet_or_address(tmp_path):
    """In any case of letters; all without a name; a slip of the finger gets the nearest right one."""
    both = "".join(f'[[feeds]]\nurl = "https://{n}.example/rss"\noutlet = "{n}"\n' for n in ("Herald", "Tribune"))
    settings = settings_of(tmp_path, both)
    assert [len(named_feeds(settings, name)) for name in (None, "herald", "https://Tribune.example/rss")] == [2, 1, 1]
    with pytest.raises(UsageProblem, match=r'no outlet "Heralt" \(did you mean "Herald"\?\)'):
        named_feeds(settings, "Heralt")


def test_folders_of_a_list_are_kept_in_and_out(tmp_path):
    """Imported they stand beside the feed, exported they are folders again; a second import adds nothing."""
    file = tmp_path / "list.opml"
    file.write_text(LIST, encoding="utf-8")
    settings = settings_of(tmp_path, "")
    assert imported(settings, file)[-1].startswith("2 added, 0 left out")
    settings = load_settings(settings.path)
    assert [table.folders for table in settings.feed_tables.values()] == [("World", "Near"), ()]
    file.write_text(exported(settings), encoding="utf-8")
    assert imported(settings, file)[-1].startswith("0 added, 2 left out")
    other = settings_of(tmp_path, "")
    imported(other, file)
    assert load_settings(other.path).feed_tables.keys() == settings.feed_tables.keys()
    assert {table.folders for table in load_settings(other.path).feed_tables.values()} == {("World", "Near"), ()}


def test_what_a_list_has_no_place_for_is_named(tmp_path):
    """Keys that were written and are in no list of feeds are said, never their values."""
    keys = 'every = "1h"\nlogin = "me:secret"\nfolders = ["World"]\n'
    settings = settings_of(tmp_path, f'[[feeds]]\nurl = "https://a.example/"\noutlet = "A"\n{keys}')
    assert without_a_place(settings) == ["every", "login"]
    assert "secret" not in exported(settings)
