from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.text.datings import find_datings

TUESDAY = date(2025, 6, 3)


def found(text, on=TUESDAY, *, ahead=False):
    """Return words, first and last day of each dating."""
    datings = find_datings(text, Span(0, len(text)), on, ahead=ahead)
    return [(each.span.slice(text), str(each.first), str(each.last)) for each in datings]


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        pytest.param("on March 29, 2022 in Istanbul", "March 29, 2022", "2022-03-29", "2022-03-29", id="American"),
        pytest.param("on 29 March 2022", "29 March 2022", "2022-03-29", "2022-03-29", id="British"),
        pytest.param("on 2022-03-29", "2022-03-29", "2022-03-29", "2022-03-29", id="ISO"),
        pytest.param("a May 16–17, 2024 visit", "May 16–17, 2024", "2024-05-16", "2024-05-17", id="two days"),
        pytest.param("in March 2022", "March 2022", "2022-03-01", "2022-03-31", id="a month of a year"),
        pytest.param("Spring 2022 came", "Spring 2022", "2022-03-01", "2022-05-31", id="a season of a year"),
        pytest.param("the 1999 Summit", "1999", "1999-01-01", "1999-12-31", id="a year"),
        pytest.param("on Sept. 5", "Sept. 5", "2024-09-05", "2024-09-05", id="the last such day"),
        pytest.param("on June 4", "June 4", "2025-06-04", "2025-06-04", id="the day after, in another zone"),
        pytest.param("in February", "in February", "2025-02-01", "2025-02-28", id="the last such month"),
        pytest.param("On Monday", "Monday", "2025-06-02", "2025-06-02", id="the last Monday"),
        pytest.param("on Tuesday", "Tuesday", "2025-06-03", "2025-06-03", id="today by its name"),
        pytest.param("last Tuesday", "last Tuesday", "2025-05-27", "2025-05-27", id="last Tuesday is not today"),
        pytest.param("Next Friday", "Next Friday", "2025-06-13", "2025-06-13", id="next Friday is next week's"),
        pytest.param("next week", "next week", "2025-06-09", "2025-06-15", id="next week"),
        pytest.param("last month", "last month", "2025-05-01", "2025-05-31", id="last month"),
        pytest.param("this weekend", "this weekend", "2025-06-07", "2025-06-08", id="this weekend"),
        pytest.param("last year", "last year", "2024-01-01", "2024-12-31", id="last year"),
        pytest.param("two years ago", "two years ago", "2023-01-01", "2023-12-31", id="years ago"),
        pytest.param("14 months ago", "14 months ago", "2024-04-01", "2024-04-30", id="months ago"),
        pytest.param("three days ago", "three days ago", "2025-05-31", "2025-05-31", id="days ago"),
        pytest.param("in two weeks", "in two weeks", "2025-06-16", "2025-06-22", id="in weeks"),
        pytest.param("in 3 days", "in 3 days", "2025-06-06", "2025-06-06", id="in days"),
        pytest.param("later this week", "later this week", "2025-06-03", "2025-06-08", id="the rest of a week"),
        pytest.param("later this month", "later this month", "2025-06-03", "2025-06-30", id="the rest of a month"),
        pytest.param("on Monday, June 9", "Monday, June 9", "2024-06-09", "2024-06-09", id="a date tells its weekday"),
        pytest.param("on Monday 2 June", "Monday 2 June", "2025-06-02", "2025-06-02", id="in either order"),
        pytest.param("in the coming days", "in the coming days", "None", "None", id="days that stay open"),
        pytest.param("in the next few weeks", "in the next few weeks", "None", "None", id="weeks that stay open"),
        pytest.param("tomorrow", "tomorrow", "2025-06-04", "2025-06-04", id="tomorrow"),
        pytest.param("on 31 June 2025", "31 June 2025", "None", "None", id="a day that never was"),
    ],
)
def test_words_name_days(text, words, first, last):
    """Each way of naming a day is resolved against the article's own."""
    assert found(text) == [(words, first, last)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("on 2 June", "2026-06-02", id="the next such day"),
        pytest.param("on Monday", "2025-06-09", id="the next Monday"),
        pytest.param("in February", "2026-02-01", id="the next such month"),
        pytest.param("last Monday", "2025-06-02", id="but last is last"),
    ],
)
def test_what_lies_ahead_is_looked_for_ahead(text, first):
    """A weekday or a date without its year is the next one in a sentence about the future."""
    assert found(text, ahead=True)[0][1] == first


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("he may march on", id="verbs that are months"),
        pytest.param("some 2000 drones, 2000 soldiers, $2022 and 12.2022", id="numbers that are no years"),
        pytest.param("a second sanctions package", id="no date at all"),
    ],
)
def test_other_words_name_no_day(text):
    """What only looks like a date is none."""
    assert found(text) == []


def test_without_the_article_s_day_only_whole_dates_are_resolved():
    """What would need the day of publication is found and left open."""
    assert found("on Monday and on March 29, 2022", None) == [
        ("Monday", "None", "None"),
        ("March 29, 2022", "2022-03-29", "2022-03-29"),
    ]


@given(st.text(alphabet="Monday Mayin2019last,-–/.weks\n", max_size=80), st.dates(), st.booleans())
def test_any_words_are_read(text, on, ahead):
    """No words and no day, the first and last of the calendar among them, raise; the first is never after the last."""
    for each in find_datings(text, Span(0, len(text)), on, ahead=ahead):
        assert each.first is None or each.first <= each.last
