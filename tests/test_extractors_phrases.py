"""What counts as the same phrase, and what does not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.officials import phrases
from extractors.officials.phrases import PhraseIndex
from extractors.text.words import base, tokens

# Text with everything that joins, breaks or decorates words.
PIECES = [*"aeёїй’'s.- \n–\"“”\u0301\u00ad\u00a0,[]İßЗЄ1_", "cease", "fire", "talks", "U", "security"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text()


def surfaces(phrase: str, text: str) -> list[str]:
    """What of `text` is found for one phrase."""
    return [hit.span.slice(text) for hit in PhraseIndex({"key": [phrase]}).find(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Kyiv’s top diplomat", ["Kyiv’s", "top", "diplomat"], id="apostrophes inside a word belong to it"),
        pytest.param("'the states' ‘troops’", ["the", "states", "troops"], id="apostrophes around a word do not"),
        pytest.param(
            "Russia–Ukraine cease-fire—now", ["Russia", "Ukraine", "cease", "fire", "now"], id="dashes separate"
        ),
        pytest.param("Зеленський і Єрмак, п’ять", ["Зеленський", "і", "Єрмак", "п’ять"], id="any script has words"),
        pytest.param("U.S. 28-point plan", ["U", "S", "28", "point", "plan"], id="digits are words, dots separate"),
        pytest.param(
            "Communique\u0301 cease\u00adfire", ["Communique\u0301", "cease\u00adfire"], id="marks stay inside"
        ),
        pytest.param("_ … 🙂", [], id="what is no letter or digit is no word"),
    ],
)
def test_words_of_a_text(text, words):
    """Words are letters, digits and inner apostrophes."""
    assert [token.text for token in tokens(text)] == words


@pytest.mark.parametrize(
    "forms",
    [
        "meet meets met meeting meetings",
        "hold holds held holding",
        "withdraw withdrew withdrawn withdrawing",
        "strike strikes struck striking",
        "break broke broken",
        "seek sought",
        "man men man’s",
        "child children children’s",
        "crisis crises",
        "agree agreed agreeing agrees",
        "cease ceases ceased ceasing",
        "guarantee guarantees guaranteed",
        "negotiate negotiated negotiating negotiates",
        "stop stopped stopping stops",
        "commit committed",
        "control controlled",
        "deny denies denied denying",
        "army armies army’s",
        "die died dying dies",
        "change changed changing",
        "bring bringing",
        "fire fired firing fires",
        "settle settled settling",
        "release released releases",
        "exchange exchanges exchanged",
        "attack attacks attacked",
        "annex annexes annexed",
        "veto vetoes",
        "ally allies",
        "communiqué communique COMMUNIQUÉS",
        "defence defense",
        "demilitarisation demilitarization",
        "recognise recognize recognised",
        "ceasefire ceasefires CEASEFIRE’S ceasefire's",
    ],
    ids=lambda forms: forms.split()[0],
)
def test_forms_of_one_word(forms):
    """All inflected forms and spellings of a word have one base."""
    assert len({base(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("university", "universe"),
        ("news", "new"),
        ("talks", "talcum"),
        ("hostile", "hostilities"),
        ("army", "arms"),
        ("states", "stated"),
        ("truce", "truck"),
        ("united", "units"),
        ("plan", "plane"),
        ("war", "ware"),
        ("us", "use"),
        ("nation", "nationality"),
        ("status", "state"),
        ("during", "dure"),
    ],
)
def test_different_words_stay_apart(one, other):
    """Words that merely begin alike have different bases."""
    assert base(one) != base(other)


@pytest.mark.parametrize("phrase", ["ceasefire", "cease-fire", "cease fire", "Cease Fires"])
@pytest.mark.parametrize("printed", ["ceasefire", "Cease-fires", "cease fire", "CEASE–FIRE", "cease “fires”"])
def test_hyphen_space_or_nothing(phrase, printed):
    """A compound is found however phrase and text write it."""
    assert surfaces(phrase, f"A {printed} now") == [printed.rstrip("”")]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        pytest.param("peace-keeper", "Peacekeepers left", ["Peacekeepers"], id="a hyphen is no difference"),
        pytest.param("undergo", "it under-went it", ["under-went"], id="nor in an irregular form"),
        pytest.param("anti-war", "an antiwar rally", ["antiwar"], id="nor a prefix"),
        pytest.param("security guarantee", "“security” guarantees", ["security” guarantees"], id="quote marks within"),
        pytest.param("security guarantees", "security  guarantees", ["security  guarantees"], id="no-break spaces"),
        pytest.param("security guarantees", "security. Guarantees", [], id="a sentence's end breaks a phrase"),
        pytest.param("security guarantees", "security\nguarantees", [], id="a line's end breaks a phrase"),
        pytest.param("security guarantees", "security\u2029guarantees", [], id="a paragraph separator breaks it too"),
        pytest.param("security guarantees", "security, guarantees", [], id="a comma breaks a phrase"),
        pytest.param("security guarantees", "security — guarantees", [], id="a dash breaks a phrase"),
        pytest.param("halt to hostilities", "halts to hostilities", ["halts to hostilities"], id="inner words inflect"),
        pytest.param("Istanbul communique", "the Istanbul Communiqué’s", ["Istanbul Communiqué"], id="accents and 's"),
        pytest.param("U.S. sanctions", "new U.S. sanctions", ["U.S. sanctions"], id="an initial's dot breaks nothing"),
        pytest.param("U.S. sanctions", "in the U.S. Sanctions", [], id="unless a new sentence follows"),
        pytest.param(
            "children’s rights", "children's rights", ["children's rights"], id="curly or straight apostrophe"
        ),
        pytest.param("=talks", "he talked; Talks; talk", ["Talks"], id="a word after = stands exactly so"),
        pytest.param("end a * war", "End a war; ending a long, sad war", ["End a war"], id="a gap takes words or none"),
        pytest.param(
            "end * war", "ended our long Afghan war", ["ended our long Afghan war"], id="a gap takes three words"
        ),
        pytest.param("end * war", "end the very long Afghan war", [], id="and no fourth"),
        pytest.param("cease * fire now", "cease fire now", ["cease fire now"], id="a gap may stand first of several"),
        pytest.param("* war *", "a war at", ["war"], id="a gap at the end of a phrase is none"),
        pytest.param("new", "news", [], id="no part of a word counts"),
        pytest.param("…", "…", [], id="a phrase without words is never found"),
        pytest.param("", "ceasefire", [], id="nor is an empty one"),
        pytest.param("перемирие", "Перемирие", ["Перемирие"], id="other scripts compare without case"),
    ],
)
def test_what_a_phrase_finds(phrase, text, found):
    """A phrase is found whatever its inflection and punctuation, but not across a break."""
    assert surfaces(phrase, text) == found


def test_all_keys_but_one_hit_a_start():
    """Overlapping phrases of different keys are all found; of one key at one start only the longest."""
    index = PhraseIndex({"talks": ["peace talks", "peace talks venue", "talks"], "venue": ["talks venue"]})
    text = "Peace talks venues"
    hits = [(hit.key, hit.span.slice(text), hit.span.start) for hit in index.find(text)]
    assert hits == [("talks", "Peace talks venues", 0), ("talks", "talks", 6), ("venue", "talks venues", 6)]


@given(TEXTS)
def test_hits_lie_in_the_text_in_order(text):
    """Whatever the text, tokens and hits slice exactly, in order, from word edge to word edge."""
    words = tokens(text)
    assert all(token.text == text[token.start : token.end] for token in words)
    assert all(left.end <= right.start for left, right in pairwise(words))
    hits = PhraseIndex({"a": ["ceasefire", "cease fire talks"], "b": ["talks", "U.S. talks"]}).find(text)
    assert [hit.span.start for hit in hits] == sorted(hit.span.start for hit in hits)
    assert {hit.span.start for hit in hits} <= {token.start for token in words}
    assert all(hit.span.slice(text) and hit.key for hit in hits)


def test_a_repeated_phrase_costs_the_same_each_time(monkeypatch):
    """The steps taken grow with the words, not with their square."""
    taken = []
    steps = phrases._steps
    monkeypatch.setattr(phrases, "_steps", lambda *arguments: taken.append(1) or steps(*arguments))

    def count(times: int) -> int:
        taken.clear()
        PhraseIndex({"key": ["cease fire now", "fire now cease"]}).find("cease fire now " * times)
        return len(taken)

    assert 300 < count(100) <= count(400) / 3.9
