"""Rules on what happened: a change of stance, a contradiction, a claim denied, something said for the first time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.letters import last_positions
from alerts.records import Reason
from alerts.rules import Rule
from extractors.records import Span, StatementKind
from extractors.text.identity import statement_id
from flows.steps.decide.plan import decide, horizon
from flows.steps.record import worked_out
from flows.trials.explain import explained
from tests.alert_desk import Desk, found
from tests.test_flows_trials_memory import Recollection, setups  # noqa: F401 (a fixture)
from tests.warehouse_examples import NOW
from warehouse.disputes import Dispute

NEVER = 'cooldown = "0s"'
SPEAKS = f'scope = "speaks"\n{NEVER}'
SHIFT = f'on = ["shift"]\n{SPEAKS}'
WORDS = {
    "accept": "We agree to a truce along the present line of contact and are ready to sign",
    "reject": "There will be no truce as long as foreign soldiers stand in the four regions",
    "condition": "A truce is possible only once the deliveries of weapons have come to an end",
}


NARRATED = {"kind": StatementKind.INDIRECT, "cue": "abandoned"}


def said(name, stance, hours, *, who="Peskov", confidence=0.95, words=None, outlet=None, **changes):
    """Return an article, published so many hours on, in which somebody takes a stance on a truce."""
    text = f"“{words or WORDS[stance]},” {who} said on Friday. Nobody else spoke that day."
    return found(
        name, text, outlet=outlet, published_at=NOW + timedelta(hours=hours), topics=("ceasefire",), stance=stance,
        confidence=confidence, **changes,
    )  # fmt: skip


def fired(desk):
    """Return the articles that alerts stand on, in order."""
    return [each.alert.article_id for each in desk.memory.alerts.values()]


def lived(desk, *arrived):
    """Take articles in, one at a time, each as soon as it is published and none before another; return what fired."""
    for each in arrived:
        desk.now = max(desk.now + timedelta(minutes=1), each.article.published_at)
        desk.take_in(each)
    return fired(desk)


@pytest.mark.parametrize(
    ("rule", "script", "expected"),
    [
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30)], ["b"], id="a change fires on what changed it"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "accept", 30, words="We still agree to the truce on the line that you know")], [], id="the same again is none"),
        pytest.param(SHIFT, [said("a", "reject", 0)], [], id="nor is what is said first"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30), said("c", "reject", 31, outlet="Other")], ["b"], id="a copy of what changed it is told once"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30), said("c", "reject", 40, words="No truce will be signed while they are there, and this is final for us")], ["b"], id="what confirms it is none"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30, confidence=0.7), said("c", "reject", 40, confidence=0.7, words="No truce will be signed while they are there, and this is final for us")], ["b"], id="a doubtful one fires once another confirms it"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30, confidence=0.7)], [], id="and not before"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30), said("c", "accept", 60, words="We have thought again and agree to the truce after all")], ["b", "c"], id="going back is another change"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30, who="Zelensky")], [], id="another’s stance changes nothing"),
        pytest.param(SHIFT, [said("a", "accept", 0, process_id="karabakh"), said("b", "reject", 30, process_id="ukraine-russia")], [], id="nor does one in another negotiation"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30, **NARRATED)], [], id="nor does what one outlet narrates of him"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30, **NARRATED), said("c", "reject", 40, outlet="Other", words="his call for a truce, of which nobody has heard since", **NARRATED)], ["b"], id="until another narrates it too"),
        pytest.param(SHIFT, [said("a", "accept", 0), said("b", "reject", 30, kind=StatementKind.INDIRECT, cue="announced")], ["b"], id="reported words are his own"),
        pytest.param(SHIFT, [said("a", "reject", 0), said("b", "threaten", 30, words="There will be no truce and we will strike whoever speaks of one again")], [], id="a threat after a refusal is no change of side"),
        pytest.param(f'{SHIFT}\nto = ["condition"]', [said("a", "accept", 0), said("b", "reject", 30)], [], id="to another stance than is asked for"),
        pytest.param(f'{SHIFT}\nto = ["reject"]\nfrom = ["accept"]', [said("a", "accept", 0), said("b", "reject", 30)], ["b"], id="from and to as asked for"),
        pytest.param(f'{SHIFT}\nfrom = ["condition"]', [said("a", "accept", 0), said("b", "reject", 30)], [], id="from another than is asked for"),
        pytest.param(f'on = ["contested"]\n{SPEAKS}', [said("a", "accept", 0), said("b", "reject", 5)], ["b"], id="who contradicts himself within a day"),
        pytest.param(f'on = ["contested"]\n{SPEAKS}', [said("a", "accept", 0), said("b", "reject", 40)], [], id="later it is a change, no contradiction"),
        pytest.param(f'on = ["shift", "contested"]\n{SPEAKS}', [said("a", "accept", 0), said("b", "reject", 5)], ["b"], id="what is both is told once"),
        pytest.param(f'on = ["first"]\n{SPEAKS}', [said("a", "accept", 0)], ["a"], id="what was never said"),
    ],
)  # fmt: skip
def test_scripted_sequences(setups, rule, script, expected):  # noqa: F811 (the fixture)
    """Each change fires once, in the pass that brings it, on the article that changed it."""
    assert lived(Recollection(setups(rule)), *script) == expected


OFTEN = [said(f"n{n}", "reject", 300 + n, words=f"No truce number {n} will be signed while they are there, {n} times over") for n in range(6)]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param([said("a", "reject", 0), *OFTEN], ["n4"], id="five in a day after a quiet week, told once"),
        pytest.param(OFTEN, [], id="not in a week of which nothing is known before"),
        pytest.param([said("a", "reject", 0), *OFTEN[:4]], [], id="four are none"),
        pytest.param([said("a", "reject", 0), *(said(f"c{n}", "reject", 300 + n, outlet=f"O{n}") for n in range(6))], [], id="reports of one thing said are one"),
        pytest.param([*(said(f"p{n}", "reject", n * 11, words=f"Truce {n} of the many truces is not for us, whatever {n} others say") for n in range(50)), *(said(f"q{n}", "reject", 552 + n, words=f"No truce number {n} will be signed while they are there, {n} times over") for n in range(4))], [], id="not what is usual for him"),
    ],
)  # fmt: skip
def test_a_spate(setups, script, expected):  # noqa: F811 (the fixture)
    """Who says much more of a topic within a day than he does otherwise makes one alert."""
    assert lived(Recollection(setups(f'on = ["spike"]\n{SPEAKS}')), *script) == expected


TALKS = f'topics = ["talks"]\non = ["talks"]\n{NEVER}'
MEET = "Russian and Ukrainian negotiators will meet in Istanbul on December 4, Peskov said."
AGAIN = "Negotiators of Russia and Ukraine are to meet on December 4 in Istanbul, Peskov told the press at length."


def told(name, text, hours=0, **changes):
    """Return an article that quotes nobody, published so many hours on."""
    return found(name, text, published_at=NOW + timedelta(hours=hours), **changes)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param([told("a", MEET)], ["a"], id="a meeting that is announced"),
        pytest.param([told("a", MEET), told("b", AGAIN, 3)], ["a"], id="is told once, in whatever words"),
        pytest.param([told("a", MEET), told("b", AGAIN, 60)], ["a"], id="and not again days later"),
        pytest.param([told("a", MEET), told("b", "Talks between Russia and Ukraine in Istanbul on December 4 were cancelled, Peskov said.", 3)], ["a", "b"], id="that it is off is other news"),
        pytest.param([told("a", "Peskov spoke of the talks at length, and said nothing new.")], [], id="talks that are only spoken of"),
        pytest.param([told("a", MEET.replace("Peskov", "Fidan"))], [], id="nobody whom the rule names"),
    ],
)  # fmt: skip
def test_news_of_talks(setups, script, expected):  # noqa: F811 (the fixture)
    """What is new in the calendar fires on the sentence that tells it, once."""
    assert lived(Recollection(setups(TALKS)), *script) == expected


def test_the_calendar_is_remembered(tmp_path):
    """News of talks that the warehouse has is no news; two articles of one batch tell it once."""
    with Desk(tmp_path, rule=TALKS) as desk:
        first = desk.take_in(told("a", MEET), told("b", AGAIN))
        assert [each.reason for each in first] == [Reason.NEW, Reason.NO_CHANGE]
        assert [each.reason for each in desk.after(hours=60).take_in(told("c", AGAIN, 59))] == [Reason.NO_CHANGE]


def test_what_is_recalled_is_no_change(setups):  # noqa: F811 (the fixture)
    """A stance of earlier days that an article recalls is neither a new one nor one to go back from."""
    text = "Peskov had previously said: “{}.” Nobody else spoke that day."
    plain = found("b", text.format(WORDS["reject"]), published_at=NOW + timedelta(hours=30))
    start = plain.article.text.index("said")
    (statement,) = plain.reading.statements
    recalled = replace(statement, stance="reject", topics=("ceasefire",), cue_span=Span(start, start + 4), confidence=0.95)  # fmt: skip
    recap = replace(plain, reading=replace(plain.reading, statements=(recalled,)))
    assert lived(Recollection(setups(SHIFT)), said("a", "accept", 0), recap, said("c", "reject", 60)) == ["c"]


EVERY = (
    said("a", "accept", 0),
    said("b", "reject", 24),
    said("c", "reject", 25, outlet="Other"),
    said("d", "reject", 30, words="No truce will be signed while they are there, and this is final for us"),
    said("e", "accept", 1, outlet="Third"),
)


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(EVERY), size=st.integers(1, 5))
def test_no_order_of_arrival_changes_what_is_told(setups, order, size):  # noqa: F811 (the fixture)
    """However the reports of a stance, its change, a copy and a confirmation come in: the change is told once."""
    desk = Recollection(setups(SHIFT))
    desk.now = NOW + timedelta(hours=31)
    for start in range(0, len(order), size):
        desk.take_in(*order[start : start + size])
        desk.now += timedelta(minutes=5)
    (told,) = desk.memory.alerts.values()
    assert told.alert.stance == "reject"


OFF = "Talks between Russia and Ukraine in Istanbul on December 4 were cancelled, Peskov said."
CALENDAR = (
    told("a", MEET),
    told("b", AGAIN, 3),
    told("c", OFF, 6),
    told("d", OFF.replace("Talks", "The talks").replace("said", "told reporters"), 7, outlet="Other"),
    told("e", "Talks in Istanbul in March 2022 were held by Russia and Ukraine, Peskov said.", 8),
)


@settings(max_examples=6, deadline=None)
@given(order=st.permutations(CALENDAR), size=st.integers(1, 5))
def test_no_order_of_arrival_changes_the_news_of_talks(setups, order, size):  # noqa: F811 (the fixture)
    """However articles come in: that a meeting is set and that it is off are told once each, and a past round never."""
    desk = Recollection(setups(TALKS))
    desk.now = NOW + timedelta(hours=9)
    for start in range(0, len(order), size):
        desk.take_in(*order[start : start + size])
        desk.now += timedelta(minutes=5)
    assert sorted({"a": "set", "b": "set", "c": "off", "d": "off", "e": "past"}[name] for name in fired(desk)) == [
        "off",
        "set",
    ]


@pytest.mark.parametrize("denial_first", [False, True])
def test_a_claim_that_another_denies(setups, denial_first):  # noqa: F811 (the fixture)
    """A dispute is told when its second half comes, once, and on whoever brought that."""
    desk = Recollection(setups(f'on = ["dispute"]\n{SPEAKS}'))
    claim = said("claim", "assert", 0, words="Kyiv has agreed to the truce that we had proposed to it")
    denial = said("denial", "deny", 2, who="Zelensky", words="We have agreed to no truce and never said that we would")
    halves = (denial, claim) if denial_first else (claim, denial)
    names = {each.article.article_id: each.reading.statements[0].statement_id for each in halves}
    assert names["claim"] == statement_id("claim", claim.reading.statements[0].spans)
    reasons = []
    for each in (*halves, replace(halves[1], article=replace(halves[1].article, article_id="again", outlet="Again"))):
        batch = worked_out(desk.setup, [each])
        situation = desk.memory.situation(batch.sketches, horizon(desk.setup.rules, ()), desk.now)
        utterance = halves[0].reading.statements[0].utterance_id
        second = names[halves[1].article.article_id]
        ends = (utterance, second) if not denial_first else (second, utterance)
        dispute = Dispute(claim=ends[0], denial=ends[1], topic="ceasefire", denied_at=NOW)
        if each is not halves[0]:
            situation = replace(situation, disputes=(dispute,))
        plan = decide(situation, batch, desk.now, rules=desk.setup.rules, subscribers=())
        desk.memory.add(plan)
        reasons += [decision.reason for decision in plan.decisions]
        desk.now += timedelta(minutes=5)
    assert fired(desk) == [halves[1].article.article_id]
    assert reasons[:2] == [Reason.NO_CHANGE, Reason.NEW]


def test_both_ends_stand_in_the_message(tmp_path):
    """The letter on a change has the new words, and the last ones before it with their outlet and date."""
    with Desk(tmp_path, rule=SHIFT) as desk:
        assert [each.reason for each in desk.take_in(said("a", "accept", -30, outlet="Herald"))] == [Reason.NO_CHANGE]
        assert [each.reason for each in desk.after(hours=1).take_in(said("b", "reject", 0))] == [Reason.NEW]
        (message,) = desk.send()
        (notice,) = desk.notices(message)
    assert WORDS["reject"] in notice.alert.excerpt
    (line,) = last_positions(notice, timezone="UTC")
    assert line.startswith("Last known position on ceasefire: accept")
    assert line.endswith("(Herald)")
    assert WORDS["accept"][:60] in line


def test_explain_has_the_other_end_of_a_change(tmp_path):
    """The account of an alert on a change says what the rule waits for, and what he had said before, where and when."""
    with Desk(tmp_path, rule=SHIFT) as desk:
        desk.take_in(said("a", "accept", -30, outlet="Herald"))
        (made,) = desk.after(hours=1).take_in(said("b", "reject", 0))
        assert made.alert
    told = explained(desk.setup.settings, made.alert.alert_id)
    waits = "the rule waits for shift; before its words, or against them, stands\n  Last known position on ceasefire: accept"
    assert waits in told
    assert WORDS["accept"][:60] in told
    assert "derived again: yes, the same" in told


def test_what_was_no_change_becomes_one(tmp_path):
    """An article that changed nothing when it came is decided again, from the warehouse, once an earlier one comes."""
    with Desk(tmp_path, rule=SHIFT) as desk:
        assert [each.reason for each in desk.take_in(said("b", "reject", 0))] == [Reason.NO_CHANGE]
        late = desk.after(hours=1).take_in(said("a", "accept", -30))
        assert [(each.article_id, each.reason) for each in late] == [("a", Reason.NO_CHANGE), ("b", Reason.NEW)]
        assert desk.after(hours=1).take_in(said("c", "accept", -31, outlet="Third"))[0].reason is Reason.NO_CHANGE


@pytest.mark.parametrize("keys", [{}, {"on": ("shift",)}])
def test_a_rule_looks_for_something(keys):
    """A rule without keywords and topics is refused; topics alone are enough."""
    plain = {"name": "r", "officials": "any", "subscribers": ("desk",), **keys}
    with pytest.raises(ValidationError, match="write keywords, or topics"):
        Rule.model_validate(plain)
    assert Rule.model_validate({**plain, "topics": ("ceasefire",)}).phrases == ("topic:ceasefire",)
