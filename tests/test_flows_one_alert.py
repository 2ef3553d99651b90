from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.message_records import Status
from alerts.records import Arrival, News, Reason
from extractors.speech.stances import Stance
from flows.steps.decide.matches import candidates_in
from tests.alert_desk import DENIED, PARTIAL, Desk, copies, found, own_report, wire
from tests.alert_examples import letter
from tests.story_examples import CITING, OWN, SAID, TASS
from tests.warehouse_examples import NOW

OTHER_WORDS = "“A truce of three days is another matter, and we may come back to it after the holidays,” Peskov said."
LATER = f"{TASS}\n{OTHER_WORDS}"
NEVER = 'cooldown = "0s"'


@pytest.fixture
def desk(tmp_path):
    """Return a desk with the rule as it stands."""
    with Desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def desk_of(tmp_path):
    """Return a function that opens a desk with more lines in its configuration."""
    opened = []

    def make(**lines: str) -> Desk:
        opened.append(Desk(tmp_path, **lines))
        return opened[-1]

    yield make
    for each in opened:
        each.open.close()


def test_fifty_copies_are_one_alert_and_a_report_of_ones_own_one_follow_up(desk):
    """Whatever is copied, cut and rewritten over a day is one message; a second root is one more, in reply to it."""
    arrivals = copies(50)
    sent = []
    for place in range(0, 50, 5):
        desk.after(hours=2).take_in(*arrivals[place : place + 5])
        sent += desk.send()
    assert (len(sent), desk.count("alerts"), desk.count("follow_ups")) == (1, 1, 0)
    desk.after(minutes=20).take_in(own_report())
    sent += desk.send()
    first, second = sent
    assert (second.thread_of, second.alert_ids) == (first.message_id, first.alert_ids)
    (told,) = desk.notices(second)
    assert (told.news, told.sources, told.roots) == (News.CORROBORATED, 2, ("outlet:observer", "tass"))
    assert [each.outlet for each in told.new_sources] == ["Observer"]
    assert (desk.count("alerts"), desk.count("follow_ups"), len(desk.reasons())) == (1, 1, 51)
    desk.after(hours=2).take_in(found("more", OWN, outlet="Evening"), found("still", wire(4), outlet="Post"))
    assert desk.send() == ()


def test_a_follow_up_has_the_fuller_words_of_another_report(desk):
    """Where somebody quotes more of what was told the message has that, and none where nobody has more than a third more."""
    desk.take_in(found("cut", TASS.replace(SAID, PARTIAL), outlet="TASS"))
    (first,) = desk.send()
    assert [told.fuller for told in desk.notices(first)] == [None]
    desk.after(hours=1).take_in(own_report())
    (second,) = desk.send()
    (told,) = desk.notices(second)
    assert told.news is News.CORROBORATED
    assert told.fuller == SAID.strip("“”")
    assert f"More of it: “{told.fuller}”" in letter(told).text


def in_russian(name: str):
    """Return the agency's article as one in Russian."""
    read = found(name, TASS, outlet="TASS")
    return replace(read, article=replace(read.article, language="ru"))


def test_an_alert_in_another_language_names_the_report_in_english_once_there_is_one(desk):
    """The language stands beside the words; who says the same in English comes with the follow-up."""
    desk.take_in(in_russian("a"))
    (first,) = desk.send()
    (told,) = desk.notices(first)
    assert (told.language, told.in_english) == ("ru", None)
    desk.after(minutes=20).take_in(own_report())
    (second,) = desk.send()
    (told,) = desk.notices(second)
    assert (told.in_english.outlet, told.in_english.url) == ("Observer", own_report().article.url)


def test_a_report_in_english_names_no_other(desk):
    """What is in English needs nobody who says it in English."""
    desk.take_in(found("a", TASS, outlet="TASS"), own_report())
    assert [each.in_english for message in desk.send() for each in desk.notices(message)] == [None]


