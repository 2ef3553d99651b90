from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.copies.apart import alike_but_for_words, apart, figures_left, names_left, opposed, replaced
from extractors.copies.gist import gist
from extractors.copies.meaning import contradicted, said_alike, without_opposites
from extractors.negotiation.utterances import retold, sentences_of
from extractors.relation_records import Assertion, Wording, Words
from extractors.text import vectors
from extractors.text.vectors import matrix, packed
from flows.steps.meaning import echoes_in
from tests.warehouse_examples import NOW

GROUPS = tomllib.loads((Path(__file__).parent / "said_alike.toml").read_text("utf-8"))["said"]
NEAR_PAIRS = tomllib.loads((Path(__file__).parent / "said_opposed.toml").read_text("utf-8"))
KINDS = ("same", "opposite", "other")


@cache
def made():
    """Return what makes vectors, loaded once."""
    return vectors.load()


@cache
def vector(sentence: str):
    """Return the vector of a sentence."""
    (found,) = made()([sentence])
    return found


def wording(name: str, *sentences: str, hours: int = 0, speaker: str = "official") -> Wording:
    """Return a statement as its meaning is compared."""
    at = NOW + timedelta(hours=hours)
    words = Words(plain=name, quoted=())
    return Wording(
        statement_id=name, name=name, speaker=speaker, said_at=at, seen_at=at, words=words, keys=(), sentences=sentences
    )


def are_joined(one: Wording, other: Wording) -> bool:
    """Tell whether two statements say one thing, whichever of them comes first."""
    known = {sentence: vector(sentence) for each in (one, other) for sentence in each.sentences}
    first, second = (bool(list(said_alike([a], [b], known))) for a, b in ((one, other), (other, one)))
    assert first == second
    return first


def sentence_pairs():
    """Yield the pairs of the table: what they are to each other, and both sentences."""
    for group in GROUPS:
        yield from (("same", one, other) for one, other in combinations(group["same"], 2))
        for kind in KINDS[1:]:
            yield from ((kind, one, other) for one in group["same"] for other in group[kind])


@pytest.mark.slow
def test_one_thing_in_other_words_and_languages_is_told_from_another():
    """Of 741 invented pairs in English, Russian and Ukrainian nearly all that are joined are one, and no opposites are."""
    of, joined = Counter(), Counter()
    for kind, one, other in sentence_pairs():
        of[kind] += 1
        joined[kind] += are_joined(wording("one", retold(one, None)), wording("other", retold(other, None)))
    assert (of.total(), joined["opposite"]) == (741, 0)
    assert joined["same"] / joined.total() >= 0.97
    assert joined["same"] / of["same"] >= 0.87


@pytest.mark.slow
def test_nobody_else_and_no_other_time_is_meant():
    """The same words of another speaker, or of three days later, are another utterance."""
    said = retold(GROUPS[0]["same"][0], None)
    one = wording("one", said)
    assert are_joined(one, wording("other", said, hours=48))
    assert not are_joined(one, wording("other", said, hours=49))
    assert not are_joined(one, wording("other", said, speaker="rival"))


@pytest.mark.slow
def test_the_like_said_before_is_found_in_other_words():
    """What was said more than two days before in another language is the like of it; what is said later is not."""
    said, translated = (retold(GROUPS[0]["same"][place], None) for place in (0, 2))
    now, before = wording("now", said), wording("before", translated, hours=-100)
    known = {sentence: vector(sentence) for sentence in (said, translated)}
    assert [echo.utterance_id for echo in echoes_in([now], [before], known)] == ["before"]
    assert echoes_in([before], [now], known) == ()
    assert echoes_in([now], [wording("near", translated, hours=-47)], known) == ()


@pytest.mark.slow
def test_a_quotation_meets_its_middle_sentence_and_a_speech_does_not():
    """What is compared is a sentence; it has to be a third of what is said."""
    first, middle, last = (GROUPS[number]["same"][0] for number in (3, 20, 11))
    retelling = GROUPS[20]["same"][2]
    assert are_joined(wording("whole", first, middle, last), wording("part", retelling))
    speech = tuple(group["same"][0] for group in GROUPS[:12])
    assert not are_joined(wording("speech", *speech, middle), wording("part", retelling))


