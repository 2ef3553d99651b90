from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clauses import Clause, Joint
from alerts.matching import find_matches
from alerts.records import Match, Place, Scope
from alerts.rules import Historical, Negation
from extractors.records import Article, Statement
from tests.alert_examples import NOW, article, compiled, read, said

ALL, ANY, NONE, NEAR = Joint
NAMED = "Peskov on a ceasefire near Kursk and on prisoners. Rain fell on Istanbul."


def matched(own: Article, *statements: Statement, **changes: Any) -> list[Match]:
    """Match a rule on "ceasefire" and anybody."""
    return list(find_matches(compiled(**changes), own, read(own, *statements)))


@pytest.mark.parametrize(
    ("clause", "holds"),
    [
        pytest.param(Clause(ALL, ("Kursk",)), True, id="all: one that is there"),
        pytest.param(Clause(ALL, ("Kursk", "prisoner")), True, id="all: inflected"),
        pytest.param(Clause(ALL, ("Kursk", "Istanbul")), False, id="all: one is in the next sentence only"),
        pytest.param(Clause(ANY, ("Istanbul", "Kursk")), True, id="any: one will do"),
        pytest.param(Clause(ANY, ("Istanbul", "Ankara")), False, id="any: one is needed"),
        pytest.param(Clause(NONE, ("Istanbul",)), True, id="none: in another sentence it does no harm"),
        pytest.param(Clause(NONE, ("football", "Kursk")), False, id="none: one is too many"),
        pytest.param(Clause(ANY, ("topic:ceasefire",)), True, id="a topic's whole lexicon"),
        pytest.param(Clause(NEAR, ("ceasefire", "Kursk"), 1), True, id="near: with one word between"),
        pytest.param(Clause(NEAR, ("Kursk", "ceasefire"), 1), True, id="near: in any order"),
        pytest.param(Clause(NEAR, ("ceasefire", "Kursk"), 0), False, id="near: a word is between"),
        pytest.param(
            Clause(NEAR, ("ceasefire", "Kursk", "prisoners"), 3), True, id="near: words between three, counted"
        ),
        pytest.param(
            Clause(NEAR, ("ceasefire", "Kursk", "prisoners"), 2), False, id="near: words between three, too many"
        ),
        pytest.param(Clause(NEAR, ("ceasefire", "Istanbul"), 50), False, id="near: not over the sentence"),
        pytest.param(Clause(ALL, ("Kursk", Clause(ANY, ("Ankara", "prisoners")))), True, id="any within all"),
        pytest.param(Clause(ALL, ("Kursk", Clause(NONE, ("prisoners",)))), False, id="none within all"),
        pytest.param(Clause(NONE, (Clause(ALL, ("Kursk", "Ankara")),)), True, id="all within none: not both"),
        pytest.param(Clause(NONE, (Clause(ALL, ("Kursk", "prisoners")),)), False, id="all within none: both"),
        pytest.param(Clause(ANY, (Clause(NONE, ("Kursk",)), "prisoners")), True, id="none within any"),
    ],
)
def test_clauses_hold_in_the_sentence(clause: Clause, holds: bool) -> None:
    """A clause is judged in the sentence of the phrase, whatever stands elsewhere."""
    assert bool(matched(article(NAMED), where=clause)) is holds


@pytest.mark.parametrize(
    ("scope", "text", "wanted", "holds"),
    [
        pytest.param("paragraph", "Peskov spoke. A ceasefire. Kursk.", "Kursk", True, id="paragraph: its own"),
        pytest.param("paragraph", "Peskov spoke. A ceasefire.\nKursk.", "Kursk", False, id="paragraph: not the next"),
        pytest.param("article", "Peskov spoke. A ceasefire.\nKursk.", "Kursk", True, id="article: anywhere"),
        pytest.param("article", "Peskov spoke. A ceasefire.", "harvest", True, id="article: the title too"),
        pytest.param("sentence", "Peskov on a ceasefire.", "harvest", False, id="sentence: not the title"),
    ],
)
def test_clauses_look_as_far_as_the_scope(scope: str, text: str, wanted: str, holds: bool) -> None:
    """Where a clause is looked for is what the rule's scope gives."""
    own = article(text, title="The harvest")
    assert bool(matched(own, scope=Scope(scope), where=Clause(ALL, (wanted,)))) is holds


