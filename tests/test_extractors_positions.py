from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.negotiation.positions import SIDES, matters, party, records
from extractors.records import Mention, MentionKind, Span
from extractors.relation_records import Take
from extractors.speech.stances import Stance
from tests.alert_desk import said_in

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def take(name, stance, hours, *, confidence=0.95, utterance=None, official="dmitry-peskov", denied=False):
    """Return a report of a stance on a ceasefire, so many hours on."""
    return Take(
        official_id=official,
        topic="ceasefire",
        statement_id=name,
        utterance_id=utterance or f"u-{name}",
        at=NOW + hours * HOUR,
        stance=stance,
        confidence=confidence,
        denied=denied,
        article_id=name,
    )


def script(text, *, step=30, confidence=0.95):
    """Return the takes of a script such as "reject reject? accept": a mark says that the speaker is not certain."""
    words = text.split()
    return [
        take(f"s{n:02}", word.rstrip("?"), n * step, confidence=0.5 if word.endswith("?") else confidence)
        for n, word in enumerate(words)
    ]


def record(takes, colleagues=()):
    """Return what is drawn of the first of two officials of a side."""
    return records([takes, colleagues])[0]


def stances(takes, colleagues=()):
    """Return the stances of the positions, in order."""
    return " ".join(position.stance for position in record(takes, colleagues).positions)


def test_statements_of_one_article_come_in_its_order():
    """What was published at one moment is ordered by its place in the text, not by the statements' names."""
    said = [
        replace(take(name, stance, 0), place=place) for name, stance, place in (("b", "reject", 1), ("a", "accept", 9))
    ]
    assert stances(said) == "reject accept"


@pytest.mark.parametrize(
    ("topic", "said", "turned"),
    [
        pytest.param("sanctions", "reject threaten", True, id="who threatens sanctions is for them"),
        pytest.param(
            "military-operations", "threaten reject", True, id="and who rejects an attack he threatened is not"
        ),
        pytest.param("energy-strikes", "threaten accept", False, id="to threaten strikes and to back them is one side"),
        pytest.param("talks", "reject threaten", False, id="a threat to leave talks is against them"),
        pytest.param("ceasefire", "threaten accept", True, id="as is one to end a truce"),
        pytest.param("peace-deal", "reject threaten", False, id="or to walk away from a deal"),
    ],
)
def test_a_threat_is_for_what_it_threatens_with(topic, said, turned):
    """What is itself a means of pressure is wanted by whoever threatens with it; of all else a threat takes something away."""
    assert bool(record([replace(each, topic=topic) for each in script(said)]).shifts) is turned


def test_a_threat_is_contested_by_who_is_against_it():
    """A colleague who rejects the sanctions that another threatens contradicts him; one who backs them does not."""
    for stance, contested in (("reject", True), ("accept", False)):
        own = [replace(take("a", "threaten", 0), topic="sanctions")]
        other = [replace(take("b", stance, 2, official="sergei-lavrov"), topic="sanctions")]
        (position,) = record(own, other).positions
        assert bool(position.contested_statement_id) is contested


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        pytest.param("offer condition", "condition", id="an offer with a condition is one conditional offer"),
        pytest.param("condition offer demand", "condition", id="in whatever order"),
        pytest.param("reject condition", "condition", id="a refusal that names its condition is a condition"),
        pytest.param("offer reject condition", "condition", id="a condition tells how for and against go together"),
        pytest.param("offer reject", "offer reject", id="for and against without one contradict each other"),
        pytest.param("offer demand", "offer", id="what he asks for beside an offer is part of it"),
        pytest.param("offer accept", "accept", id="who accepts offers no more"),
        pytest.param("demand threaten", "threaten", id="a demand under a threat is a threat"),
        pytest.param("condition? offer", "offer", id="a doubtful report makes a certain one no more specific"),
        pytest.param("offer? condition?", "", id="two doubtful ones of different stances make none"),
    ],
)
def test_one_article_is_one_moment(said, drawn):
    """Of several stances in one article the most specific is his position: nobody moves within one article."""
    takes = [replace(each, article_id="a", place=place) for place, each in enumerate(script(said, step=0))]
    assert stances(takes) == drawn
    apart = [replace(each, article_id=each.statement_id) for each in script(said.replace("?", ""), step=0)]
    assert len(record(apart).positions) == len(said.split())


