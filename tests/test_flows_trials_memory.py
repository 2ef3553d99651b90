from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.records import Arrival
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.decide.plan import decide, horizon
from flows.steps.meaning import same_meanings
from flows.steps.record import worked_out
from flows.steps.relate import wordings
from flows.trials.memory import Memory
from tests.alert_desk import CONFIGURATION, DENIED, Desk, copies, found, own_report, wire
from tests.batches import batch_of, countries
from tests.story_examples import TASS
from tests.test_extractors_meaning import directed
from tests.test_flows_relating import EXPECTED as STORIES
from tests.test_flows_relating import TOLD
from tests.test_flows_relating import read as told_as
from tests.test_flows_uttering import EXPECTED as UTTERANCES
from tests.test_flows_uttering import REPORTS
from tests.warehouse_examples import NOW

NEVER = 'cooldown = "0s"'
OTHER = "“A truce of three days is another matter, and we may come back to it after the holidays,” Peskov said."
MORE = f"Europe has promised new weapons to Kyiv.\n{OTHER}"


class Recollection:
    """A desk without a warehouse: what is decided rests on what is kept in memory."""

    def __init__(self, setup: Setup) -> None:
        """Begin with nothing."""
        self.setup, self.memory, self.now, self.sent = setup, Memory(), NOW, 0

    def take_in(self, *arrived):
        """Take articles in, a batch, as arriving now; return what is planned."""
        reads = [replace(each, article=replace(each.article, first_seen_at=self.now)) for each in arrived]
        return self.planned(worked_out(self.setup, reads))

    def planned(self, batch):
        """Plan a batch, and keep the plan."""
        rules, subscribers = self.setup.rules, self.setup.settings.subscribers
        situation = self.memory.situation(batch.sketches, horizon(rules, subscribers), self.now)
        plan = decide(situation, batch, self.now, rules=rules, subscribers=subscribers)
        self.memory.add(plan)
        return plan

    def send(self):
        """Send what is due; return how many messages left so far."""
        self.memory.send_all(self.now)
        return sum(each.attempts for each in self.memory.messages.values())


@pytest.fixture(scope="module")
def setups(tmp_path_factory):
    """Return a function that returns what a desk with these lines in its rule works with, each made once."""
    made = {}

    def setup(rule=""):
        if rule not in made:
            path = tmp_path_factory.mktemp("desk") / "talkwatch.toml"
            path.write_text(CONFIGURATION.format(rule=rule, subscriber=""), encoding="utf-8")
            made[rule] = prepared(load_settings(path))
        return made[rule]

    return setup


@settings(max_examples=8, deadline=None)
@given(
    order=st.permutations([*range(11)]),
    size=st.integers(1, 4),
    gap=st.integers(1, 60 * 4),
    rule=st.sampled_from(["", NEVER, 'scope = "speaks"']),
)
def test_no_order_of_arrival_changes_the_count(setups, order, size, gap, rule):
    """Copies, rewrites and a report of one's own, in any order and pace within two days: one alert, told twice at most."""
    every = [*copies(10), own_report()]
    desk = Recollection(setups(rule))
    for start in range(0, len(order), size):
        desk.take_in(*(every[number] for number in order[start : start + size]))
        sent = desk.send()
        desk.now += timedelta(minutes=gap)
    (told,) = desk.memory.alerts.values()
    assert 1 <= sent <= 2
    assert told.sources == 2


@settings(max_examples=12, deadline=None)
@given(st.permutations(TOLD), st.integers(1, len(TOLD)))
def test_the_order_of_arrival_does_not_change_stories(setups, order, size):
    """However the articles arrive, one by one or together, the same ones tell one story, with the same labels."""
    desk = Recollection(setups())
    for start in range(0, len(order), size):
        desk.planned(batch_of(*map(told_as, order[start : start + size])))
    stories: dict[str, set[str]] = {}
    for name, member in desk.memory.members.items():
        stories.setdefault(member.telling.story_id, set()).add(name)
        told = next(each for each in TOLD if each.name == name)
        assert (member.label.copy_kind, member.source) == (told.kind, told.source)
    assert set(map(frozenset, stories.values())) == STORIES


@settings(max_examples=15, deadline=None)
@given(st.permutations(REPORTS), st.integers(1, len(REPORTS)))
def test_the_order_of_arrival_does_not_change_utterances(setups, order, size):
    """However they arrive, reports of one utterance are joined, and what is said again another week is another."""
    desk, one = Recollection(setups()), {}
    for start in range(0, len(order), size):
        related = desk.planned(batch_of(*order[start : start + size])).related
        one |= related.joined_utterances
    said: dict[str, set[str]] = {}
    for each in desk.memory.reporters():
        said.setdefault(each.utterance_id, set()).add(each.article_id)
    assert set(map(frozenset, said.values())) == UTTERANCES
    assert said.keys().isdisjoint(one)