@pytest.mark.parametrize(
    ("languages", "told"),
    [
        pytest.param('["en"]', 0, id="another language"),
        pytest.param('["uk", "ru"]', 1, id="one of them"),
        pytest.param("[]", 1, id="any"),
    ],
)
def test_a_subscriber_is_told_what_is_in_his_languages(desk_of, languages, told):
    """The alert fires for the rule; whoever reads other languages gets no message of it."""
    desk = desk_of(subscriber=f"languages = {languages}")
    desk.take_in(in_russian("a"))
    assert (desk.count("alerts"), len(desk.send())) == (1, told)


def test_what_waits_to_be_sent_needs_no_follow_up(desk_of):
    """A message that has not left says by itself how many sources there are when it does."""
    desk = desk_of(subscriber='group_wait = "1h"')
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.after(minutes=5).take_in(own_report())
    (message,) = desk.after(hours=1).send()
    (told,) = desk.notices(message)
    assert (told.news, told.sources) == (None, 2)
    assert desk.after(hours=1).send() == ()


def test_a_follow_up_goes_to_those_who_were_told(desk_of):
    """A subscriber whose message died gets no reply to what he never had."""
    desk = desk_of()
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.send(Status.DEAD)
    desk.after(hours=1).take_in(own_report())
    assert (desk.send(), desk.count("follow_ups")) == ((), 1)


def test_what_is_imported_counts_as_a_source_and_tells_nobody(desk):
    """An archive's article raises the count; the next one that arrives makes the follow-up."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.send()
    imported = own_report()
    desk.after(hours=1).take_in(replace(imported, arrival=Arrival.IMPORTED))
    assert (desk.send(), desk.rows("SELECT sources FROM alerts")) == ((), [(2,)])
    desk.after(hours=1).take_in(found("b", wire(2), outlet="Herald"))
    (message,) = desk.send()
    assert desk.notices(message)[0].news is News.CORROBORATED


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("follow_ups = []", [], id="none is asked for"),
        pytest.param("follow_ups = [3]", [], id="not as many as are asked for"),
        pytest.param("follow_ups = [2, 3]", ["corroborated"], id="each count once"),
    ],
)
def test_a_rule_says_at_how_many_sources_it_is_followed_up(desk_of, rule, expected):
    """`follow_ups` names the counts of sources worth a message."""
    desk = desk_of(rule=rule)
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.send()
    desk.after(hours=1).take_in(own_report())
    assert [row[0] for row in desk.rows("SELECT news FROM follow_ups")] == expected


def test_a_denial_breaks_the_cooldown_and_replies(desk):
    """What contradicts an alert goes out at once, in its thread."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    (first,) = desk.send()
    (decision,) = desk.after(hours=1).take_in(found("b", f"{TASS}\n{DENIED}", outlet="Herald", stance=Stance.DENY))
    assert decision.reason is Reason.NEW_MATCH
    assert decision.alert.follows_alert_id == first.alert_ids[0]
    (second,) = desk.send()
    assert second.thread_of == first.message_id


def test_other_words_wait_for_the_cooldown(desk):
    """Within the cooldown a story rests; after it something else that is said in it goes out, in its thread."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    (first,) = desk.send()
    (held,) = desk.after(hours=1).take_in(found("b", LATER, outlet="Herald"))
    assert (held.reason, held.told_by) == (Reason.COOLDOWN, first.alert_ids[0])
    (fired,) = desk.after(hours=5).take_in(found("c", LATER, outlet="Gazette"))
    assert fired.reason is Reason.NEW_MATCH
    assert desk.send()[0].thread_of == first.message_id


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param(Status.SENT, "cooldown", id="one that was sent"),
        pytest.param(None, "cooldown", id="one that is still to be sent"),
        pytest.param(Status.RETRY, "cooldown", id="one that is tried again"),
        pytest.param(Status.DEAD, "new_match", id="not one that died"),
    ],
)
def test_a_cooldown_starts_with_an_alert_that_reaches_someone(desk, status, reason):
    """An alert holds the next ones back when it was told or will be; a mail server that is down makes no storm."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    if status:
        desk.send(status)
    (decision,) = desk.after(hours=1).take_in(found("b", LATER, outlet="Herald"))
    assert decision.reason == reason


