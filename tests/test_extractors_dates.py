from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.text.dates import clock_of, has_time, parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Sat, 07 Jan 2017 08:52:27 -0500", "2017-01-07T13:52:27", id="RFC 822"),
        pytest.param(
            "Thu, 07 Dec 17 10:00:29 -0800", "2017-12-07T18:00:29", id="a year of two digits is this century's"
        ),
        pytest.param(
            "Thu, 07 Dec 95 10:00:29 GMT", "1995-12-07T10:00:29", id="a year of two digits over 49 is the last's"
        ),
        pytest.param("07 Dec 2017 10:00 GMT", "2017-12-07T10:00:00", id="without weekday and seconds"),
        pytest.param("Sat, 04 Oct 2013 02:34:59 +0300", "2013-10-03T23:34:59", id="a wrong weekday does not matter"),
        pytest.param("Thu, 15 May 2014 00:01:24 Z", "2014-05-15T00:01:24", id="Z after a space"),
        pytest.param("Wed, 17 Jan 2018 15:50:00 EST", "2018-01-17T20:50:00", id="a zone's name"),
        pytest.param("Wed, 30 Mar 2022 15:50:00 BST", "2022-03-30T14:50:00", id="BST is an hour east"),
        pytest.param("Wed, 30 Mar 2022 15:50:00 CEST", "2022-03-30T13:50:00", id="CEST is two hours east"),
        pytest.param("Wed, 30 Mar 2022 15:50:00 EDT", "2022-03-30T19:50:00", id="EDT is four hours west"),
        pytest.param("Wed, 30 Mar 2022 15:50:00 IST", "2022-03-30T10:20:00", id="a zone of half hours"),
        pytest.param("Wed, 30 Mar 2022 15:50:00 +0545", "2022-03-30T10:05:00", id="an offset of three quarters"),
        pytest.param("Wed, 30 Mar 2022 15:50:00 +0000 GMT", "2022-03-30T15:50:00", id="a name after the offset"),
        pytest.param("Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-27T19:35:05", id="GMT+9, and digits left out"),
        pytest.param(
            "Thu Jul 28 2022 10:00:00 GMT+0200 (Ortszeit)", "2022-07-28T08:00:00", id="as JavaScript prints it"
        ),
        pytest.param("Thu Jul 28 10:15:00 GMT 2022", "2022-07-28T10:15:00", id="as Java prints it"),
        pytest.param("Thu Jul 28 10:15:00 2022", "2022-07-28T10:15:00", id="as Unix prints it"),
        pytest.param("2022-07-28T10:15:00Z", "2022-07-28T10:15:00", id="ISO 8601"),
        pytest.param(
            "2022-07-28T10:15:00.123456+02:00", "2022-07-28T08:15:00", id="ISO 8601 with fractions and offset"
        ),
        pytest.param("2022-07-28 10:15", "2022-07-28T10:15:00", id="without a zone it is UTC"),
        pytest.param("20220728T101500Z", "2022-07-28T10:15:00", id="the basic form of ISO 8601"),
        pytest.param("2022-07-28", "2022-07-28T00:00:00", id="a bare date is midnight"),
        pytest.param("2020/1/10 14:33:00", "2020-01-10T14:33:00", id="year/month/day"),
        pytest.param("2022年7月28日 10:15", "2022-07-28T10:15:00", id="Chinese and Japanese"),
        pytest.param("28.7.2022, 10:15", "2022-07-28T10:15:00", id="dots stand after the day"),
        pytest.param("27/12/2022", "2022-12-27T00:00:00", id="slashes where only the day can be 27"),
        pytest.param("12/27/2022", "2022-12-27T00:00:00", id="slashes where only the day can be 27, in America"),
        pytest.param("3/3/2022", "2022-03-03T00:00:00", id="slashes where both readings are one"),
        pytest.param("July 28, 2022 at 10:15 p.m. EDT", "2022-07-29T02:15:00", id="as American pages have it"),
        pytest.param("Dec. 27, 2022 12:05 AM", "2022-12-27T00:05:00", id="12 AM is midnight"),
        pytest.param("mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15", id="Italian"),
        pytest.param("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T22:42:40", id="Portuguese"),
        pytest.param("28. Juli 2022 um 10:15", "2022-07-28T10:15:00", id="German"),
        pytest.param("1er mai 2022", "2022-05-01T00:00:00", id="French"),
        pytest.param("28 июля 2022 г. 10:15", "2022-07-28T10:15:00", id="Russian"),
        pytest.param("28 липня 2022", "2022-07-28T00:00:00", id="Ukrainian"),
        pytest.param("14:30, 28 липня 2022", "2022-07-28T14:30:00", id="the time before the day"),
        pytest.param("15:34 / 28.07.2022", "2022-07-28T15:34:00", id="the time before the day, in figures"),
        pytest.param("28.07.2022 в 14:30", "2022-07-28T14:30:00", id="a preposition before the time"),
        pytest.param("28 июля 2022 в 14:30 МСК", "2022-07-28T11:30:00", id="Moscow's time"),
        pytest.param("28. Juli 2022, 14:30 Uhr", "2022-07-28T14:30:00", id="a word after the time"),
        pytest.param("Le 28 juillet 2022 à 14h30", "2022-07-28T14:30:00", id="hours as the French write them"),
        pytest.param("28 Temmuz 2022 Perşembe 14:30", "2022-07-28T14:30:00", id="the weekday after the year"),
        pytest.param("2022. július 28., csütörtök 14:30", "2022-07-28T14:30:00", id="the year first"),
        pytest.param("2022 m. liepos 28 d.", "2022-07-28T00:00:00", id="the words for year and day"),
        pytest.param("28 تشرين الثاني 2022", "2022-11-28T00:00:00", id="a month of two words"),
        pytest.param("٢٨ نوفمبر ٢٠٢٢", "2022-11-28T00:00:00", id="other digits"),
        pytest.param("יום שני, 28 בנובמבר 2022 בשעה 14:30", "2022-11-28T14:30:00", id="in November, in one word"),
        pytest.param("2022년 7월 28일 목요일", "2022-07-28T00:00:00", id="Korean"),
        pytest.param("28. 7. 2022.", "2022-07-28T00:00:00", id="spaces and dots"),
        pytest.param("28\u200f/07\u200f/2022", "2022-07-28T00:00:00", id="marks of the way a text runs"),
        pytest.param("mar 19 jul 2022 10:00", "2022-07-19T10:00:00", id="a weekday that sounds like a month"),
        pytest.param("28 aou 2022", "2022-08-28T00:00:00", id="an abbreviation without its accents"),
        pytest.param("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59", id="a leap second"),
    ],
)
def test_a_certain_date_is_read(text, expected):
    """Every form with one certain reading is read, in UTC."""
    assert parse_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="nothing"),
        pytest.param("  ", id="white space"),
        pytest.param("yesterday", id="words"),
        pytest.param("10/11/2020", id="day and month may be swapped"),
        pytest.param("Sat, 04 Oct 2013 02:34:59 +3000", id="an offset that no place has"),
        pytest.param("Sat, 04 Oct 2013 02:34:59 +1900", id="an offset beyond the farthest zone"),
        pytest.param("Sat, 04 Oct 2013 02:34:59 +0275", id="an offset of 75 minutes"),
        pytest.param("Sat, 04 Oct 2013 02:34:59 -040", id="an offset that lost a digit"),
        pytest.param("Sat, 04 Oct 2013 02:34:59 XYZ", id="a zone nobody knows"),
        pytest.param("3 listopad 2020", id="a month that is another one next door"),
        pytest.param("3 jui 2020", id="a name cut so short that it may be two months"),
        pytest.param("3 May 2020 or 4 June 2020", id="two days"),
        pytest.param("3 people of 2020 in May", id="words that stand in no date"),
        pytest.param("July 28", id="no year"),
        pytest.param("July 2022", id="no day"),
        pytest.param("10:15", id="no date"),
        pytest.param("Tue, 29 Feb 2022 10:00:00 GMT", id="a day that never was"),
        pytest.param("Mon, 01 Jan 2024 25:00:00 GMT", id="an hour that never is"),
        pytest.param("0001-01-01T00:00:00Z", id="one system's zero"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", id="another system's zero"),
        pytest.param("1658975705", id="a bare number"),
        pytest.param("1 Jan 2022 " + "9" * 200, id="too long to be a date"),
    ],
)
def test_an_uncertain_date_is_none(text):
    """No date is better than a wrong one."""
    assert parse_date(text) is None


