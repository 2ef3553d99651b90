from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from tests.warehouse_examples import HOUR, NOW, feed, new_entry, new_warehouse, poll, read_article
from warehouse import articles
from warehouse.entries import PageFailure, fail_entries, fresh_entries, pending_entries
from warehouse.feeds import FeedCourse, FeedHealth, due_feeds, feed_urls, list_feeds, note_asked, save_polls, sync_feeds
from warehouse.published import publish
from warehouse.store import writing

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def session(tmp_path):
    """Return a session in which two feeds are watched."""
    with writing(new_warehouse(tmp_path)) as opened:
        sync_feeds(opened, [feed("one"), feed("two", country=None)])
        yield opened


def due(session, now=NOW):
    """Return the ids of the feeds that are due."""
    return [state.feed.feed_id for state in due_feeds(session, now)]


def state_of(session, name="one", now=NOW + timedelta(days=1)):
    """Return what is known of a feed before it is asked."""
    return next(state for state in due_feeds(session, now) if state.feed.feed_id == f"feed-{name}")


def listed(session, name="one"):
    """Return a feed as it is listed."""
    return next(each for each in list_feeds(session) if each.feed_id == f"feed-{name}")


def pending(session, now=NOW, limit=99):
    """Return the keys of the entries to be read, in order."""
    return [entry.entry_key for entry in pending_entries(session, now, limit)]


def test_a_new_feed_is_due_at_once_and_comes_back_whole(session):
    """A feed never asked is due, has no validators, and is the configuration's."""
    state = state_of(session)
    assert due(session) == ["feed-one", "feed-two"]
    assert state.feed == feed("one")
    assert (state.etag, state.last_modified, state.body_hash, state.consecutive_failures) == (None, None, None, 0)
    assert state.first_poll
    assert listed(session).state is FeedHealth.NEW


def test_a_feed_is_due_again_at_its_next_poll(session):
    """A polled feed is not due before `next_poll_at`, and those never asked come first."""
    save_polls(session, [poll()])
    assert due(session, NOW) == ["feed-two"]
    assert due(session, LATER) == ["feed-two", "feed-one"]


def test_configuration_changes_are_taken_over(session):
    """A changed feed is updated and keeps what was learnt; one no longer configured is unwatched, and may come back."""
    save_polls(session, [poll(new_entry())])
    changed = feed("one", outlet="Renamed", country="UA", every=HOUR, max_every=9 * HOUR)
    sync_feeds(session, [feed("two"), changed])
    assert (state_of(session).feed, listed(session).entries_seen) == (changed, 1)
    sync_feeds(session, [feed("two")])
    assert listed(session).state is FeedHealth.UNWATCHED
    assert due(session, LATER) == ["feed-two"]
    assert pending(session) == []
    sync_feeds(session, [feed("one"), feed("two")])
    assert listed(session).state is FeedHealth.FINE
    assert pending(session) == ["e1"]


def test_a_feed_that_comes_back_is_what_it_was(session):
    """Watched again, a feed that failed is failing, and one that was never asked is new."""
    save_polls(session, [poll(error="timeout")])
    sync_feeds(session, [])
    sync_feeds(session, [feed("one"), feed("two", country=None)])
    assert (listed(session).state, listed(session, "two").state) == (FeedHealth.FAILING, FeedHealth.NEW)


def test_feeds_are_listed_by_outlet_and_address(session):
    """Those of one outlet stand together, whatever the order of the configuration, and unwatched ones too."""
    own = [feed("z"), feed("y", outlet="One"), feed("x", outlet="One")]
    sync_feeds(session, own)
    assert [each.feed_id for each in list_feeds(session)] == [f"feed-{name}" for name in ("one", "x", "y", "two", "z")]


def test_validators_and_entries_stand_together(tmp_path):
    """When the step that saves a poll fails, the next request carries the old validators, so the entries come."""
    with writing(new_warehouse(tmp_path)) as session:
        sync_feeds(session, [feed()])
        save_polls(session, [poll(etag='"old"')])
    with pytest.raises(ZeroDivisionError), writing(tmp_path) as session:
        _ = save_polls(session, [poll(new_entry(), etag='"new"')]) / 0
    with writing(tmp_path) as session:
        assert state_of(session).etag == '"old"'
        assert pending(session) == []


def test_an_entry_comes_back_as_the_feed_had_it(session):
    """Every field of an entry survives, with its feed's outlet and the time it arrived."""
    assert save_polls(session, [poll(new_entry())]) == 1
    (entry,) = pending_entries(session, NOW, 9)
    assert entry.entry == new_entry().entry
    assert (entry.feed_id, entry.outlet, entry.url) == ("feed-one", "One", "https://one.example/e1")
    assert (entry.first_poll, entry.attempts, entry.seen_at) == (True, 0, NOW)
    assert entry.seen_at.tzinfo is UTC