def test_an_offer_withdrawn_with_its_condition_contests_nobody():
    """What is part of a conditional offer is no rejection of a colleague's offer."""
    own = [replace(each, article_id="a") for each in script("reject condition", step=0)]
    other = take("other", "offer", 1, official="sergei-lavrov")
    assert [each.contested_statement_id for each in records([[other], own])[0].positions] == [None]


@pytest.mark.parametrize(
    ("said", "drawn"),
    [
        pytest.param(
            "reject reject reject reject reject condition condition accept",
            "reject condition accept",
            id="each change of stance is a shift, however often a stance is stated",
        ),
        pytest.param("reject? reject? condition? condition?", "reject condition", id="two of low confidence make one"),
        pytest.param("reject reject accept? reject", "reject", id="one of low confidence is no shift"),
        pytest.param("reject reject accept?", "reject", id="not at the end either"),
        pytest.param("reject accept? reject accept? reject", "reject", id="nor two with his stance between them"),
        pytest.param("reject accept? condition? accept?", "reject accept", id="two with another stance between them"),
        pytest.param("accept? reject", "reject", id="nor is it a first position"),
        pytest.param("accept?", "", id="nor the only one"),
        pytest.param("reject assert accept", "reject accept", id="an assertion ends nothing"),
        pytest.param("reject deny doubt none assert reject", "reject", id="nor do denial, doubt and none"),
        pytest.param("assert deny doubt none", "", id="and they make none"),
        pytest.param("reject accept reject", "reject accept reject", id="back again after more than a day"),
        pytest.param("demand demand threaten", "demand threaten", id="every position counts"),
    ],
)
def test_positions_are_drawn_from_statements(said, drawn):
    """A stance becomes a position with its second statement or with one of high confidence."""
    assert stances(script(said)) == drawn


def test_a_scripted_sequence_has_two_shifts():
    """Reject five times, conditions twice, accept: from reject to condition and from condition to accept."""
    takes = script("reject reject reject reject reject condition condition accept")
    drawn = record(takes)
    assert [
        (each.from_stance, each.to_stance, each.before_statement_id, each.after_statement_id) for each in drawn.shifts
    ] == [("reject", "condition", "s04", "s05"), ("condition", "accept", "s06", "s07")]
    assert [each.confirmed_statement_id for each in drawn.shifts] == ["s06", None]
    assert [each.shifted_at for each in drawn.shifts] == [takes[5].at, takes[7].at]
    assert [(each.since, each.until, each.statements) for each in drawn.positions] == [
        (takes[0].at, takes[4].at, 5),
        (takes[5].at, takes[6].at, 2),
        (takes[7].at, takes[7].at, 1),
    ]


def shifts(takes):
    """Return the shifts, in order."""
    return " ".join(f"{each.from_stance}>{each.to_stance}" for each in record(takes).shifts)


@pytest.mark.parametrize(
    ("said", "narrated", "outlets", "drawn"),
    [
        pytest.param("reject accept", (), "A A", "reject>accept", id="his own words, of one outlet"),
        pytest.param("reject accept", (1,), "A A", "", id="one outlet narrates the new stance"),
        pytest.param("reject accept", (0,), "A A", "", id="or the old one"),
        pytest.param("reject accept accept", (1, 2), "A A B", "reject>accept", id="two outlets narrate it"),
        pytest.param("reject accept accept", (1, 2), "A B B", "", id="one outlet, twice"),
        pytest.param("reject accept accept", (1,), "A B B", "reject>accept", id="one narrates what he then says"),
        pytest.param("reject accept reject", (1,), "A B A", "", id="what one narrates between his words is no way there and back"),
        pytest.param("reject offer condition", (1,), "A B A", "reject>condition", id="nor a stop on his way"),
        pytest.param("offer accept", (), "A A", "", id="who offers and then accepts stands on one side"),
        pytest.param("reject threaten", (), "A A", "", id="so does who rejects and then threatens"),
        pytest.param("demand condition reject", (), "A A A", "condition>reject", id="a shift leads from his last stance on that side"),
    ],
)  # fmt: skip
def test_a_shift_rests_on_what_he_said(said, narrated, outlets, drawn):
    """Each end of a shift is on another side, and rests on his own words or on two outlets."""
    takes = [
        replace(each, narrated=place in narrated, outlet=outlet)
        for place, (each, outlet) in enumerate(zip(script(said), outlets.split(), strict=True))
    ]
    assert shifts(takes) == drawn