def test_clauses_of_statements_are_about_what_is_said() -> None:
    """With scope `speaks` the clause is judged in the words said, not in what the reporter puts between them."""
    text = "“A ceasefire,” Peskov said in Kursk, “needs talks.”"
    own, words = article(text), said(text, "A ceasefire", "needs talks", by="Peskov")
    assert matched(own, words, scope=Scope.SPEAKS, where=Clause(ALL, ("talks",)))
    assert not matched(own, words, scope=Scope.SPEAKS, where=Clause(ALL, ("Kursk",)))
    assert matched(own, words, scope=Scope.STATEMENT, where=Clause(ALL, ("Kursk",)))


def test_a_clause_is_part_of_the_evidence() -> None:
    """The phrases a clause rests on stand in the evidence with their places."""
    (match,) = matched(article(NAMED), where=Clause(ANY, ("Istanbul", "Kursk")))
    (proof,) = [proof for proof in match.evidence if proof.what == "where"]
    assert (proof.surface, proof.ref, proof.place) == ("Kursk", "Kursk", Place.TEXT)
    assert proof.span.slice(NAMED) == "Kursk"


@pytest.mark.parametrize(
    ("mode", "text", "holds"),
    [
        pytest.param("any", "Peskov ruled out a ceasefire.", True, id="any: negated words count"),
        pytest.param("any", "Peskov wants a ceasefire.", True, id="any: others too"),
        pytest.param("only", "Peskov ruled out a ceasefire.", True, id="only: negated words count"),
        pytest.param("only", "Peskov wants a ceasefire.", False, id="only: others do not"),
        pytest.param("exclude", "Peskov ruled out a ceasefire.", False, id="exclude: negated words do not count"),
        pytest.param("exclude", "Peskov wants a ceasefire.", True, id="exclude: others do"),
        pytest.param(
            "exclude", "Peskov ruled out a ceasefire. Peskov wants a ceasefire.", True, id="exclude: one is left"
        ),
    ],
)
def test_negation(mode: str, text: str, holds: bool) -> None:
    """A rule may want negated words only, or never."""
    assert bool(matched(article(text), negation=Negation(mode))) is holds


def test_negated_words_are_marked() -> None:
    """What is negated is marked, with the words that negate it as evidence, the cue of a statement among them."""
    (match,) = matched(article("Peskov ruled out a ceasefire."))
    assert match.negated
    assert [proof.surface for proof in match.evidence if proof.what == "negation"] == ["ruled out"]
    text = "Peskov dashed hopes of a ceasefire."
    (match,) = matched(article(text), said(text, "of a ceasefire", by="Peskov", cue="dashed"))
    assert [proof.surface for proof in match.evidence if proof.what == "negation"] == ["dashed"]


HISTORY = "Peskov took part in the failed ceasefire talks of March 2022."


