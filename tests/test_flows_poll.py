from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import Entry, Feed
from extractors.text.identity import body_hash
from flows.steps.feed_news import ENDED_BY_NEWS, Trouble, told
from flows.steps.poll import Parsed, changed, failed, new_entries, request_for, unchanged
from flows.web.results import Fetched, FetchFailure, FetchReason, NotModified
from tests.warehouse_examples import HOUR, NOW, feed, new_entry
from warehouse.feeds import FeedCourse, FeedHealth, FeedState

DAY = timedelta(days=1)
THERE = "https://one.example/new"


def known(**changes) -> FeedState:
    """Return a feed that has answered before."""
    base = FeedState(
        feed=feed(), etag='"1"', last_modified=None, body_hash="b", consecutive_failures=0, first_poll=False,
        last_polled_at=NOW - HOUR, last_new_at=NOW - HOUR, course=FeedCourse(state=FeedHealth.FINE),
    )  # fmt: skip
    return replace(base, **changes)


def after(state, poll) -> FeedState:
    """Return what is known of the feed once the poll has been saved."""
    failures = state.consecutive_failures + 1 if poll.error else 0
    return replace(state, course=poll.course, consecutive_failures=failures, last_polled_at=poll.polled_at)


def failure(status=None, **changes) -> FetchFailure:
    """Return a failed fetch."""
    return FetchFailure(
        key="k",
        **{"reason": FetchReason.STATUS if status else FetchReason.TIMEOUT, **changes},
        detail=f"HTTP {status}" if status else "timeout",
        status=status,
    )


def parsed(*entries, fresh=0, moved_to=None, **changes) -> Parsed:
    """Return a body that was a feed with these entries."""
    answer = Fetched(key="k", url=THERE, body=b"x", content_type=None, etag=None, last_modified=None, moved_to=moved_to)
    read = Feed(format="rss", title=None, entries=tuple(each.entry for each in entries), **changes)
    return Parsed(answer=answer, feed=read, entries=entries, fresh=fresh)


def test_failures_come_linearly_later_and_an_answer_ends_them():
    """A failing feed waits an interval more each time, up to a day, and is back at its interval when it answers."""
    state, waits = known(), []
    for _ in range(200):
        poll = failed(state, failure(500), NOW)
        waits.append(round((poll.next_poll_at - NOW) / (10 * timedelta(minutes=1)), 1))
        state = after(state, poll)
    assert [round(wait) for wait in waits[:3]] == [1, 2, 3]
    assert poll.course.state is FeedHealth.FAILING
    assert poll.next_poll_at - NOW == DAY
    again = changed(state, parsed(new_entry(), fresh=1), NOW)
    assert again.course.state is FeedHealth.FINE
    assert again.next_poll_at - NOW < timedelta(minutes=11)
    assert told(state, again).line == "answers again after 200 failures"
    assert told(after(state, again), again) is None


@pytest.mark.parametrize("every", [timedelta(seconds=1), timedelta(minutes=10)])
def test_what_failed_in_passing_is_due_after_a_minute_at_least(every):
    """The first retry is after the longer of `every` and a minute."""
    state = known(feed=feed(every=every, max_every=4 * every))
    wait = failed(state, failure(), NOW).next_poll_at - NOW
    assert max(every, timedelta(minutes=1)) <= wait <= 1.05 * max(every, timedelta(minutes=1))


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(status):
    """A server that names a time is asked then; a shorter one than our own does not hurry us."""
    assert failed(known(), failure(status, wait=2 * HOUR), NOW).next_poll_at - NOW >= 2 * HOUR
    assert failed(known(), failure(status, wait=9 * DAY), NOW).next_poll_at - NOW == DAY
    assert failed(known(), failure(status, wait=timedelta(seconds=1)), NOW).next_poll_at - NOW >= 10 * timedelta(
        minutes=1
    )