@pytest.mark.parametrize(
    ("said", "articles", "step", "drawn"),
    [
        pytest.param("reject accept", "A A", 0, "", id="for and against in one article contradict, and turn nothing"),
        pytest.param("offer reject", "A B", 30, "offer>reject", id="two articles do"),
        pytest.param("offer reject offer", "A B B", 30, "", id="nor what is told beside the stance of before"),
        pytest.param("offer reject offer reject", "A B B C", 30, "offer>reject", id="until another article tells it alone"),
        pytest.param("demand reject", "A B", 5, "", id="a demand and a refusal of one morning are one occasion"),
        pytest.param("demand reject reject", "A B C", 8, "demand>reject", id="what goes on half a day later is another"),
        pytest.param("accept condition", "A B", 11, "", id="nor does a condition come after a yes so soon"),
        pytest.param("accept reject", "A B", 5, "accept>reject", id="a no may come the same day"),
    ],
)  # fmt: skip
def test_one_occasion_is_no_shift(said, articles, step, drawn):
    """What founds a new stance stands in another article, and where one of both is a condition on another occasion."""
    takes = script(said, step=step)
    placed = [
        replace(each, article_id=article, at=takes["ABC".index(article)].at if step else each.at, place=place)
        for place, (each, article) in enumerate(zip(takes, articles.split(), strict=True))
    ]
    assert shifts(placed) == drawn


def test_confidence_that_is_not_known_is_taken_at_its_word():
    """Statements that an earlier version stored say nothing about their speaker's certainty."""
    assert stances(script("reject accept", confidence=None)) == "reject accept"


def test_going_back_within_a_day_is_no_shift_but_contested():
    """He said the opposite once and took it back: his position stands, with the statement that contests it."""
    drawn = record(script("reject reject accept reject", step=5))
    (position,) = drawn.positions
    assert (position.stance, position.statements, position.contested_statement_id) == ("reject", 3, "s02")
    assert drawn.shifts == ()


def test_going_back_counts_only_from_a_speaker_who_is_certain():
    """A doubtful report of the old stance takes nothing back."""
    assert stances(script("reject accept reject?", step=5)) == "reject accept"


def test_a_shift_within_a_day_to_the_opposite_is_contested():
    """Both positions say so, and the shift; a condition is not the opposite of anything."""
    drawn = record(script("reject accept", step=5))
    assert [each.contested_statement_id for each in drawn.positions] == ["s01", "s00"]
    assert [each.contested for each in drawn.shifts] == [True]
    assert [each.contested for each in record(script("reject condition accept", step=20)).shifts] == [False, False]


def test_a_colleague_s_opposite_within_a_day_contests():
    """What another of the side says is no position of his, but stands beside it; a week later it does not."""
    own = script("reject reject", step=24 * 7)
    other = take("other", "offer", 20, official="sergei-lavrov")
    assert [each.contested_statement_id for each in record(own, [other]).positions] == ["other"]
    late = take("other", "offer", 24 * 3, official="sergei-lavrov")
    assert [each.contested_statement_id for each in record(own, [late]).positions] == [None]
    same = take("other", "reject", 2, official="sergei-lavrov")
    assert [each.contested_statement_id for each in record(own, [same]).positions] == [None]


@pytest.mark.parametrize(
    ("narrated", "articles", "contested"),
    [
        pytest.param((), "A B", True, id="his own words, in two articles"),
        pytest.param((), "A A", False, id="one article tells both of one occasion"),
        pytest.param((0,), "A B", False, id="an outlet narrates the one"),
        pytest.param((1,), "A B", False, id="or the other"),
    ],
)
def test_what_contests(narrated, articles, contested):
    """Only what was said contests, and what one article tells of one occasion contradicts nothing."""
    takes = [
        replace(each, narrated=place in narrated, article_id=article, at=NOW if articles == "A A" else each.at)
        for place, (each, article) in enumerate(zip(script("accept reject", step=5), articles.split(), strict=True))
    ]
    assert [bool(each.contested_statement_id) for each in record(takes).positions] == [contested] * 2


def test_copies_count_once():
    """Ten reports of one utterance are one statement of its stance, the first report its evidence."""
    copies = [take(f"c{n}", "accept", 100 + n, confidence=0.5, utterance="u") for n in range(10)]
    drawn = record([*script("reject reject"), *copies])
    assert [each.stance for each in drawn.positions] == ["reject"]
    (_, accepted) = record([*script("reject reject"), *copies, take("z", "accept", 300)]).positions
    assert (accepted.statements, accepted.reports, accepted.first_statement_id) == (2, 11, "c0")