def directed(*parts: float) -> bytes:
    """Return a vector that points so far into each of the first directions."""
    return bytes(round(100 * each) & 0xFF for each in parts) + bytes(384 - len(parts))


@pytest.mark.parametrize(
    ("own", "joined"),
    [
        pytest.param(("Talks go on", "It is late", "Rain fell"), True, id="it begins with all of the other"),
        pytest.param(("It is late", "Talks go on"), False, id="it holds all of the other further on"),
        pytest.param(("It is late", "Talks continue"), True, id="beyond doubt the same, wherever it stands"),
        pytest.param(("It is late", "Rain fell", "Negotiations last"), True, id="it surely holds all of the other"),
        pytest.param(
            ("It is late", "Rain fell", "Nobody came to us all night long", "Talks continue"),
            False,
            id="too small a part",
        ),
    ],
)
def test_statements_meet_where_they_begin(own, joined):
    """What joins a long statement is its first sentence, or one beyond doubt the same: else it would tie others together."""
    vectors_known = {
        "We are negotiating": directed(1, 0),
        "Talks go on": directed(0.6, 0.8),
        "Talks continue": directed(0.8, 0.6),
        "Negotiations last": directed(0.67, 0.74),
        "It is late": directed(0, 0, 1),
        "Rain fell": directed(0, 0, 0, 1),
        "Nobody came to us all night long": directed(0, 0, 0, 0, 1),
    }
    one, other = wording("one", *own), wording("other", "We are negotiating")
    assert len(list(said_alike([one], [other], vectors_known))) == joined


# How the sentences of six statements point, and which of these say one thing in the end.
TURNS = {
    "We are negotiating": (1, 0),
    "Talks go on": (0.8, 0.6),
    "Talks continue": (0.6, 0.8),
    "It is late": (0, 0, 1),
    "Night falls": (0, 0.5, 0.87),
}
SAID = (
    ("a", "We are negotiating"),
    ("b", "Talks go on", "It is late"),
    ("c", "Talks continue"),
    ("d", "Night falls"),
    ("e", "It is late", "We are negotiating"),
    ("f", "Night falls", "Talks continue"),
)

TIED = ("ab", "ac", "ae", "bc", "bd", "be", "bf", "cf", "de", "df", "ef")


@settings(max_examples=60, deadline=None)
@given(st.permutations(SAID), st.integers(1, len(SAID)))
def test_no_order_of_arrival_changes_what_means_the_same(order, size):
    """However statements arrive, one by one or together, the same ones are tied to each other."""
    known = {sentence: directed(*parts) for sentence, parts in TURNS.items()}
    told = [wording(name, *sentences) for name, *sentences in order]
    batches = [told[start : start + size] for start in range(0, len(told), size)]
    tied = {
        frozenset((one.statement_id, other.statement_id))
        for number, batch in enumerate(batches)
        for one, other in said_alike(batch, [each for past in batches[:number] for each in past], known)
    }
    assert tied == {frozenset(pair) for pair in TIED}


# One who says both stands between two who say the opposite of each other.
BETWEEN = {"We are ready": (1, 0), "We are not ready": (0.9, 0.44), "Rain fell": (0, 0, 1)}
CHAIN = (
    ("yes", "We are ready"),
    ("both", "We are ready", "We are not ready"),
    ("no", "We are not ready"),
    ("rain", "Rain fell"),
)