def test_a_known_entry_adds_nothing_until_it_changes(session):
    """The same key and hash are nothing new, read or not; a new hash is to be read again but is no new entry."""
    save_polls(session, [poll(new_entry())])
    articles.save_articles(session, [replace(read_article(), entry_key="e1")])
    assert save_polls(session, [poll(new_entry(), polled_at=LATER)]) == 0
    assert pending(session) == []
    assert save_polls(session, [poll(new_entry(entry_hash="h2"), polled_at=LATER)]) == 1
    assert pending(session) == ["e1"]
    assert (listed(session).entries_seen, listed(session).last_new_at) == (1, NOW)


def test_an_entry_repeated_in_one_poll_counts_once(session):
    """A feed that lists an entry twice has one entry, its first."""
    first, second = new_entry(url="https://one.example/first"), new_entry(url="https://one.example/second")
    assert save_polls(session, [poll(first, second)]) == 1
    assert pending_entries(session, NOW, 9)[0].url == "https://one.example/first"
    assert listed(session).entries_seen == 1


def test_only_a_feeds_first_answer_is_its_first_poll(session):
    """Entries of the first good answer are marked, those of later ones are not; a failed poll is no answer."""
    save_polls(session, [poll(error="timeout", etag=None)])
    assert state_of(session).first_poll
    save_polls(session, [poll(new_entry("e1"), polled_at=LATER)])
    save_polls(session, [poll(new_entry("e2"), polled_at=LATER + HOUR)])
    firsts = {entry.entry_key: entry.first_poll for entry in pending_entries(session, NOW, 9)}
    assert firsts == {"e1": True, "e2": False}
    assert not state_of(session).first_poll


def test_an_unchanged_poll_moves_only_the_feeds_times(session):
    """A 304 keeps the validators it does not repeat and adds no row."""
    save_polls(session, [poll(new_entry())])
    unchanged = poll(polled_at=LATER, next_poll_at=LATER + HOUR, etag=None, last_modified=None, not_modified=True)
    assert save_polls(session, [unchanged]) == 0
    state = state_of(session, now=LATER + HOUR)
    assert (state.etag, state.last_modified) == ('W/"1"', "Sat, 21 Nov 2026 12:00:00 GMT")
    assert (state.last_polled_at, state.last_new_at) == (LATER, NOW)
    assert session.rows("SELECT count(*) FROM entries") == [(1,)]
    save_polls(session, [replace(unchanged, etag='W/"2"', last_modified="later", body_hash="b2")])
    state = state_of(session, now=LATER + HOUR)
    assert (state.etag, state.last_modified, state.body_hash) == ('W/"2"', "later", "b2")


def test_validators_are_what_the_last_good_answer_gave(session):
    """A changed answer without validators clears them; a failure leaves them as they were."""
    save_polls(session, [poll()])
    save_polls(session, [poll(error="500", etag='"wrong"', body_hash="wrong")])
    assert (state_of(session).etag, state_of(session).body_hash) == ('W/"1"', "b1")
    save_polls(session, [poll(new_entry(), etag=None, last_modified=None)])
    assert (state_of(session).etag, state_of(session).last_modified) == (None, None)


def test_failures_are_counted_until_an_answer(session):
    """Failures add up with their last reason; one answer ends them."""
    for reason in ("timeout", "500"):
        save_polls(session, [poll(error=reason, polled_at=LATER)])
    failing = listed(session)
    assert (failing.state, failing.consecutive_failures, failing.last_error) == (FeedHealth.FAILING, 2, "500")
    save_polls(session, [poll()])
    fine = listed(session)
    assert (fine.state, fine.consecutive_failures, fine.last_error) == (FeedHealth.FINE, 0, None)


def test_what_parsed_of_a_broken_body_is_used(session):
    """A poll with both entries and an error saves the entries, notes the error and is no failure."""
    assert save_polls(session, [poll(new_entry(), error="the body broke off")]) == 1
    assert (listed(session).state, listed(session).last_error) == (FeedHealth.FINE, "the body broke off")
    assert pending(session) == ["e1"]


def test_many_polls_are_saved_at_once(session):
    """Polls of several feeds in one call each change their own feed."""
    assert save_polls(session, [poll(new_entry("e1")), poll(error="dns", name="two")]) == 1
    assert [listed(session, name).state for name in ("one", "two")] == [FeedHealth.FINE, FeedHealth.FAILING]
    assert save_polls(session, []) == 0