def test_of_copies_read_differently_most_decide():
    """A copy cut short may be read as another stance than the whole words are."""
    copies = [take(f"c{n}", stance, n, utterance="u") for n, stance in enumerate(["reject", "accept", "accept"])]
    (position,) = record(copies[::-1]).positions
    assert (position.stance, position.first_statement_id, position.reports) == ("accept", "c1", 3)


def test_denied_reports_count_not():
    """What the article says was not said is nobody's stance."""
    assert record([take("a", "accept", 0, denied=True)]).positions == ()


def test_sides_that_gather_countries_are_no_party():
    """A mediator is contested by his own country's officials only."""
    assert party("russia", "RU") == party("russia", "BY") == "russia"
    assert party("mediator", "TR") != party("mediator", "QA")
    assert party(None, "RU") is None


TAKES = st.lists(
    st.builds(
        take,
        st.uuids().map(str),
        st.sampled_from([str(stance) for stance in Stance]),
        st.integers(0, 200),
        confidence=st.sampled_from([None, 0.5, 0.95]),
        utterance=st.sampled_from([None, None, None, "u1", "u2"]),
        denied=st.sampled_from([False, False, False, True]),
    ),
    max_size=25,
    unique_by=lambda each: each.statement_id,
)


@given(TAKES, TAKES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(takes, colleagues, random):
    """However the statements came in, the same positions and shifts are drawn from them."""
    drawn = record(takes, colleagues)
    shuffled, others = random.sample(takes, len(takes)), random.sample(colleagues, len(colleagues))
    assert record(shuffled, others) == drawn


@given(TAKES)
def test_positions_follow_each_other(takes):
    """They never overlap, neighbours differ, each end is a statement of that stance, and a shift stands between two."""
    drawn, known = record(takes), {each.statement_id: each for each in takes}
    for position in drawn.positions:
        first, last = known[position.first_statement_id], known[position.last_statement_id]
        assert (first.at, last.at) == (position.since, position.until)
        assert first.stance == last.stance == position.stance
        assert position.stance in SIDES
        assert position.since <= position.until
        assert 1 <= position.statements <= position.reports
    ends = {each.last_statement_id: each for each in drawn.positions}
    starts = {each.first_statement_id: each for each in drawn.positions}
    for shift in drawn.shifts:
        before, after = ends[shift.before_statement_id], starts[shift.after_statement_id]
        assert SIDES[before.stance] is not SIDES[after.stance]
        assert before.until <= after.since == shift.shifted_at
        assert (shift.from_stance, shift.to_stance) == (before.stance, after.stance)
    for one, other in pairwise(drawn.shifts):
        assert one.shifted_at <= other.shifted_at


@pytest.mark.parametrize(
    ("words", "named", "expected"),
    [
        pytest.param("Iran rejects excessive demands at the negotiating table", "negotiating table", (), id="the place of a refusal"),
        pytest.param("We will not give up land in the Istanbul talks", "talks", (), id="the time of one"),
        pytest.param("They demanded guarantees during ongoing negotiations", "negotiations", (), id="or of a demand"),
        pytest.param("He called on the mediators to bring them home", "mediators", (), id="who is called upon"),
        pytest.param("The negotiating team must come home", "negotiating team", (), id="who is to do something"),
        pytest.param("We will not take part in talks", "talks", ("talks",), id="what nobody takes part in"),
        pytest.param("There is no point in such talks", "talks", ("talks",), id="what there is no point in"),
        pytest.param("We are ready for talks in Istanbul", "talks", ("talks",), id="what one is ready for"),
        pytest.param("We want to end the war at a time when talks fail", "talks", ("talks",), id="what another clause is about"),
    ],
)  # fmt: skip
def test_a_place_is_no_matter(words, named, expected):
    """Who only stands where talks are held, or speaks to those who hold them, takes no side on talks."""
    start = words.index(named)
    topic = "mediation" if named == "mediators" else "talks"
    mention = Mention(
        kind=MentionKind.TOPIC, ref_id=topic, name="Talks", surface=named, span=Span(start, start + len(named))
    )
    (statement,) = said_in("a", f"“{words},” Peskov said.", topics=(topic, "territory"))
    at = statement.spans[0].start
    moved = replace(mention, span=mention.span.moved(at))
    assert matters(f"“{words},” Peskov said.", statement, [moved]) == (*expected, "territory")