@settings(max_examples=40, deadline=None)
@given(st.permutations(CHAIN), st.integers(1, len(CHAIN)))
def test_no_chain_joins_opposites(order, size):
    """However they arrive, what is like two opposed statements goes with one of them, and makes no third utterance."""
    known = {sentence: directed(*parts) for sentence, parts in BETWEEN.items()}
    told: list[Wording] = []
    for start in range(0, len(order), size):
        batch = [wording(name, *sentences) for name, *sentences in order[start : start + size]]
        pairs = {
            frozenset((one.name, other.name))
            for one, other in without_opposites(said_alike(batch, told, known), told, known)
        }
        told += batch
        for pair in pairs:
            told = [replace(each, name=min(pair)) if each.name in pair else each for each in told]
    names = {each.statement_id: each.name for each in told}
    assert names["yes"] != names["no"]
    assert names["both"] in {names["yes"], names["no"]}
    assert len(set(names.values())) == 3


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        pytest.param("We want 30 days", "We want thirty days", False, id="figures in words"),
        pytest.param("1,000 men came home", "1000 men came home", False, id="grouped figures"),
        pytest.param("We want 30 days", "We want 60 days", True, id="other figures"),
        pytest.param("We want 30 days", "We want days", False, id="a figure left out"),
        pytest.param("Talks in Geneva went on", "Talks in Istanbul went on", True, id="other places"),
        pytest.param("Russia wants it", "Moscow wants it", False, id="a capital for its country"),
        pytest.param("Talks in Istanbul went on", "Переговоры в Стамбуле продолжились", False, id="places in Cyrillic"),
        pytest.param("We met Aydin", "Мы встретили Айдына", False, id="names in Cyrillic"),
        pytest.param("We met Aydin", "Мы встретили Косту", True, id="other names in Cyrillic"),
        pytest.param("We met Costa", "We met Aydin", True, id="other names"),
        pytest.param("It hit a school", "It hit a hospital", True, id="other things of a kind"),
        pytest.param("We are ready", "We are not ready", True, id="not"),
        pytest.param("We don't want it", "We never wanted it", False, id="two ways of not"),
        pytest.param("Nobody can do it without us", "We can do it", False, id="two nots are a yes"),
        pytest.param("Никто не может этого", "Nobody can do it", False, id="one not said twice"),
        pytest.param("We rejected it", "We accepted it", True, id="a verb that negates"),
        pytest.param("They will stay", "They will leave", True, id="opposite verbs"),
        pytest.param("They will stay", "They will not leave", False, id="opposite verbs, one negated"),
        pytest.param("Не только мы хотим", "We want it", False, id="not only"),
        pytest.param("It was ruled out", "It was possible", True, id="a phrase that negates"),
        pytest.param("We resist their demands", "We will not give in to their demands", False, id="standing against"),
        pytest.param("It has yet to accept", "It has not accepted", False, id="yet to"),
        pytest.param("We must avoid it", "We must prevent it", False, id="two words for keeping it from happening"),
        pytest.param("Unjust sanctions go", "The sanctions go", False, id="a word that only blames"),
        pytest.param("Our work continues", "Our work will be stopped", True, id="going on and stopping"),
        pytest.param("Колонна отклонилась", "The convoy turned off", False, id="turning off a road"),
        pytest.param("Вторжение началось в пятницу", "The invasion began on Friday", False, id="no second, no fifth"),
        pytest.param("Вернули 600 тел", "Вернули шестьсот тел", False, id="hundreds in one word"),
        pytest.param("We accept the truce and will not say more", "We accept the truce", False, id="a not in what it goes on with"),
        pytest.param("We heard of the truce, but will not accept it", "We heard of the truce and accept", True, id="a not in what it goes back to"),
        pytest.param("We accept the truce but not on Monday", "We accept the truce on Monday", True, id="a not in what both say"),
    ],
)  # fmt: skip
def test_what_a_vector_does_not_see(one, other, differs):
    """Figures, names, things of a kind, and yes or no tell two sentences apart, in either order."""
    assert apart(gist(one), gist(other)) == apart(gist(other), gist(one)) == differs


def are_apart(one: str, other: str) -> bool:
    """Tell whether what a vector does not see sets two sentences apart, whichever comes first, or one word replaced."""
    some, others = gist(retold(one, None)), gist(retold(other, None))
    assert (apart(some, others), replaced(some, others)) == (apart(others, some), replaced(others, some))
    return apart(some, others) or replaced(some, others)


@pytest.mark.parametrize("reason", NEAR_PAIRS["apart"])
def test_sentences_near_in_meaning_that_do_not_say_one_thing_are_apart(reason):
    """A "not", an opposite, a figure, who does it to whom, what comes first, a condition and a place make another thing."""
    pairs = NEAR_PAIRS["apart"][reason]
    assert [pair for pair in pairs if not are_apart(*pair)] == []