def test_a_story_without_a_speaker_is_told_once(desk_of):
    """Sentences that nobody is heard in are one thing with the rest of their story, however they are put."""
    desk = desk_of(rule=NEVER)
    plain = TASS.replace("“", "").replace("”", "")
    desk.take_in(found("a", plain, outlet="TASS"))
    again = plain.replace("Kremlin spokesman Dmitry Peskov", "the Kremlin's Peskov").replace("daily ", "")
    assert [each.reason for each in desk.after(hours=9).take_in(found("b", again, outlet="B"))] == [Reason.DUPLICATE]
    brief = plain.split("\n")[0].replace("MOSCOW, March 4. /TASS/. ", "")
    assert [each.reason for each in desk.after(hours=9).take_in(found("c", brief, outlet="C"))] == [Reason.DUPLICATE]


def revised(desk, text, **changes):
    """Let the article `a` arrive with other words; return the message that goes out, if any, and what was decided."""
    (decision,) = desk.take_in(found("a", text, outlet="TASS", **changes))
    assert decision.reason is Reason.REPEAT
    return desk.send()


def test_a_corrected_quotation_is_followed_up_once(desk):
    """An article that changes the words it quoted is followed up with the new ones; the same again is nothing new."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    (first,) = desk.send()
    changed = TASS.replace("There will be no talks about a truce", "There will be some talks about a truce")
    (second,) = revised(desk.after(hours=1), changed)
    (told,) = desk.notices(second)
    assert (told.news, second.thread_of) == (News.CORRECTED, first.message_id)
    assert "There will be some talks" in told.alert.excerpt
    assert revised(desk.after(hours=1), changed + " He left.") == ()
    assert desk.rows("SELECT excerpt LIKE '%be no talks%', revision FROM alerts") == [(True, 1)]
    assert desk.rows("SELECT excerpt LIKE '%be some talks%', revision FROM follow_ups") == [(True, 2)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TASS.replace(SAID, PARTIAL), id="the quotation is cut"),
        pytest.param(TASS + "\nHe took no questions about the summit.", id="something is added that nobody says"),
        pytest.param(TASS.replace("daily briefing", "briefing"), id="other words change"),
    ],
)
def test_a_revision_that_says_the_same_is_no_news(desk, text):
    """Cuts and edits around the words told are followed up by nothing."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.send()
    assert revised(desk.after(hours=7), text) == ()