def test_feeds_take_turns_and_the_newest_come_first(session):
    """One feed's backlog does not keep another's entries out of a limited batch."""
    hours = {"f0": 8, "f1": 9, "e0": 2, "e1": 3, "e2": 1}
    new = {key: new_entry(key) for key in hours}
    new = {key: replace(one, entry=replace(one.entry, published=NOW + hours[key] * HOUR)) for key, one in new.items()}
    two, one = poll(new["f0"], new["f1"], name="two"), poll(new["e0"], new["e1"], new["e2"])
    save_polls(session, [two, one])
    assert pending(session, limit=2) == ["e1", "f1"]
    assert pending(session) == ["e1", "f1", "e0", "f0", "e2"]


def test_what_changed_is_read_anew(session):
    """A changed entry comes back whole and at once, however often its page had failed and whenever it was due."""
    save_polls(session, [poll(new_entry("e1"))])
    failure = PageFailure(entry_key="e1", feed_id="feed-one", reason="http_503", retry_at=LATER + 9 * HOUR)
    fail_entries(session, [failure])
    told = replace(new_entry("e1").entry, title="Corrected", author="B.", content_html="<p>longer</p>", updated=LATER)
    again = new_entry("e1", entry_hash="h2", url="https://one.example/new", entry=told)
    save_polls(session, [poll(again, polled_at=LATER)])
    (entry,) = pending_entries(session, LATER, 9)
    assert (entry.entry, entry.url) == (told, "https://one.example/new")
    assert (entry.attempts, entry.first_poll, entry.seen_at) == (0, False, LATER)
    assert session.rows("SELECT reason FROM entries") == [(None,)]


def test_a_page_that_failed_is_tried_again_or_given_up(session):
    """A failure with `retry_at` is due then, behind fresh ones; without it the entry is failed for good."""
    save_polls(session, [poll(new_entry("e1"), new_entry("e2"))])
    failures = [
        PageFailure(entry_key="e1", feed_id="feed-one", reason="http_503", retry_at=LATER),
        PageFailure(entry_key="e2", feed_id="feed-one", reason="no_article", retry_at=None),
    ]
    fail_entries(session, failures)
    assert pending(session, NOW) == []
    assert [(entry.entry_key, entry.attempts) for entry in pending_entries(session, LATER, 9)] == [("e1", 1)]
    rows = session.rows("SELECT entry_key, state, reason, content FROM entries ORDER BY entry_key")
    assert rows == [("e1", "pending", "http_503", "<p>short</p>"), ("e2", "failed", "no_article", None)]


@pytest.mark.parametrize(
    ("second", "published"),
    [
        pytest.param({"not_modified": True}, False, id="only poll times changed: the copy may lag"),
        pytest.param({"course": FeedCourse(state=FeedHealth.FINE)}, False, id="nor does what is learnt of its course"),
        pytest.param(
            {"course": FeedCourse(state=FeedHealth.QUIET)}, True, id="a feed that became quiet is shown at once"
        ),
        pytest.param({"error": "timeout"}, True, id="a failure is shown at once"),
        pytest.param({"entries": (new_entry("e9"),)}, True, id="a new entry is shown at once"),
    ],
)
def test_poll_times_alone_do_not_make_a_new_copy(tmp_path, second, published):
    """An unchanged poll does not count as a change of the content; everything else does."""
    with writing(new_warehouse(tmp_path)) as session:
        sync_feeds(session, [feed()])
        save_polls(session, [poll()])
    assert publish(tmp_path)
    with writing(tmp_path) as session:
        sync_feeds(session, [feed()])
        save_polls(session, [poll(polled_at=LATER, **second)])
    assert publish(tmp_path) == published


def test_what_a_killed_pass_had_asked_makes_no_new_copy(tmp_path):
    """When a feed is asked next is a poll time, and the copy may lag in those."""
    with writing(new_warehouse(tmp_path)) as session:
        sync_feeds(session, [feed()])
    publish(tmp_path)
    with writing(tmp_path) as session:
        note_asked(session, [("feed-one", NOW)])
    assert not publish(tmp_path)


def test_a_first_answer_is_shown_at_once(tmp_path):
    """A feed that answered for the first time, with nothing in it, is new no more."""
    with writing(new_warehouse(tmp_path)) as session:
        sync_feeds(session, [feed()])
    publish(tmp_path)
    with writing(tmp_path) as session:
        save_polls(session, [poll()])
    assert publish(tmp_path)


def test_a_recovery_is_shown_at_once(tmp_path):
    """The first answer after a failure counts as a change of the content, even an unchanged one."""
    with writing(new_warehouse(tmp_path)) as session:
        sync_feeds(session, [feed()])
        save_polls(session, [poll()])
        save_polls(session, [poll(error="timeout")])
    publish(tmp_path)
    with writing(tmp_path) as session:
        save_polls(session, [poll(not_modified=True)])
    assert publish(tmp_path)