@pytest.mark.slow
def test_sentences_of_which_one_word_is_replaced_have_to_be_very_near():
    """A word in place of another is mostly a synonym where the vectors are very near, and something else where not."""
    pairs = [tuple(retold(each, None) for each in pair) for kind in NEAR_PAIRS["apart"].values() for pair in kind]
    pairs = [pair for pair in pairs if replaced(*map(gist, pair)) and not apart(*map(gist, pair))]
    assert len(pairs) > 8
    assert [pair for pair in pairs if are_joined(wording("one", pair[0]), wording("other", pair[1]))] == []
    one, other = "Talks were useful", "Talks were helpful"
    assert replaced(gist(one), gist(other))
    assert are_joined(wording("one", one), wording("other", other))


OFFER = "we are ready for direct talks on a ceasefire in Istanbul next week"


@pytest.mark.parametrize(
    ("longer", "joined"),
    [
        pytest.param(f"{OFFER}, and our delegation will bring the draft of a memorandum", True, id="it goes on"),
        pytest.param(f"after a long pause {OFFER} as we told Geneva and Ankara", True, id="it names others besides"),
        pytest.param(f"it is not true that {OFFER}, whoever says so", False, id="it is turned around"),
        pytest.param(f"{OFFER} if Ukraine withdraws from Donbas", False, id="on a condition"),
        pytest.param(OFFER.replace("next week", "in a month"), False, id="all but the last words"),
    ],
)
def test_what_a_shorter_report_kept_is_one_with_the_whole(longer, joined):
    """A sentence that stands in another in its order says what that says, however far apart their vectors are."""
    apart_in_space = {OFFER: directed(0.46, 0.88), longer: directed(1, 0)}
    one, other = wording("one", OFFER), wording("other", longer)
    assert bool(list(said_alike([one], [other], apart_in_space))) == joined


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(
            "No deal is possible without Ukraine", "No deal is possible without guarantees", True, id="others"
        ),
        pytest.param("Мира не будет без Украины", "Мира не будет без гарантий", True, id="others, in Russian"),
        pytest.param("No deal is possible without Ukraine", "There is no deal without Kyiv", False, id="the same"),
    ],
)
def test_what_it_is_not_without_makes_another_thing(one, other, expected):
    """Two that both say without what there is nothing mean one thing only where that is the same."""
    assert apart(gist(one), gist(other)) == apart(gist(other), gist(one)) == expected


def test_a_word_on_the_same_side_of_opposites_replaces_another():
    """Words that a list has as opposites of one and the same are known as the same, those of either side as opposed."""
    kept = gist("Iran honours the agreement")
    assert not replaced(kept, gist("Iran observes the agreement"))
    assert replaced(kept, gist("Iran forwards the agreement"))
    assert opposed(kept, gist("Iran flouts the agreement"))


def test_sentences_in_another_order_or_voice_stay_one():
    """The passive, rows, a clause moved, synonyms, double negation and a condition told otherwise set nothing apart."""
    assert [pair for pair in NEAR_PAIRS["one"] if are_apart(*pair)] == []


def test_sentences_of_the_same_words_but_for_one_have_to_be_nearer():
    """What differs in a word of its own each is alike by its words; what only leaves words out is not."""
    war, inflation = gist("The root causes of conflict go first"), gist("The root causes of inflation go first")
    assert alike_but_for_words(war, inflation) == alike_but_for_words(inflation, war) == 0.75
    assert alike_but_for_words(war, gist("The root causes of conflict must really go first")) == 0.0


@pytest.mark.parametrize(
    ("one", "other", "names", "figures"),
    [
        pytest.param("Russia and Ukraine will talk", "Both countries will talk", 0.5, 0, id="both countries"),
        pytest.param(
            "Россия и Украина начнут переговоры", "The two sides will talk", 0.5, 0, id="two sides, translated"
        ),
        pytest.param("Hamas accepted the plan", "The movement accepted the plan", 0.5, 0, id="the movement"),
        pytest.param("Russia and Ukraine will talk", "Talks will be held", 2, 0, id="nobody at all"),
        pytest.param("Переговоры в пятницу", "Talks on Friday", 0, 0, id="a day is no figure"),
        pytest.param("Требования другой стороны", "The other side's demands", 0, 0, id="the other is not the second"),
        pytest.param("Двести пленных", "200 prisoners", 0, 0, id="hundreds in one word"),
        pytest.param("We want 30 days", "We want days", 0, 1, id="a figure"),
    ],
)
def test_what_only_one_of_two_sentences_names(one, other, names, figures):
    """Whom another report names may be meant by "both countries"; of other names and figures each counts."""
    for pair in ((gist(one), gist(other)), (gist(other), gist(one))):
        assert (names_left(*pair), figures_left(*pair)) == (names, figures)