def test_more_said_in_an_article_is_followed_up_after_the_cooldown(desk):
    """An article that grows is told again when it says something else: not before the cooldown is over, and once."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    (first,) = desk.send()
    assert revised(desk.after(hours=1), LATER) == ()
    (second,) = revised(desk.after(hours=6), LATER + "\nHe left.")
    (told,) = desk.notices(second)
    assert (told.news, second.thread_of) == (News.ADDED, first.message_id)
    assert told.alert.excerpt.startswith("“A truce of three days")
    assert revised(desk.after(hours=7), LATER + "\nHe left the room.") == ()


def test_more_said_before_the_alert_left_stands_beside_it(desk_of):
    """A message that is still held tells the alert and what was added to it, each in its own words."""
    desk = desk_of(rule=NEVER, subscriber='group_wait = "1h"')
    desk.take_in(found("a", TASS, outlet="TASS"))
    assert revised(desk.after(minutes=1), LATER) == ()
    (message,) = desk.after(hours=1).send()
    first, added = desk.notices(message)
    assert (first.news, added.news) == (None, News.ADDED)
    assert "no talks about a truce" in first.alert.excerpt
    assert "A truce of three days" in added.alert.excerpt
    assert "no talks" not in added.alert.excerpt


def test_what_is_still_reported_is_repeated_when_asked(desk_of):
    """With `repeat` an alert is told again after that time, at the next report of it; after two days never."""
    desk = desk_of(rule='repeat = "12h"')
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.send()
    for hours, expected in ((11, 0), (1, 1), (11, 0), (1, 1), (25, 0)):
        name = f"at{desk.now:%d%H}"
        desk.after(hours=hours).take_in(found(name, wire(2), outlet=name))
        assert len(desk.send()) == expected, name
    assert {row[0] for row in desk.rows("SELECT news FROM follow_ups")} == {"repeated"}


def test_the_like_said_before_is_known(desk):
    """Each utterance names the newest earlier one of the like; what is said for the first time names none."""
    for days, name in ((0, "a"), (10, "b"), (40, "c")):
        desk.after(days=days).take_in(found(name, TASS, outlet=name, published_at=desk.now))
    desk.take_in(found("d", LATER, outlet="d", published_at=desk.now))
    rows = desk.rows(
        "SELECT utterance_id, said_before, said_before_at FROM utterances ORDER BY first_said_at, reports DESC"
    )
    (first, *none), (second, *of_first), (third, *of_second), (_, *of_other) = rows
    assert none == of_other == [None, None]
    assert of_first == [first, NOW]
    assert of_second == [second, NOW + timedelta(days=10)]
    assert len({first, second, third}) == 3


def test_what_is_said_again_does_not_fire_where_the_first_time_is_asked_for(desk_of):
    """With `first` only what he has not said in that time is told, whoever reports it and however often."""
    desk = desk_of(rule='first = "30d"')
    for days, name, text in ((0, "a", TASS), (10, "b", TASS), (0, "c", wire(2)), (31, "d", TASS), (0, "e", LATER)):
        desk.after(days=days).take_in(found(name, text, outlet=name, published_at=desk.now))
    assert desk.reasons() == ["new", "not_first", "not_first", "new", "cooldown"]


def test_what_he_does_not_say_is_not_the_first_time(desk_of):
    """A rule with `first` asks what is said: an official beside a phrase is none of it."""
    desk = desk_of(rule='first = "30d"')
    desk.take_in(found("a", "Peskov was in Moscow when a truce was agreed."))
    assert desk.reasons() == ["not_first"]


CLAIMED = "“Putin promised a truce on energy plants for the holidays,” Zelensky said."
DENIAL = "“Putin never promised a truce on energy plants for the holidays,” Peskov said."


@pytest.mark.slow
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["the claim first", "the denial first"])
def test_a_claim_and_its_denial_by_another_show_each_other(desk, order):
    """Whichever came first, the pair is a row of `disputes`, and the alert on either has what the other said."""
    articles = (
        found("claim", CLAIMED, topics=("ceasefire",)),
        found("denial", DENIAL, topics=("ceasefire",), stance=Stance.DENY),
    )
    for place in order:
        desk.after(hours=1).take_in(articles[place])
    rows = desk.rows("SELECT claimed_by, denied_by, topic, process_id FROM disputes")
    assert rows == [("Zelensky", "Peskov", "ceasefire", None)]
    told = {notice.alert.article_id: notice for message in desk.send() for notice in desk.notices(message)}
    ((denied,), (claimed,)) = (told[name].contradictions for name in ("claim", "denial"))
    assert (denied.speaker, denied.denies, denied.text) == (
        "Peskov",
        True,
        DENIAL.split("“")[1].split("”", maxsplit=1)[0],
    )
    assert (claimed.speaker, claimed.denies) == ("Zelensky", False)


@pytest.mark.slow
def test_what_only_differs_is_no_dispute(desk):
    """Each side's "we", another topic, other figures and three days later contradict nothing."""
    desk.take_in(found("a", "“We are ready for a truce of 30 days,” Zelensky said.", topics=("ceasefire",)))
    against = "“We are not ready for a truce of {} days,” Peskov said."
    for name, days, topic in (("b", 30, "ceasefire"), ("c", 60, "ceasefire"), ("d", 30, "prisoners")):
        desk.take_in(found(name, against.format(days), topics=(topic,), stance=Stance.DENY))
    desk.take_in(found("e", CLAIMED, topics=("ceasefire",)))
    late = NOW + timedelta(hours=49)
    desk.after(hours=49).take_in(found("f", DENIAL, topics=("ceasefire",), stance=Stance.DENY, published_at=late))
    assert desk.count("disputes") == 0