def test_feeds_that_fail_together_drift_apart():
    """What went down with its host is not asked again all at once when that is back."""
    asked = {failed(known(feed=feed(f"feed {n}")), failure(), NOW).next_poll_at for n in range(9)}
    assert len(asked) == 9


def test_what_was_held_is_forgotten_when_a_failure_says_so():
    """A 304 that nothing can be made of is not asked for a second time."""
    reasons = (FetchReason.UNASKED, FetchReason.STATUS)
    assert [failed(known(), failure(304, reason=reason), NOW).forget for reason in reasons] == [True, False]


def test_an_answer_without_news_hands_on_what_it_was_told_by():
    """A 304 brings its validators, keeps what the last body was, and counts as one more poll without news."""
    answer = NotModified(key="k", etag='"2"', last_modified="later")
    poll = unchanged(known(), answer, NOW)
    assert (poll.etag, poll.last_modified, poll.body_hash, poll.not_modified) == ('"2"', "later", "b", True)
    assert poll.course.dull_polls == 1


def test_a_body_that_was_read_is_not_asked_for_again():
    """The validators that came with it, and what it was, are what the next request and answer are compared with."""
    read = parsed(new_entry(), fresh=1)
    poll = changed(known(), replace(read, answer=replace(read.answer, etag='"3"', last_modified="then")), NOW)
    assert (poll.etag, poll.last_modified, poll.not_modified) == ('"3"', "then", False)
    assert poll.body_hash == body_hash(b"x") != body_hash(b"y")


def test_gone_is_believed_after_a_day():
    """410 twice a day apart: state `gone`, told once, asked monthly; anything else in between starts anew."""
    first = failed(known(), failure(410), NOW)
    assert first.course.state is FeedHealth.FAILING
    later = failed(after(known(), first), failure(410), NOW + timedelta(hours=23))
    assert later.course.state is FeedHealth.FAILING
    last = failed(after(known(), later), failure(410), NOW + DAY)
    assert last.course.state is FeedHealth.GONE
    assert last.next_poll_at - last.polled_at >= timedelta(days=30)
    assert "once a month" in told(after(known(), later), last).line
    assert told(after(known(), last), failed(after(known(), last), failure(410), NOW + 31 * DAY)) is None
    interrupted = failed(after(known(), first), failure(500), NOW + HOUR)
    assert failed(after(known(), interrupted), failure(410), NOW + 2 * DAY).course.state is FeedHealth.FAILING
    back = unchanged(after(known(), last), NotModified(key="k"), NOW + 31 * DAY)
    assert (back.course.state, back.course.gone_since) == (FeedHealth.FINE, None)
    assert told(after(known(), last), back).ends == ENDED_BY_NEWS


def poll_moved(days, targets):
    """Return the courses of polls at these days after now, each led for good to its target."""
    state, courses = known(), []
    for day, target in zip(days, targets, strict=True):
        poll = unchanged(state, NotModified(key="k", moved_to=target), NOW + day * DAY)
        courses.append(poll.course)
        state = after(state, poll)
    return courses


@pytest.mark.parametrize(
    ("days", "targets", "stored"),
    [
        pytest.param((0, 1, 2), (THERE,) * 3, True, id="three times the same over two days"),
        pytest.param((0, 0.1, 0.2, 1.9), (THERE,) * 4, False, id="often, but within two days"),
        pytest.param((0, 3), (THERE,) * 2, False, id="over two days, but twice only"),
        pytest.param((0, 1, 2, 3), (THERE, None, THERE, THERE), False, id="an answer without redirect between"),
        pytest.param((0, 1, 2, 3), (THERE, THERE, THERE + "er", THERE), False, id="another target between"),
    ],
)
def test_an_address_is_left_only_after_three_permanent_redirects_over_two_days(days, targets, stored):
    """What moved for good is asked at its new address; what says so once or twice is not believed yet."""
    last = poll_moved(days, targets)[-1]
    assert last.current_url == (THERE if stored else None)
    assert ((last.moved_to, last.moved_since, last.moved_times) == (None, None, 0)) == stored