ARRIVALS = (
    *copies(4),
    own_report(),
    found("more", MORE, outlet="Gazette"),
    found("denied", f"{TASS}\n{DENIED}", outlet="Herald"),
    found("c0", f"{TASS}\n{OTHER}", outlet="TASS"),
    replace(found("old", wire(5), outlet="Archive"), arrival=Arrival.IMPORTED),
)


@pytest.mark.parametrize("rule", ["", NEVER, "min_independent = 2", 'repeat = "1h"\nfollow_ups = [2, 3]'])
@pytest.mark.parametrize("size", [1, 4])
def test_memory_and_warehouse_come_to_the_same(tmp_path, setups, rule, size):
    """The same articles at the same times come to the same decisions, follow-ups and messages in either."""
    recollection = Recollection(setups(rule))
    with Desk(tmp_path, rule=rule) as desk:
        for start in range(0, len(ARRIVALS), size):
            batch = ARRIVALS[start : start + size]
            desk.after(minutes=50)
            recollection.now = desk.now
            plan = recollection.take_in(*batch)
            assert desk.take_in(*batch) == plan.decisions
            desk.send()
            recollection.send()
        assert desk.rows("SELECT follow_up_id FROM follow_ups ORDER BY ALL") == sorted(
            (each.follow_up_id,) for each in recollection.memory.follow_ups
        )
        assert desk.rows("SELECT message_id, alert_id FROM message_alerts ORDER BY ALL") == sorted(
            (each.message_id, name) for each in recollection.memory.messages.values() for name in each.alert_ids
        )
        assert desk.rows("SELECT alert_id, sources, told_at FROM alerts ORDER BY ALL") == sorted(
            (name, each.sources, each.told_at) for name, each in recollection.memory.alerts.items()
        )


# Three things said, each in other words in each article, and each article known by what it says.
WORDED = {
    "home-a": "“If there is a chance for a truce that brings our prisoners home, we will take it,” Peskov said.",
    "home-b": "“Should there be an opportunity for a truce that returns our prisoners, we will use it,” Peskov said.",
    "home-c": "“Если есть возможность перемирия, которое вернёт наших пленных домой, мы ею воспользуемся,” Peskov said.",
    "home-d": "“A truce that brings our prisoners home we will take,” Peskov said in Moscow.",
    "sea-a": "“A truce at sea may begin this week and hold for as long as the port is open,” Peskov said.",
    "sea-b": "“This week can be the start of a naval truce that lasts as long as harbours are open,” Peskov said.",
    "watch-a": "“Nobody has asked us yet who is to watch over the truce along the coast,” Peskov said.",
    "watch-b": "“We were not asked by anyone who will monitor a coastal truce,” Peskov said.",
}
DIRECTIONS = {"home": directed(1), "sea": directed(0, 1), "watch": directed(0, 0, 1)}
THINGS = {frozenset(name for name in WORDED if name.startswith(thing)) for thing in DIRECTIONS}
ARTICLES = {name: found(name, text) for name, text in WORDED.items()}
MEANT = {
    sentence: DIRECTIONS[name.partition("-")[0]]
    for name, each in ARTICLES.items()
    for word in wordings(each, countries())
    for sentence in word.sentences
}


class Understanding(Recollection):
    """A desk that knows what is meant."""

    def planned(self, batch):
        """Plan a batch with what it means, and keep the plan."""
        rules, subscribers = self.setup.rules, self.setup.settings.subscribers
        far = horizon(rules, subscribers)
        meant = same_meanings(batch.wordings, tuple(self.memory.near_reports(batch.wordings, far, self.now)), MEANT)
        situation = self.memory.situation(batch.sketches, far, self.now, meant)
        plan = decide(situation, batch, self.now, rules=rules, subscribers=subscribers)
        self.memory.add(plan)
        return plan

    def things(self):
        """Return which articles report each thing said."""
        said = defaultdict(set)
        for each in self.memory.reporters():
            said[each.utterance_id].add(each.article_id)
        return set(map(frozenset, said.values()))


@settings(max_examples=15, deadline=None)
@given(order=st.permutations([*ARTICLES]), size=st.integers(1, 4), gap=st.integers(1, 60 * 4))
def test_no_order_of_arrival_changes_what_is_said_or_told(setups, order, size, gap):
    """Translations and paraphrases, in any order and pace: as many things said and alerts, and what is one stays one."""
    desk, before = Understanding(setups(NEVER)), set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("extractors.text.vectors.is_there", lambda: False)
        for start in range(0, len(order), size):
            desk.take_in(*(ARTICLES[name] for name in order[start : start + size]))
            now = desk.things()
            assert all(any(old <= new for new in now) for old in before)
            before, desk.now = now, desk.now + timedelta(minutes=gap)
    assert before == THINGS
    assert len(desk.memory.alerts) == len(THINGS)