def test_a_follow_up_comes_with_the_next_digest(desk_of):
    """Who gets digests gets follow-ups in them, in no thread."""
    desk = desk_of(subscriber='mode = "hourly"')
    desk.take_in(found("a", TASS, outlet="TASS"))
    assert len(desk.after(hours=1).send()) == 1
    desk.take_in(own_report())
    (digest,) = desk.after(hours=1).send()
    assert (digest.thread_of, desk.notices(digest)[0].news) == (None, News.CORROBORATED)


def test_every_match_has_one_decision(desk):
    """The rows of `decisions` are the matches of what was new or changed, each with one reason."""
    arrivals = [*copies(10), own_report(), found("b", LATER, outlet="B"), found("z", f"Zelensky spoke.\n{CITING}")]
    for place in range(0, len(arrivals), 4):
        desk.after(hours=1).take_in(*arrivals[place : place + 4])
    expected = sum(len(candidates_in(desk.setup.rules, each)) for each in arrivals)
    assert len(desk.reasons()) == expected > 10
    assert set(desk.reasons()) <= set(Reason)
    assert desk.rows("SELECT count(*) FROM decisions WHERE alert_id IS NOT NULL")[0][0] == desk.count("alerts")


def test_what_waits_for_a_source_fires_when_part_of_its_words_is_reported(desk_of):
    """A second reporter who quotes half of the sentence corroborates the whole."""
    desk = desk_of(rule="min_independent = 2")
    (held,) = desk.take_in(found("a", TASS, outlet="TASS"))
    assert held.reason is Reason.BELOW_CORROBORATION
    (copied,) = desk.after(hours=1).take_in(found("b", wire(3), outlet="Herald"))
    assert copied.reason is Reason.BELOW_CORROBORATION
    apart = f"Europe promised new weapons, and Moscow was quick to answer in its own way.\n{PARTIAL} Peskov told this paper."
    decided = desk.after(hours=1).take_in(found("c", apart, outlet="Observer"))
    assert [each.reason for each in decided].count(Reason.NEW) == 1
    assert desk.count("alerts") == 1


def test_an_article_that_comes_twice_changes_nothing(desk):
    """The same words again make no decision, no alert and no message."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    desk.send()
    assert desk.after(hours=1).take_in(found("a", TASS, outlet="TASS")) == ()
    assert (desk.count("decisions"), desk.count("messages"), desk.send()) == (1, 1, ())


def test_a_storm_is_a_few_messages_and_one_that_counts_the_rest(desk_of):
    """A feed that turns into matching entries gives max_per_hour messages and one digest of all that was held."""
    desk = desk_of(subscriber="max_per_hour = 4")
    storm = [
        found(f"s{number}", f"Item {number}: Peskov named truce number {number} of {number + 7} in room {number % 9}.")
        for number in range(300)
    ]
    for place in range(0, 300, 100):
        desk.after(minutes=1).take_in(*storm[place : place + 100])
        desk.send()
    assert desk.rows("SELECT count(*) FROM messages WHERE status = 'sent'") == [(4,)]
    (digest,) = desk.after(hours=1).send()
    assert (digest.held_by, len(digest.alert_ids)) == ("throttle", 296)
    assert desk.after(hours=2).send() == ()
    assert timedelta(0) < desk.now - digest.created_at


def test_whatever_comes_later_on_a_story_is_in_its_thread(desk):
    """Another official's alert on a story replies to the first message on it; another story starts a thread."""
    desk.take_in(found("a", TASS, outlet="TASS"))
    (first,) = desk.send()
    answer = "“A truce is what the whole world has asked for since the spring, and we said yes to it,” Zelensky said."
    (_, new) = desk.after(hours=1).take_in(found("b", f"{TASS}\n{answer}", outlet="Herald"))
    assert (new.official_id, new.reason) == ("volodymyr-zelenskyy", Reason.NEW)
    (second,) = desk.send()
    assert second.thread_of == first.message_id
    harbour = "“Ships came back to the port on the first day of the truce at sea, and they will stay,” Zelensky said."
    desk.after(hours=1).take_in(found("c", harbour, outlet="Other"))
    (third,) = desk.send()
    assert third.thread_of is None