def test_another_feed_behind_a_redirect_is_not_taken_for_ours():
    """A permanent redirect to a feed of which nothing is known (a parked domain's) does not count as a move."""
    entries = (new_entry("e1"), new_entry("e2"))
    strange = changed(known(), parsed(*entries, fresh=2, moved_to=THERE), NOW)
    ours = changed(known(), parsed(*entries, fresh=1, moved_to=THERE), NOW)
    first = changed(known(first_poll=True), parsed(*entries, fresh=2, moved_to=THERE), NOW)
    assert [poll.course.moved_times for poll in (strange, ours, first)] == [0, 1, 1]


def test_a_moved_feed_is_asked_there_and_again_at_home_when_that_fails():
    """After three failures at the address it moved to, a feed is asked at its configured one again."""
    state = known(course=FeedCourse(state=FeedHealth.FINE, current_url=THERE))
    assert request_for(state).url == THERE
    for line in ("fails: HTTP 404", None, "is asked at its configured address again"):
        assert request_for(state).url == THERE
        poll = failed(state, failure(404), NOW)
        news = told(state, poll)
        assert (news and news.line) == line
        state = after(state, poll)
    assert request_for(state).url == state.feed.url


def test_a_move_is_told_once():
    """The poll that makes the new address the feed's own says so, and the next one nothing."""
    course = FeedCourse(state=FeedHealth.FINE, moved_to=THERE, moved_since=NOW - 2 * DAY, moved_times=2)
    state = known(course=course)
    poll = unchanged(state, NotModified(key="k", moved_to=THERE), NOW)
    assert told(state, poll).line == f"has moved for good, to {THERE}"
    again = unchanged(after(state, poll), NotModified(key="k"), NOW + HOUR)
    assert told(after(state, poll), again) is None


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(FeedHealth.SLOW, FeedHealth.FINE, id="a slow feed that wakes"),
        pytest.param(FeedHealth.FINE, FeedHealth.SLOW, id="a feed that slows down"),
        pytest.param(FeedHealth.FAILING, FeedHealth.FAILING, id="one more failure"),
        pytest.param(FeedHealth.FINE, None, id="a poll that says nothing of the feed"),
    ],
)
def test_nobody_is_told_what_happens_every_day(before, now):
    """Of what passes by itself, and of one more failure, nothing is said."""
    poll = failed(known(), failure(), NOW)
    course = None if now is None else FeedCourse(state=now)
    assert told(known(course=FeedCourse(state=before)), replace(poll, course=course)) is None


def test_a_dull_feed_slows_down_and_its_first_entry_wakes_it():
    """Polls without news stretch the interval from `every` to `max_every`; news brings it back."""
    state, waits = known(), []
    for _ in range(10):
        poll = unchanged(state, NotModified(key="k"), NOW)
        waits.append(poll.next_poll_at - NOW)
        state = after(state, poll)
    assert waits == sorted(waits)
    assert 4 * state.feed.every <= waits[-1] <= 1.05 * 4 * state.feed.every
    assert state.course.state is FeedHealth.SLOW
    woken = changed(state, parsed(new_entry(), fresh=1), NOW)
    assert (woken.course.dull_polls, woken.course.state) == (0, FeedHealth.FINE)
    assert woken.next_poll_at - NOW <= 1.05 * state.feed.every


