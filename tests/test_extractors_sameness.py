from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.copies.sameness import alike, shape, shares_body
from extractors.copies.stories import fingerprint
from tests.conftest import ROOT, SEEDS
from tests.hanging import stopped_after
from tests.story_examples import BODY, NAMESAKE, REUTERS, forecast

PAGES = ROOT.parent / "shared" / "corpus" / "pages" / "expected.jsonl"
WHOLE = "\n".join(BODY)
LONG = f"{WHOLE}\n{NAMESAKE}"


def same(one, other, *, at_home=False):
    """Tell whether two texts are one body, having checked that their order does not matter."""
    there = shares_body(shape(one), shape(other), at_home=at_home)
    assert there is shares_body(shape(other), shape(one), at_home=at_home)
    return there


def meet(one, other):
    """Tell whether two texts have a key in common."""
    return bool(set(fingerprint(one)) & set(fingerprint(other)))


def test_keys_are_equal_on_every_machine():
    """The keys are fixed for ever: what is stored must be found again."""
    assert fingerprint(WHOLE)[:2] == (206039492677692070, 7046960650661208487)


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(REUTERS, id="with dateline and sign-off"),
        pytest.param(WHOLE.upper().replace("“", '"').replace("’", "'"), id="in other letters and quotation marks"),
        pytest.param(WHOLE.replace("exchange", "swap").replace("mediators", "diplomats"), id="with words replaced"),
        pytest.param("\n".join(BODY[1:]), id="without its first paragraph"),
        pytest.param("\n".join(BODY[:2]), id="cut to its beginning"),
        pytest.param("\n".join(reversed(BODY)), id="in another order"),
        pytest.param("A reporter writes a new beginning for it, in twelve words.\n" + WHOLE, id="with a new beginning"),
        pytest.param("\n".join(BODY[::2]), id="without every second paragraph"),
    ],
)
def test_a_copy_is_found_and_known(copy):
    """What happens to a text on its way through desks leaves it the same body."""
    assert meet(WHOLE, copy)
    assert same(WHOLE, copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(WHOLE, NAMESAKE, id="another story"),
        pytest.param(forecast(4, 1, 60), forecast(5, 3, 15), id="a template with other numbers"),
        pytest.param("Subscribe to read.", "Subscribe to read.", id="too short to say"),
        pytest.param("", "", id="nothing"),
        pytest.param(
            "The day in five stories, gathered by our desk for readers in a hurry, with the rest inside.\n"
            + LONG
            + NAMESAKE[::-1],
            "\n".join(BODY[3:5]),
            id="a round-up and what it gathers",
        ),
    ],
)
def test_what_is_no_copy_is_not_taken_for_one(one, other):
    """A shared template, headline or passage makes no copy."""
    assert not same(one, other)


def test_one_publisher_s_furniture_makes_no_copy():
    """Two stubs of one publisher have their notices in common; another publisher's would be a copy."""
    notice = NAMESAKE
    stubs = [f"{BODY[n]}\n{notice}" for n in (0, 3)]
    assert not same(*stubs, at_home=True)
    assert same(WHOLE, WHOLE.replace("captives", "prisoners"), at_home=True)


@pytest.mark.skipif(not PAGES.exists(), reason="the corpus of real pages is not beside this checkout")
def test_real_articles_are_different_stories():
    """Of the real pages and the seeds no two are taken for copies, and each is found by its first half."""
    rows = [json.loads(line) for line in PAGES.read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["gold_kind"] == "full"]
    texts += [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    texts = [text for text in texts if len(text.split()) >= 60]
    shapes = [shape(text) for text in texts]
    assert len(texts) > 50
    assert not any(shares_body(one, other, at_home=False) for one, other in combinations(shapes, 2))
    for text in texts:
        half = text[: len(text) // 2]
        assert meet(text, half)
        assert same(text, half)


@given(st.text(), st.text())
def test_no_text_makes_it_fail(one, other):
    """Any two texts have keys, and a likeness that is the same both ways."""
    assert all(0 <= key < 2**63 for key in (*fingerprint(one), *fingerprint(one + "\ud800" * 30)))
    same(one, other)


@pytest.mark.parametrize("piece", ["a", "a ", "a. ", "“", "1 ", "\n", "é. "])
def test_time_grows_with_the_text_only(piece):
    """A hostile text of 100,000 characters is done with in a moment."""
    text = (piece * 100_000)[:100_000]
    with stopped_after(20):
        fingerprint(text)
        shape(text)


PASSAGE = "Dmitry Peskov told reporters in Moscow that a ceasefire of 30 days was under discussion with both sides."


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(PASSAGE.upper(), True, id="case does not matter"),
        pytest.param("He looked tired. " + PASSAGE + " There were 9 questions.", True, id="more may stand around it"),
        pytest.param(PASSAGE.split(" was under", maxsplit=1)[0], True, id="it may be cut"),
        pytest.param(PASSAGE.replace("Dmitry Peskov", "The spokesman"), True, id="its first words may change"),
        pytest.param(PASSAGE.replace("30", "60"), False, id="another figure makes another passage"),
        pytest.param(PASSAGE.replace("was under", "was not under"), False, id="so does a not"),
        pytest.param(PASSAGE.replace("was under", "wasn’t under"), False, id="or a contracted one"),
        pytest.param(PASSAGE.replace("discussion", "attack").replace("told", "warned"), False, id="two other words"),
        pytest.param("Dmitry Peskov told reporters in Moscow that the budget was sound.", False, id="another sentence"),
    ],
)
def test_likeness(other: str, expected: bool) -> None:
    """A passage is known when it is cut or lightly edited, and never when a figure or a negation differs."""
    assert alike(PASSAGE, other) is alike(other, PASSAGE) is expected


def test_a_few_words_are_like_nothing() -> None:
    """What is too short to tell apart is not taken for the same."""
    assert not alike("A ceasefire, he said.", "A ceasefire, he said.")


@given(st.text(max_size=200), st.text(max_size=200))
def test_likeness_is_mutual(one: str, other: str) -> None:
    """Whatever the texts, the order does not matter."""
    assert alike(one, other) is alike(other, one)