@given(
    st.one_of(
        st.text(), st.from_regex(r"[A-Za-z]{3}, ?\d{1,2} [A-Za-z]{3} \d{1,5} \d+:\d+:\d+ [+-]?\w{1,5}", fullmatch=True)
    )
)
def test_any_text_has_a_reading_or_none(text):
    """Reading never fails, and what is read is aware and in UTC."""
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-11-29 05:49:08", "2026-11-29T02:49:08", id="without a zone"),
        pytest.param("2026-11-29T05:49:08Z", "2026-11-29T05:49:08", id="UTC that is stated"),
        pytest.param("Sun, 29 Nov 2026 05:49:08 +0100", "2026-11-29T04:49:08", id="an offset that is stated"),
        pytest.param("2026-11-29", "2026-11-29T00:00:00", id="a day is the same day"),
    ],
)
def test_a_time_without_a_zone_is_its_writer_s(text, expected):
    """A clock that is named counts for times of day that name no zone, and for nothing else."""
    with clock_of("Europe/Istanbul"):
        assert parse_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert parse_date("2026-11-29 05:49:08") == datetime(2026, 11, 29, 5, 49, 8, tzinfo=UTC)


def test_a_summer_s_time_is_an_hour_off():
    """A named clock changes with the season."""
    with clock_of("Europe/Kyiv"):
        hours = [parse_date(text).hour for text in ("2026-01-29 12:00", "2026-07-29 12:00")]
    assert hours == [10, 9]


def test_a_time_of_day_shows():
    """A bare date is told from one with a time."""
    assert has_time("2022-07-28T10:15")
    assert not has_time("2022-07-28")
    assert not has_time(None)
