from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.message_records import KnownPosition
from extractors.records import Mention, MentionKind, Span
from tests.batches import take_in
from tests.statement_examples import read
from tests.warehouse_examples import NOW, alert, decision, new_warehouse
from warehouse import alerts, officials
from warehouse.officials import OfficialTerm
from warehouse.positions import known_before
from warehouse.store import writing

DAY = timedelta(days=1)
SCRIPT = (*("reject",) * 5, *("condition",) * 2, "accept")
SIDES = {"dmitry-peskov": "russia", "sergei-lavrov": "russia", "volodymyr-zelensky": "ukraine"}


def spoken(name, stance, days, **changes):
    """Return an article of one statement on a ceasefire, so many days on."""
    words = f"{stance} {name} is what we say about a truce"
    return read(name, words, hours=24 * days, seen=24 * days, **{"topics": ("ceasefire",), "stance": stance, **changes})


SPOKEN = tuple(spoken(f"a{day}", stance, day) for day, stance in enumerate(SCRIPT))


def drawn(session, columns="stance, statements"):
    """Return the positions in order."""
    return session.rows(f"SELECT {columns} FROM positions ORDER BY official_id, topic, since")


def save_roster(session):
    """Record who is on which side."""
    terms = [
        OfficialTerm(
            official_id=name, name=name, country=None, side=side, role=None, role_from=None, role_to=None, aliases=()
        )
        for name, side in SIDES.items()
    ]
    officials.save_officials(session, terms)


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


# Every end of a position and side of a shift, with the stance that its statement is to have.
ENDS = """
    SELECT official_id, topic, stance, unnest([first_statement_id, last_statement_id]) AS statement_id FROM positions
    UNION ALL
    SELECT official_id, topic, from_stance, before_statement_id FROM position_shifts
    UNION ALL
    SELECT official_id, topic, to_stance, after_statement_id FROM position_shifts
    UNION ALL
    SELECT official_id, topic, to_stance, confirmed_statement_id FROM position_shifts
    WHERE confirmed_statement_id IS NOT NULL
"""
PROVEN = f"""
    SELECT bool_and(
        coalesce(s.official_id = e.official_id AND s.stance = e.stance AND list_contains(s.topics, e.topic)
            AND s.text = substr(a.text, s.start_char + 1, s.end_char - s.start_char), false))
    FROM ({ENDS}) AS e
    LEFT JOIN statements AS s USING (statement_id)
    LEFT JOIN articles AS a USING (article_id)
"""


def evidence(session):
    """Tell whether each position and shift stands on statements of that stance, cut out of their articles."""
    return session.row(PROVEN) != (False,)


WORDED = st.builds(
    spoken,
    st.text("abcdef", min_size=3, max_size=3),
    st.sampled_from(["reject", "condition", "offer", "accept", "assert"]),
    st.integers(0, 9),
    confidence=st.sampled_from([0.5, 0.95]),
    speaker_id=st.sampled_from(["dmitry-peskov", "sergei-lavrov"]),
)


@settings(max_examples=3, deadline=None)
@given(st.lists(WORDED, max_size=12, unique_by=lambda each: each.article.article_id), st.integers(1, 5))
def test_positions_and_shifts_can_be_proven(reads, size):
    """Whatever was said and however it came in, each end is a statement of that official, topic and stance, in place."""
    with TemporaryDirectory() as folder, writing(new_warehouse(Path(folder))) as session:
        save_roster(session)
        for start in range(0, len(reads), size):
            take_in(session, *reads[start : start + size])
        assert evidence(session)
        contests = "SELECT contested_statement_id FROM positions WHERE contested"
        assert session.rows(f"{contests} AND contested_statement_id NOT IN (SELECT statement_id FROM statements)") == []


@settings(max_examples=2, deadline=None)
@given(st.permutations(SPOKEN), st.integers(1, len(SPOKEN)))
def test_a_scripted_sequence_has_two_shifts(order, size):
    """Reject five times, conditions twice, accept: whatever the order of arrival, three positions and two shifts."""
    with TemporaryDirectory() as folder, writing(new_warehouse(Path(folder))) as session:
        for start in range(0, len(order), size):
            take_in(session, *order[start : start + size])
        assert drawn(session) == [("reject", 5), ("condition", 2), ("accept", 1)]
        assert session.rows(
            "SELECT from_stance, to_stance, shifted_at, contested FROM position_shifts ORDER BY ALL"
        ) == [
            ("condition", "accept", NOW + 7 * DAY, False),
            ("reject", "condition", NOW + 5 * DAY, False),
        ]
        assert evidence(session)
        assert session.row("SELECT count(*) FROM stale_positions") == (0,)