@pytest.mark.parametrize(
    ("text", "mode", "historical"),
    [
        pytest.param(HISTORY, "skip", True, id="a completed round"),
        pytest.param(HISTORY, "fire", False, id="a rule may want it"),
        pytest.param(f"{HISTORY} Peskov wants a ceasefire.", "skip", False, id="something of today beside it"),
        pytest.param("Peskov wants a ceasefire.", "skip", False, id="something of today"),
    ],
)
def test_a_match_that_is_only_historical(text: str, mode: str, historical: bool) -> None:
    """A match is historical when nothing of it is of today and its rule skips that; the evidence always says so."""
    (match,) = matched(article(text), historical=Historical(mode))
    assert match.historical is historical
    assert ("historical" in {proof.what for proof in match.evidence}) is (historical or mode == "fire")


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        pytest.param({"outlets": ("outlet",)}, True, id="outlets: whatever its case"),
        pytest.param({"outlets": ("TASS",)}, False, id="outlets: no other"),
        pytest.param({"not_outlets": ("OUTLET",)}, False, id="not_outlets: not this one"),
        pytest.param({"not_outlets": ("TASS",)}, True, id="not_outlets: others are taken"),
        pytest.param({"languages": ("en",)}, True, id="languages: one of them"),
        pytest.param({"languages": ("uk", "ru")}, False, id="languages: none of them"),
        pytest.param({"not_languages": ("en",)}, False, id="not_languages: not this one"),
        pytest.param({"not_languages": ("ru",)}, True, id="not_languages: others are taken"),
    ],
)
@pytest.mark.parametrize("language", ["en", "en-GB", None])
def test_outlets_and_languages(changes: dict[str, Any], taken: bool, language: str | None) -> None:
    """A rule may look at some outlets and languages only; an article that names none is English."""
    assert bool(matched(article("Peskov on a ceasefire.", language=language), **changes)) is taken


SPEAKS = {"scope": Scope.SPEAKS, "officials": ("Putin",)}


def test_a_denied_report_is_not_speaking() -> None:
    """Who denies having said it does not speak, though the denial can match in its sentence."""
    text = "Peskov did not say a ceasefire was near."
    words = replace(said(text, "a ceasefire was near", by="Peskov", cue="say"), denied=True)
    assert not matched(article(text), words, scope=Scope.SPEAKS)
    assert not matched(article(text), words, scope=Scope.STATEMENT)
    (match,) = matched(article(text), words)
    assert (match.scope, match.denied, match.utterance_id) == (Scope.SENTENCE, True, None)


def test_a_pronoun_that_speaks_is_a_mention() -> None:
    """A resolved pronoun beside the phrase is the official's mention in that sentence."""
    text = "Peskov came. “Go home,” he said of the ceasefire."
    (match,) = matched(article(text), said(text, "Go home", by="he"))
    assert match.scope is Scope.SENTENCE
    assert [proof.surface for proof in match.evidence if proof.what == "official"] == ["he"]


@pytest.mark.parametrize(
    "printed",
    [
        "ceasefire",
        "cease-fire",
        "ceasefires",
        "cease fire",
        "Cease-Fires",
        "CEASEFIRE’S",
        "“cease-fire”",
        "'ceasefire'",
        "cease‑fire",
    ],
)
def test_spellings_of_a_phrase_are_one(printed: str) -> None:
    """Inflection, case, hyphens, apostrophes and quotation marks make no other phrase."""
    (match,) = matched(article(f"Peskov spoke of the {printed} again."))
    assert match.keyword == "ceasefire"


@pytest.mark.parametrize("printed", ["the cease, fire", "firing ceased", "a fire", "cease. Fire", "ceasefirex"])
def test_other_words_are_not_the_phrase(printed: str) -> None:
    """Words that only look alike, or are parted, are not the phrase."""
    assert not matched(article(f"Peskov spoke of {printed} again."))


WORDS = ["ceasefire", "Kursk", "truce", ".", "no", "Peskov"]
PHRASES = st.sampled_from(["ceasefire", "Kursk", "truce"])
CLAUSES = st.recursive(
    st.builds(Clause, st.sampled_from([ALL, ANY, NONE]), st.lists(PHRASES, min_size=1).map(tuple)),
    lambda inner: st.builds(
        Clause, st.sampled_from([ALL, ANY, NONE]), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=6,
)


@given(words=st.lists(st.sampled_from(WORDS), max_size=12), clause=CLAUSES)
def test_a_clause_and_its_opposite_are_never_both_true(words: list[str], clause: Clause) -> None:
    """Of a clause and none of it, exactly one holds where the rest of the rule matches."""
    own = article("Peskov ceasefire " + " ".join(word for word in words if word != "."), published_at=NOW)
    one, other = matched(own, where=clause), matched(own, where=Clause(NONE, (clause,)))
    assert bool(one) != bool(other)
