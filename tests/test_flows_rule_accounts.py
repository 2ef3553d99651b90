from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.records import Arrival
from flows.acquire.ingest import ingest
from flows.config.settings import load_settings
from flows.problems import UsageProblem
from flows.setup import prepared
from flows.trials import backtest as backtesting
from flows.trials import check as rule_report
from flows.trials.backtest import of_stories, tried
from flows.trials.check import checked
from flows.trials.explain import explained, why_not
from tests.newsroom import NOW, OTHER, RULES, SAID, feed, newsroom, page
from tests.servers import Reply
from warehouse.revisions import Revision, naming_none
from warehouse.store import reading, writing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """An outlet whose first articles have been read; tests change nothing but its rules."""
    with newsroom(tmp_path_factory.mktemp("room")) as opened:
        opened.run()
        yield opened


@pytest.fixture
def own_room(tmp_path):
    """Another such outlet, for one test alone."""
    with newsroom(tmp_path) as opened:
        opened.run()
        yield opened


def settings(room, rules=RULES):
    """Return the settings with these rules."""
    room.write(rules=rules)
    return load_settings(room.configuration)


def named(room, path):
    """Return the id of the article at a path."""
    return room.rows(f"select article_id from articles where url like '%{path}'")[0][0]


def test_explain_derives_the_alert_again(room):
    """The account quotes each proof in its place, names rule and version, and finds the same again."""
    ((alert_id, version),) = room.rows("select alert_id, rule_version from alerts where official_id = 'dmitry-peskov'")
    told = explained(settings(room), alert_id[:8])
    assert f"version {version}, as it is now" in told
    assert "“A [ceasefire] is possible only after security guarantees" in told
    assert "agreed,” [Peskov] said." in told
    assert "Peskov [said]. He gave" in told
    assert "derived again: yes, the same" in told
    assert "1 independent source by now" in told
    assert "as it was then" in told


def test_explain_says_when_the_rule_has_changed(room):
    """A rule that was changed, or taken out, is told as such, and what it would find now."""
    ((alert_id,),) = room.rows("select alert_id from alerts where official_id = 'dmitry-peskov'")
    changed = explained(settings(room, RULES.replace('"sentence"', '"speaks"')), alert_id)
    assert "it has changed since" in changed
    assert "derived again: yes, the same" in changed
    other = explained(settings(room, RULES.replace('["ceasefire", "truce"]', '["harvest"]')), alert_id)
    assert 'derived again: no: keywords: it holds none of "harvest"' in other
    gone = explained(settings(room, RULES.replace('"ceasefire"\n', '"another"\n')), alert_id)
    assert "no longer in the configuration" in gone


def test_explain_quotes_a_changed_article_as_it_was(own_room):
    """When the words have changed since, the account is of those that fired, and says so."""
    changed = (
        *SAID[:1],
        "“Nothing is possible before the guarantees,” Peskov said. He gave no date for any of it.",
        *SAID[2:],
    )
    own_room.outlet.reply("/talks", page("Kremlin names its terms", changed))
    own_room.now += timedelta(minutes=11)
    own_room.outlet.reply("/rss.xml", Reply(body=feed(own_room.outlet, {"/talks": "Kremlin names its terms, updated"})))
    own_room.run()
    ((alert_id,),) = own_room.rows("select alert_id from alerts where official_id = 'dmitry-peskov' and revision = 1")
    told = explained(settings(own_room), alert_id)
    assert "changed since: this is revision 1 of 2" in told
    assert "[ceasefire]" in told
    assert "derived again: yes, the same" in told


def test_an_unknown_alert_is_one_line(room):
    """An id nobody has is a mistake of use."""
    with pytest.raises(UsageProblem, match="no alert whose id begins with zzz"):
        explained(settings(room), "zzz")


def test_why_not_names_the_clause_that_failed(room):
    """The first clause that failed is told in plain words with what to change; or that it did fire."""
    told = why_not(settings(room), named(room, "/harvest"), "ceasefire")
    assert 'because    it holds none of "ceasefire", "truce"' in told
    assert "to change  add the words it uses to keywords" in told
    assert "it did fire on Dmitry Peskov" in why_not(settings(room), named(room, "/talks"), "ceasefire")
    narrow = settings(room, RULES.replace('"sentence"', '"sentence"\nnegation = "only"'))
    told = why_not(narrow, named(room, "/talks"), "ceasefire")
    assert "failed     negation" in told
    assert "it did fire on Dmitry Peskov" in told
    assert "has changed since" in told