@pytest.mark.parametrize(
    ("age", "longest", "begins"),
    [
        pytest.param(timedelta(0), 4 * HOUR, None, id="a failure is a line in the log"),
        pytest.param(23 * HOUR, 4 * HOUR, None, id="nor is the operator told within a day"),
        pytest.param(DAY, 4 * HOUR, Trouble.FAILING, id="after a day he is"),
        pytest.param(4 * DAY, DAY, None, id="a feed that is seldom asked has five of its longest intervals"),
        pytest.param(5 * DAY, DAY, Trouble.FAILING, id="and is told after them"),
    ],
)
def test_a_feed_that_fails_for_long_is_told(age, longest, begins):
    """What fails is named in the log at once, and to the operator when it will hardly pass by itself."""
    state = known(feed=feed(max_every=longest))
    poll = failed(state, failure(404), NOW)
    assert told(state, poll).line == "fails: HTTP 404"
    state = after(state, poll)
    later = failed(state, failure(404), NOW + age)
    assert later.course.failing_since == NOW
    news = told(state, later)
    assert (news.begins if news else None) is begins
    if begins:
        assert news.line == "fails since 2026-11-21 12:05 UTC: HTTP 404"
        answered = unchanged(after(state, later), NotModified(key="k"), NOW + age + HOUR)
        assert (told(after(state, later), answered).ends, answered.course.failing_since) == (ENDED_BY_NEWS, None)


def test_a_feed_that_falls_silent_against_its_rhythm_is_quiet():
    """Nothing new for twice as long as ever at this hour of its weeks, and a day at least: `quiet`, until it is not."""
    hourly = tuple(NOW - n * HOUR for n in range(24 * 30))[::-1]
    state = known(last_new_at=NOW, arrivals=hourly)
    still = unchanged(state, NotModified(key="k"), NOW + DAY)
    silent = unchanged(state, NotModified(key="k"), NOW + DAY + timedelta(minutes=1))
    assert (still.course.state, silent.course.state) == (FeedHealth.FINE, FeedHealth.QUIET)
    news = told(state, silent)
    assert news.begins is Trouble.QUIET
    assert news.line == (
        "has brought nothing new since 2026-11-21 12:05 UTC; at this time of the week it was so for 1 hour at most"
    )
    woken = changed(after(state, silent), parsed(new_entry("new"), fresh=1), NOW + 2 * DAY)
    assert woken.course.state is FeedHealth.FINE
    assert told(after(state, silent), woken).ends == (Trouble.QUIET,)
    failing = failed(after(state, silent), failure(), NOW + 2 * DAY)
    back = changed(after(state, failing), parsed(new_entry("new"), fresh=1), NOW + 2 * DAY)
    assert Trouble.QUIET in told(after(state, failing), back).ends


def test_what_a_feed_says_of_itself_holds_for_its_304s_too():
    """ttl, skipHours and skipDays of the last body count when only a 304 came."""
    poll = changed(known(), parsed(new_entry(), fresh=1, ttl=2 * HOUR, skip_hours=(14,), skip_days=(6,)), NOW)
    assert (poll.course.ttl, poll.course.skip_hours, poll.course.skip_days) == (2 * HOUR, (14,), (6,))
    later = unchanged(after(known(), poll), NotModified(key="k"), NOW)
    assert later.next_poll_at == NOW.replace(hour=15, minute=0)


def test_a_broken_feed_is_used_as_far_as_it_goes():
    """What parsed is kept, the problem is noted, and the feed is not failing."""
    poll = changed(known(), parsed(new_entry(), fresh=1, problem="cut off before its end"), NOW)
    assert (len(poll.entries), poll.error, poll.course.state) == (1, "cut off before its end", FeedHealth.FINE)


def test_entries_without_a_page_or_said_twice_are_left_out():
    """Each entry that leads to a page counts once, the first of its name; one guid for two pages is two entries."""
    entries = [
        Entry(entry_id=guid, link=link, title=title, published=None, updated=None)
        for guid, link, title in (
            ("a", "https://x.example/a", "first"), ("a", "https://x.example/a?utm_source=x", "First!"),
            ("a", "https://x.example/b", "second"), ("c", None, "no page"), ("d", "mailto:x@y", "mail"),
        )
    ]  # fmt: skip
    found = new_entries("f", Feed(format="rss", title=None, entries=tuple(entries)))
    assert [new.entry.title for new in found] == ["first", "second"]
    assert len({new.entry_key for new in found}) == 2