def test_a_word_replaced_beside_a_name_more_is_replaced():
    """That one sentence names somebody besides hides no word that stands in place of another."""
    assert replaced(gist("Russia does not want peace"), gist("Russia does not want American sanctions"))
    assert not replaced(gist("Russia does not want sanctions"), gist("Russia does not want American sanctions"))


def test_what_is_opposed_is_apart():
    """A sentence turned around is another."""
    ready, unready = gist("Мы готовы"), gist("Мы не готовы")
    assert opposed(ready, unready)
    assert apart(ready, unready)


@pytest.mark.parametrize(
    ("sentence", "home", "told"),
    [
        pytest.param("Moscow is “ready” to talk", "RU", "we are ready to talk", id="a capital is its speaker"),
        pytest.param("he was ready to talk", "RU", "we are ready to talk", id="he"),
        pytest.param("I am ready to talk.", "RU", "we are ready to talk", id="I"),
        pytest.param("that Russia’s answer was late", "RU", "our answer was late", id="whose"),
        pytest.param("Kiev is ready", "RU", "Ukraine is ready", id="another's capital is its country"),
        pytest.param("Russia and Ukraine will talk", "RU", "Russia and Ukraine will talk", id="one of two stays named"),
        pytest.param("The United States will help", None, "the US will help", id="with a capital The"),
        pytest.param("the U.S. will help", None, "the US will help", id="without a country of his own"),
        pytest.param("«Мы готовы»", "RU", "Мы готовы", id="marks"),
        pytest.param("Iran does not want it and rejects it", "IR", "we do not want it and rejects it", id="the verb"),
        pytest.param("Turkey carries it", "TR", "we carry it", id="a verb in -ies"),
        pytest.param("Israeli soldiers fired", "IL", "our soldiers fired", id="an adjective is whose it is"),
        pytest.param("the Israeli army fired", "IL", "we fired", id="the army is its country"),
        pytest.param("demands made of Iran", "IR", "demands made of us", id="after a preposition"),
        pytest.param("Let me be clear: Iran will stay", "IR", "we will stay", id="what leads to what is said"),
        pytest.param("enrichment (in Iran) goes on", "IR", "enrichment goes on", id="an aside in brackets"),
        pytest.param("the Israel-Hamas war", "IL", "the Israel-Hamas war", id="a name within a name"),
        pytest.param("the Israel Defense Forces left", "IL", "we left", id="an army by its whole name"),
        pytest.param("they deprive Iran of rights", "IR", "they deprive us of rights", id="acted on"),
        pytest.param("гарантии для Украины нужны", "UA", "гарантии для нас нужны", id="a case of his country"),
        pytest.param("Україна й Росія домовляться", "UA", "Україна й Росія домовляться", id="his country in a row"),
        pytest.param("Москва готова ждать", "RU", "мы готова ждать", id="his capital, in Russian"),
        pytest.param("українська сторона не згодна", "UA", "ми не згодна", id="his country as a side"),
        pytest.param("переговоры с российской стороной", "UA", "переговоры с российской стороной", id="the other"),
        pytest.param("удары по российской армии", "RU", "удары по нашей армии", id="what is his country's"),
        pytest.param(
            "з українськими партнерами", "UA", "з нашими партнерами", id="what is his country's, in Ukrainian"
        ),
        pytest.param("российско-украинские переговоры", "UA", "российско-украинские переговоры", id="talks of two"),
    ],
)
def test_direct_and_indirect_speech_are_compared_as_one(sentence, home, told):
    """Whoever speaks is "we", and so is his country."""
    assert retold(sentence, home) == told