COURSE = FeedCourse(
    state=FeedHealth.QUIET,
    dull_polls=9,
    ttl=2 * HOUR,
    skip_hours=(3, 4),
    skip_days=(6,),
    current_url="https://one.example/new",
    moved_to="https://one.example/newer",
    moved_since=NOW - HOUR,
    moved_times=2,
    gone_since=NOW,
    failing_since=NOW - HOUR,
)


def test_how_a_feed_behaved_is_known_at_its_next_poll(session):
    """Every field of a feed's course survives; a poll that says nothing of it leaves it, but for the state."""
    save_polls(session, [poll(course=COURSE)])
    assert state_of(session).course == COURSE
    save_polls(session, [poll(error="timeout")])
    assert state_of(session).course == replace(COURSE, state=FeedHealth.FAILING)
    save_polls(session, [poll(course=FeedCourse(state=FeedHealth.FINE))])
    assert state_of(session).course == FeedCourse(state=FeedHealth.FINE)


def test_validators_that_led_nowhere_are_forgotten(session):
    """A failed poll that says so drops what was held."""
    save_polls(session, [poll()])
    save_polls(session, [poll(error="HTTP 304", forget=True)])
    state = state_of(session)
    assert (state.etag, state.last_modified, state.body_hash) == (None, None, None)


def test_feeds_that_a_killed_pass_had_asked_are_put_off(session):
    """Asked and not answered: due after an interval; asked no later than its last poll, or unknown: nothing changes."""
    save_polls(session, [poll(next_poll_at=NOW)])
    asked = [("feed-one", NOW), ("feed-two", NOW), ("an entry's key", NOW)]
    note_asked(session, asked)
    assert due(session) == ["feed-one"]
    assert due(session, LATER) == ["feed-one", "feed-two"]
    note_asked(session, [("feed-one", LATER)])
    assert due(session, LATER) == ["feed-two"]


def test_fresh_entries_are_the_new_and_the_changed(session):
    """An entry known as it is is not fresh; one whose fingerprint changed is."""
    save_polls(session, [poll(new_entry("e1"), new_entry("e2"))])
    seen = [new_entry("e1"), new_entry("e2", entry_hash="h2"), new_entry("e3")]
    assert fresh_entries(session, seen) == {"e2", "e3"}
    assert fresh_entries(session, []) == frozenset()


def test_addresses_of_watched_feeds_are_known_where_they_are_asked(session):
    """Both the configured and the current address of a feed are taken; an unwatched feed's are free."""
    save_polls(session, [poll(course=COURSE)])
    assert feed_urls(session) == {"https://one.example/rss", "https://one.example/new", "https://two.example/rss"}
    sync_feeds(session, [])
    assert feed_urls(session) == frozenset()


@pytest.mark.parametrize(
    ("ahead", "every", "expected"),
    [
        pytest.param(timedelta(days=3653), HOUR, True, id="ten years"),
        pytest.param(timedelta(hours=4), timedelta(minutes=10), True, id="four hours, for a feed asked more often"),
        pytest.param(timedelta(seconds=5), timedelta(minutes=10), False, id="a clock put right by seconds"),
        pytest.param(-timedelta(hours=2), timedelta(minutes=10), False, id="a server that asked for a day"),
    ],
)
def test_what_a_clock_ahead_has_stamped_is_due(session, ahead, every, expected):
    """A feed asked in what is the future now would wait for years; a wait that a server asked for is kept."""
    sync_feeds(session, [feed("one", every=every, max_every=4 * every)])
    asked_at = NOW + ahead
    wait = timedelta(days=1) if ahead < timedelta(0) else 4.1 * every
    save_polls(session, [poll(polled_at=asked_at, next_poll_at=asked_at + wait)])
    assert (due(session, NOW) == ["feed-one"]) is expected


def test_a_silent_feed_comes_with_when_its_entries_came(session):
    """By their dates where those are no later than their arrival, and of the last half year; a busy feed needs none."""
    dates = (None, NOW - 2 * HOUR, NOW - timedelta(days=190), NOW + HOUR)
    entries = [
        replace(new_entry(f"e{n}"), entry=replace(new_entry().entry, published=date)) for n, date in enumerate(dates)
    ]
    save_polls(session, [poll(*entries)])
    assert state_of(session, now=NOW + 11 * HOUR).arrivals == ()
    assert state_of(session, now=NOW + 12 * HOUR).arrivals == (NOW - 2 * HOUR, NOW)