def test_nobody_shifts_from_one_negotiation_to_another(session):
    """Positions are kept apart by negotiation: who accepts a truce here and rejects one there has not moved."""
    karabakh, ukraine = {"process_id": "karabakh"}, {"process_id": "ukraine-russia"}
    takes = ((0, "accept", karabakh), (1, "reject", ukraine), (2, "accept", karabakh), (3, "condition", ukraine))
    take_in(session, *(spoken(f"a{day}", stance, day, **process) for day, stance, process in takes))
    assert drawn(session, "process_id, stance, statements") == [
        ("karabakh", "accept", 2),
        ("ukraine-russia", "reject", 1),
        ("ukraine-russia", "condition", 1),
    ]
    shifts = session.rows("SELECT process_id, from_stance, to_stance FROM position_shifts")
    assert shifts == [("ukraine-russia", "reject", "condition")]
    assert session.rows("SELECT process_id, count(*) FROM utterances GROUP BY ALL ORDER BY ALL") == [
        ("karabakh", 2),
        ("ukraine-russia", 2),
    ]


def test_a_conditional_offer_is_no_shift(session):
    """An offer and its condition in one article are one position, whose evidence is the condition."""
    both, other = spoken("a", "offer", 0), spoken("a", "condition", 0).reading.statements[0]
    words = "Unless every soldier leaves Kherson our weapons will never fall silent"
    span = Span(50, 50 + len(words))
    second = replace(other, statement_id="second", utterance_id="other", text=words, span=span, spans=(span,))
    article = replace(both.article, text=f"{both.article.text:<50}{words}")
    reading = replace(both.reading, statements=(*both.reading.statements, second))
    take_in(session, replace(both, article=article, reading=reading))
    assert drawn(session, "stance, first_statement_id") == [("condition", "second")]
    assert session.row("SELECT count(*) FROM position_shifts") == (0,)


def test_each_of_several_who_speak_as_one_takes_the_side(session):
    """Whoever is named first: all whom the article names have the position, each once; who is no official has none."""
    one = spoken("a", "demand", 0, speaker="Keir Starmer; Britain; Emmanuel Macron", speaker_id="keir-starmer")
    names = (("keir-starmer", "Keir Starmer"), ("emmanuel-macron", "Emmanuel Macron"), ("mark-carney", "Mark Carney"))
    mentions = tuple(
        Mention(kind=MentionKind.OFFICIAL, ref_id=ref, name=name, surface=name, span=Span(0, 1)) for ref, name in names
    )
    place = Mention(kind=MentionKind.PLACE, ref_id="britain", name="Britain", surface="Britain", span=Span(0, 1))
    take_in(session, replace(one, reading=replace(one.reading, mentions=(*mentions, place))))
    assert drawn(session, "official_id, stance") == [("emmanuel-macron", "demand"), ("keir-starmer", "demand")]


def test_what_brings_nothing_changes_nothing(session):
    """A batch without new statements draws no position anew."""
    assert len(take_in(session, SPOKEN[0]).related.redrawn) == 1
    assert take_in(session, SPOKEN[0]).related.redrawn == ()


def test_a_revision_takes_its_evidence_away(session):
    """What an article does not say any more is no evidence: the position before it stands again."""
    take_in(session, *SPOKEN)
    take_in(session, read("a7", "We have said all about it", hours=24 * 7, seen=24 * 8, topics=("talks",)))
    assert drawn(session) == [("reject", 5), ("condition", 2)]


def test_copies_in_other_outlets_are_one_statement(session):
    """The same words in three articles are stated once and reported three times, also when a later copy joins them."""
    words = "We reject a truce of any kind as long as weapons flow to the front from the capitals of Europe"
    parts = [words[:55], words[40:], words]
    reads = [
        read(f"c{n}", part, hours=n, seen=n, topics=("ceasefire",), stance="reject") for n, part in enumerate(parts)
    ]
    take_in(session, *reads[:2])
    assert drawn(session, "statements, reports") == [(2, 2)]
    take_in(session, reads[2])
    assert drawn(session, "statements, reports") == [(1, 3)]