def test_a_cue_that_takes_a_position_is_part_of_what_is_said():
    """What is doubted or rejected is not said; what is only said is."""
    assert sentences_of(["the talks will lead to a deal"], cue="doubted", home=None) == (
        "doubted the talks will lead to a deal",
    )
    assert sentences_of(["No. The talks will lead to a deal"], cue="said", home=None) == (
        "The talks will lead to a deal",
    )


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (["Nobody", "should be naive about it"], ["Nobody should be naive about it"]),
        (["Germany", "would not pay"], ["Germany would not pay"]),
        (["We have time", "What we want is peace"], ["We have time", "What we want is peace"]),
        (["Украина", "«не подпишет ничего»"], ["Украина не подпишет ничего"]),
    ],
)
def test_what_a_cue_divides_is_compared_as_one_sentence(parts, told):
    """A sentence that somebody's name and verb stand in keeps its subject, and its "nobody"."""
    assert list(sentences_of(parts, cue="said", home=None)) == told


@pytest.mark.parametrize(
    ("denied", "cue", "told"),
    [
        pytest.param("his US counterpart's assertion that it has to stop", "rejected", "rejected our US counterpart that it has to stop", id="whose it is stays"),
        pytest.param("Lavrov’s claim that Ukraine had refused to meet", "denied", "denied Lavrov that Ukraine had refused to meet", id="by name"),
        pytest.param("reports that the envoy would leave the talks", "dismissed", "dismissed the envoy would leave the talks", id="nobody's"),
        pytest.param("the earlier allegations that a truce was broken", "rejects", "rejects a truce was broken", id="with what stands before it"),
        pytest.param("any accusation that aid was kept back", "denies", "denies aid was kept back", id="any"),
        pytest.param("the proposal that troops withdraw", "rejected", "rejected the proposal that troops withdraw", id="a proposal is what is rejected"),
        pytest.param("Ankara's report that talks go on", "cited", "Turkey's report that talks go on", id="not where nothing is denied"),
    ],
)  # fmt: skip
def test_that_it_is_a_claim_is_no_part_of_what_is_denied(denied, cue, told):
    """Whoever rejects an assertion that something is so rejects that it is so."""
    assert sentences_of([denied], cue=cue, home=None) == (told,)


def test_a_vector_is_kept_in_a_byte_a_number():
    """What is kept of a vector is as near to itself as can be, whatever its length was."""
    raw = [float((place * 37) % 101 - 50) / 500 for place in range(384)]
    rows = matrix([packed(raw, "one"), packed([2 * number for number in raw], "two")])
    assert len(packed(raw, "one")) == 384
    assert rows @ rows.T == pytest.approx(1.0, abs=0.05)


def test_what_has_no_vector_is_joined_with_nothing():
    """Without the model nothing is compared by its meaning."""
    one, other = wording("one", "We are ready"), wording("other", "We are ready")
    assert list(said_alike([one], [other], {})) == []
    assert list(said_alike([replace(one, sentences=())], [other], {"We are ready": b"\1" * 384})) == []


OURS = {"minister": "ir", "leader": "ir", "envoy": "us", "critic": "ir"}
CLAIM = "Iran may enrich uranium at home"


@pytest.mark.parametrize(
    ("claimed", "denied", "is_dispute"),
    [
        pytest.param(("envoy", CLAIM), ("leader", "Iran may not enrich uranium at home"), True, id="another side denies it"),
        pytest.param(("minister", CLAIM), ("leader", "Iran may not enrich uranium at home"), True, id="so does a compatriot"),
        pytest.param(("minister", CLAIM), ("leader", "For the Americans to say that Iran may not enrich uranium at home"), False, id="not where he names whom he denies"),
        pytest.param(("envoy", "Iran may not enrich uranium at home"), ("leader", "Iran may enrich uranium at home"), True, id="whom he answers"),
        pytest.param(("leader", CLAIM), ("leader", "Iran may not enrich uranium at home"), False, id="nobody denies himself"),
    ],
)  # fmt: skip
def test_whose_claim_is_denied(claimed, denied, is_dispute):
    """What turns a claim around denies it, whichever comes first; what names another country denies that one's."""
    claim, denial = (
        Assertion(
            said=replace(wording(name, words, speaker=who)), topics=("nuclear",), denies=name == "denial", negated=False
        )
        for name, (who, words) in (("claim", claimed), ("denial", denied))
    )
    known = dict.fromkeys((claimed[1], denied[1]), vector(CLAIM))
    for order in ((claim, denial), (denial, claim)):
        assert list(contradicted(order, known, OURS.__getitem__)) == [(claim, denial)] * is_dispute