def test_why_not_tells_what_was_decided(own_room):
    """A match that did not fire is told with the reason that was stored, and what it means."""
    own_room.now += timedelta(minutes=11)
    own_room.outlet.reply("/copy", page("Kremlin names its terms", SAID))
    own_room.outlet.reply("/rss.xml", Reply(body=feed(own_room.outlet, {"/copy": "Kremlin names its terms"})))
    own_room.run()
    told = why_not(settings(own_room), named(own_room, "/copy"), "ceasefire")
    assert "Dmitry Peskov: same_utterance, decided at 2026-03-04T12:11:00Z: the same words had fired" in told


@pytest.mark.parametrize(
    ("article", "rule", "problem"),
    [
        pytest.param("zzz", "ceasefire", "no article has the id or address zzz", id="an unknown article"),
        pytest.param("", "ceasefire", "more than one article has", id="a beginning that several have"),
        pytest.param("zzz", "ceasefires", 'no rule "ceasefires".*did you mean "ceasefire"', id="an unknown rule"),
    ],
)
def test_what_is_not_there_is_one_line(room, article, rule, problem):
    """An article or rule nobody has is a mistake of use, the nearest right name beside it."""
    with pytest.raises(UsageProblem, match=problem):
        why_not(settings(room), article, rule)


def test_check_estimates_alerts_a_day_from_what_is_stored(room):
    """The estimate is what the rules would have fired, by the days stored; phrases everywhere are told."""
    report = checked(settings(room), now=lambda: room.now + timedelta(seconds=1))
    assert report.errors == report.warnings == ()
    assert report.expected is not None
    assert "ceasefire  " in report.expected


def test_check_estimates_from_some_stories_of_a_long_past(room, monkeypatch):
    """Of much that is stored a sample is lived through: the estimate is for all of it, and says of how many it is."""
    now = room.now + timedelta(seconds=1)
    since = now - timedelta(days=30)
    setup = prepared(settings(room))
    whole = backtesting.backtest(setup, setup.rules, since=since, until=now, most=2)
    assert (whole.revisions, whole.looked_at, whole.share) == (2, 2, 1.0)
    monkeypatch.setattr(backtesting, "of_stories", lambda _session, history, share: history[: round(share * 2)])
    monkeypatch.setattr(rule_report, "MOST", 1)
    report = checked(settings(room), now=lambda: now)
    half = backtesting.backtest(setup, setup.rules, since=since, until=now, most=1)
    assert 0 < len(half.alerts) <= len(whole.alerts)
    rate, error = half.a_day(setup.rules)["ceasefire"]
    told = sum(each.alert.rule == "ceasefire" for each in half.alerts)
    assert (rate, error) == (2 * told, pytest.approx(2 * max(1, told) ** 0.5))
    assert report.expected is not None
    assert f"ceasefire  {rate:.1f}           {error:.1f}" in report.expected
    assert whole.a_day(setup.rules)["ceasefire"][1] == 0
    assert "2 articles, estimated from 1 of them; nothing was sent" in report.expected


def test_a_long_past_is_estimated_before_it_is_tried(room, monkeypatch):
    """Of more than a sample's articles an estimate is told first, of fewer nothing but the answer."""
    monkeypatch.setattr(backtesting, "MOST", 1)
    told = []
    found = tried(
        settings(room), None, since=NOW - timedelta(days=1), until=room.now + timedelta(seconds=1), told=told.append
    )
    (early,) = told
    assert "2 articles, estimated from" in early
    assert found.share == 1
    monkeypatch.setattr(backtesting, "MOST", 2)
    tried(settings(room), None, since=NOW - timedelta(days=1), until=room.now + timedelta(seconds=1), told=told.append)
    assert told == [early]


def test_of_what_would_take_minutes_a_part_is_tried_unless_all_is_asked_for(room, monkeypatch):
    """Rules that could match more than a minute's articles are tried on some stories, and what is listed is theirs."""
    talks = named(room, "/talks")
    monkeypatch.setattr(backtesting, "MINUTE", 0.5)
    monkeypatch.setattr(
        backtesting,
        "of_stories",
        lambda _session, history, share: [each for each in history if share == 1 or each.article_id == talks],
    )
    span = {"since": NOW - timedelta(days=1), "until": room.now + timedelta(seconds=1)}
    told = []
    some = tried(settings(room), None, **span, told=told.append)
    assert (some.share, some.looked_at) == (0.5, 1)
    (said,) = told
    assert "2 articles, estimated from 1 of them" in said
    assert "what is listed is of these 1; --all tries all" in said
    whole = tried(settings(room), None, **span, told=told.append, whole=True)
    assert (whole.share, whole.looked_at, len(told)) == (1, 2, 1)
    assert 0 < len(some.alerts) == len(whole.alerts)