def test_an_undated_statement_is_of_when_it_came(session):
    """Without a date of publication the arrival counts."""
    take_in(session, spoken("a", "reject", 3, published=False))
    assert drawn(session, "since, until") == [(NOW + 3 * DAY, NOW + 3 * DAY)]


def test_officials_off_the_roster_and_denied_words_have_no_position(session):
    """Only who is watched has positions, and what he did not say is none."""
    take_in(session, spoken("a", "reject", 0, speaker="a minister", speaker_id=None))
    take_in(session, spoken("b", "reject", 0, denied=True))
    assert drawn(session) == []


def test_a_colleague_contests_and_an_opponent_does_not(session):
    """What another of one side said the same day stands beside the position, whoever's statement came last."""
    save_roster(session)
    take_in(session, spoken("a", "reject", 0))
    take_in(session, spoken("b", "accept", 0.5, speaker="Volodymyr Zelensky", speaker_id="volodymyr-zelensky"))
    assert drawn(session, "contested") == [(False,), (False,)]
    take_in(session, spoken("c", "accept", 0.7, speaker="Sergei Lavrov", speaker_id="sergei-lavrov"))
    assert drawn(session, "official_id, contested, contested_statement_id IS NOT NULL") == [
        ("dmitry-peskov", True, True),
        ("sergei-lavrov", True, True),
        ("volodymyr-zelensky", False, False),
    ]


def stood(topic, stance, days, name):
    """Return a position as last stated in an article."""
    words = f"{stance} {name} is what we say about a truce"
    return KnownPosition(topic=topic, stance=stance, stated_at=NOW + days * DAY, words=words, outlet=name.title())


def test_an_alert_s_last_known_position(session):
    """Before the first report of what the alert is about, on the topics of that; a copy of it is no earlier position."""
    words = "We accept a truce along the whole line of contact from tomorrow on, without any condition"
    copies = [
        read(name, words, hours=24 * days, topics=("ceasefire", "talks"), stance="accept")
        for name, days in (("b", 7), ("c", 8))
    ]
    take_in(session, *SPOKEN[:7], *copies)
    (utterance,) = session.row("SELECT utterance_id FROM statements WHERE article_id = 'c'")
    alerts.save_decisions(session, [decision(alert("c", utterance_id=utterance))])
    alerts.save_decisions(session, [decision(alert("b", rule="named", utterance_id=None))])
    assert known_before(session, ["alert-ceasefire-c", "alert-named-b"]) == {
        "alert-ceasefire-c": (stood("ceasefire", "condition", 6, "a6"),)
    }


def test_an_alert_s_last_known_position_is_the_newest_before_it(session):
    """The official's newest position on each topic of the alert, with when it was last stated by then."""
    take_in(session, *SPOKEN, spoken("t", "offer", 1, topics=("talks", "istanbul")))

    def known(days, **speaker):
        said = spoken(f"m{days}", "assert", days, topics=("ceasefire", "talks"), **speaker)
        take_in(session, said)
        (statement,) = said.reading.statements
        fired = alert(said.article.article_id, utterance_id=statement.utterance_id, official_id=statement.speaker_id)
        alerts.save_decisions(session, [decision(fired)])
        return known_before(session, [fired.alert_id]).get(fired.alert_id, ())

    assert known(0) == ()
    assert known(2.5) == (
        stood("ceasefire", "reject", 2, "a2"),
        stood("talks", "offer", 1, "t"),
    )
    assert [each.stance for each in known(7)] == ["condition", "offer"]
    assert known(99)[0] == stood("ceasefire", "accept", 7, "a7")
    assert known(98, speaker="Sergei Lavrov", speaker_id="sergei-lavrov") == ()


def test_what_an_older_version_left_to_be_drawn_is_drawn(session):
    """Statements that are older than positions make positions when the next batch comes."""
    take_in(session, *SPOKEN)
    session.run("DELETE FROM positions")
    session.run("INSERT INTO stale_positions (official_id, topic) VALUES ('dmitry-peskov', 'ceasefire')")
    take_in(session, spoken("b", "reject", 9, speaker="Sergei Lavrov", speaker_id="sergei-lavrov"))
    assert drawn(session)[:3] == [("reject", 5), ("condition", 2), ("accept", 1)]
    assert session.row("SELECT count(*) FROM stale_positions") == (0,)