def test_what_is_looked_through_names_somebody_whom_a_rule_names(room):
    """Of articles that were read only those are looked through in which such a one is named or speaks."""
    names = {path: named(room, path) for path in ("/talks", "/harvest")}
    with reading(load_settings(room.configuration).data_dir) as session:
        read = {name for (name,) in session.rows("SELECT article_id FROM article_rows WHERE depth <> 'left_unread'")}
        none = naming_none(session, list(names.values()), ["dmitry-peskov"])
        nobody = naming_none(session, list(names.values()), ["hakan-fidan"])
    assert names["/talks"] in read
    assert none == read & {names["/harvest"]}
    assert nobody == read & {*names.values()}


def test_a_sample_has_whole_stories_and_is_each_time_the_same(tmp_path):
    """A share of the stories is about that share, never a part of one, and a larger share has what a smaller has."""
    history = [
        Revision(
            article_id=f"a{n}", revision=1, newest=True, arrival=Arrival.POLLED, at=NOW, decided_at=None, run_id=None
        )
        for n in range(3_000)
    ]
    with writing(tmp_path) as session:
        session.run("INSERT INTO story_links SELECT 'a' || n, 'a' || n // 3 * 3, 'a' || n FROM range(3000) AS r(n)")
        half, some = ({each.article_id for each in of_stories(session, history, share)} for share in (0.5, 0.1))
        assert of_stories(session, history, 1.0) == history
    assert 1_350 < len(half) < 1_650
    assert 200 < len(some) < 400
    assert some < half
    assert {f"a{int(each[1:]) // 3 * 3 + n}" for each in half for n in range(3)} == half


def test_check_tells_what_would_flood(room, monkeypatch):
    """A phrase that stands in a great share of what is stored, and a rule that fires all day, are told."""
    monkeypatch.setattr(rule_report, "FLOOD_FROM", 2)
    monkeypatch.setattr(rule_report, "MANY_A_DAY", 1)
    report = checked(settings(room), now=lambda: room.now + timedelta(seconds=1))
    said = "\n".join(report.warnings)
    assert '"ceasefire" stands in 50% of the articles stored; say more' in said
    assert '"ceasefire": about 2 alerts a day' in said
    assert report.errors == ()


def test_check_tells_what_is_odd_with_its_line(own_room):
    """Rules nobody receives, idle subscribers and unknown outlets are warnings with file and line, and no error."""
    rules = RULES.replace('["desk", "channel"]', '["desk"]').replace('"sentence"', '"sentence"\noutlets = ["Heralt"]')
    with own_room.warehouse() as session:
        session.run("insert into unsubscribed (subscriber, since) values ('desk', now())")
    report = checked(settings(own_room, rules), now=lambda: own_room.now)
    assert report.errors == ()
    said = "\n".join(report.warnings)
    assert 'no feed or stored article is of an outlet "Heralt"; did you mean "Herald"?' in said
    assert 'subscriber "channel" is told by no rule' in said
    assert "nobody receives it: unsubscribed: desk; `talkwatch alerts subscribe desk` takes it back" in said
    assert f"{own_room.configuration}:16: rule" in said


def test_check_names_who_is_unsubscribed(room):
    """A rule that some of its subscribers do not get is told of too."""
    (found,) = rule_report.unheard(settings(room), frozenset({"channel"}))
    assert found.what.startswith('rule "ceasefire": some do not receive it: unsubscribed: channel; `talkwatch')


def test_check_says_when_all_that_is_stored_is_old(room):
    """Without anything of the last 30 days there is no estimate, and the report says so and where to look."""
    report = checked(settings(room), now=lambda: room.now + timedelta(days=31))
    assert report.expected is not None
    assert "nothing stored came in the last 30 days" in report.expected
    assert "alerts a day" not in report.expected


def test_imported_history_is_tried_as_of_its_publication(tmp_path):
    """What was ingested long after it was published would have fired on the day it was published."""
    with newsroom(tmp_path) as room:
        text = tmp_path / "old.txt"
        text.write_text("\n\n".join(("Kremlin names its terms", *SAID, *OTHER)), encoding="utf-8")
        published = NOW - timedelta(days=12)
        ingest(room.setup(), [text], outlet="Herald", published_at=published, alert=False)
        assert room.rows("select distinct reason from decisions") == [("imported",)]
        own = load_settings(room.configuration)
        found = tried(own, None, since=NOW - timedelta(days=30), until=NOW)
        assert [each.alert.fired_at for each in found.alerts] == [published, published]
        assert tried(own, None, since=NOW - timedelta(days=11), until=NOW).alerts == ()
