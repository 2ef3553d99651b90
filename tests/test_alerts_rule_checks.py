from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from alerts.clauses import Clause, Joint
from alerts.records import Scope
from alerts.rule_checks import dead_clauses, oddities, wrong_names
from alerts.rule_names import KnownNames
from extractors.officials.watchlist import load_watchlist
from tests.alert_examples import rule, watchlist

ALL, ANY, NONE, NEAR = Joint
TODAY = date(2026, 11, 22)
PAST = """
[[roles]]
role = "quay minister"
titles = ["quay minister"]

[[officials]]
id = "ann-quay"
name = "Ann Quay"
country = "UA"
gender = "f"
surname = ["Quay"]
terms = [{ role = "quay minister", since = 2020-01-01, until = 2024-09-05 }]
"""


def dead(**changes: Any) -> list[tuple[str | None, str]]:
    """Return what can't be true in a rule."""
    return [
        (each.key, each.what.removeprefix('rule "ceasefire": '))
        for each in dead_clauses([rule(**changes)], watchlist())
    ]


@pytest.mark.parametrize(
    ("changes", "key", "what"),
    [
        pytest.param({"exclude": ("ceasefire",)}, "exclude", "which exclude cancels", id="an excluded keyword"),
        pytest.param({"exclude": ("cease-fires",)}, "exclude", "which exclude cancels", id="in another spelling"),
        pytest.param(
            {"exclude": ("topic:ceasefire",)}, "exclude", "which exclude cancels", id="by a topic that has it"
        ),
        pytest.param(
            {"keywords": ("ceasefire talks",), "exclude": ("ceasefire",)},
            "exclude",
            '"ceasefire talks" in keywords always holds "ceasefire"',
            id="a keyword that holds an excluded phrase",
        ),
        pytest.param(
            {"where": Clause(NONE, ("ceasefire",))}, "where", "none in where forbids", id="a forbidden keyword"
        ),
        pytest.param(
            {"where": Clause(ALL, (Clause(ANY, ("Kursk",)), Clause(NONE, ("kursk",))))},
            "where",
            'where wants "Kursk", and none or exclude forbids "kursk": it can never be true',
            id="any and none of the same phrase",
        ),
        pytest.param(
            {"where": Clause(ALL, ("Kursk", Clause(NONE, ("Kursk",))))},
            "where",
            "it can never be true",
            id="all and none",
        ),
        pytest.param(
            {"where": Clause(ALL, ("Kursk",)), "exclude": ("Kursk",)},
            "where",
            "it can never be true",
            id="all and exclude",
        ),
        pytest.param(
            {"where": Clause(NEAR, ("Kursk",), 8)}, "where", "near needs two phrases or more", id="near with one term"
        ),
        pytest.param(
            {"where": Clause(ALL, (Clause(NEAR, ("Kursk", "Kursk"), 8),))},
            "where",
            "near needs two phrases or more",
            id="near with one term twice",
        ),
        pytest.param(
            {"languages": ("tr",), "scope": Scope.SPEAKS},
            "languages",
            'languages leaves out every language with statements (en, ru, uk), which scope "speaks" needs',
            id="speaks in another language",
        ),
        pytest.param(
            {"not_languages": ("en", "ru", "uk"), "scope": Scope.STATEMENT},
            "not_languages",
            "leaves out every language with statements",
            id="in no language with statements",
        ),
        pytest.param(
            {"languages": ("uk",), "not_languages": ("uk",)},
            "not_languages",
            "no article is left",
            id="no language left",
        ),
        pytest.param(
            {"outlets": ("TASS",), "not_outlets": ("tass",)}, "not_outlets", "no article is left", id="no outlet left"
        ),
    ],
)
def test_what_can_never_be_true_is_found(changes: dict[str, Any], key: str, what: str) -> None:
    """A clause that can't be true is told once, with its key and what to change."""
    ((found, said),) = dead(**changes)
    assert found == key
    assert what in said


@pytest.mark.parametrize("changes", [{"languages": ("uk",)}, {"languages": ("tr", "ru")}, {"not_languages": ("en",)}])
def test_a_rule_on_what_is_said_may_be_on_any_language_with_statements(changes: dict[str, Any]) -> None:
    """Russian and Ukrainian have statements as English has."""
    assert not dead(**changes, scope=Scope.SPEAKS)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"exclude": ("ceasefire talks",)}, id="only some hits are excluded"),
        pytest.param({"keywords": ("topic:ceasefire",), "exclude": ("truce",)}, id="one phrase of a topic is excluded"),
        pytest.param(
            {"where": Clause(ALL, (Clause(ANY, ("Kursk", "Sumy")), Clause(NONE, ("Kursk",))))}, id="one is left"
        ),
        pytest.param({"where": Clause(NEAR, ("ceasefire", "Kursk"), 8)}, id="near with two"),
        pytest.param({"languages": ("uk",)}, id="another language in a scope without statements"),
        pytest.param({"languages": ("uk", "en"), "scope": Scope.SPEAKS}, id="English among others"),
        pytest.param({"outlets": ("TASS", "AP"), "not_outlets": ("AP",)}, id="one outlet is left"),
        pytest.param(
            {"where": Clause(ALL, ("Kursk",)), "exclude": ("Kursk",), "scope": Scope.STATEMENT},
            id="a statement may go on beyond its sentence",
        ),
    ],
)
def test_what_may_be_true_is_let_be(changes: dict[str, Any]) -> None:
    """Nothing is said about clauses that can hold."""
    assert dead(**changes) == []


@pytest.mark.parametrize(
    ("changes", "key", "what"),
    [
        pytest.param(
            {"outlets": ("TAS",)}, "outlets", 'of an outlet "TAS"; did you mean "TASS"?', id="an outlet nobody has seen"
        ),
        pytest.param(
            {"keywords": ("ceasefire", "cease-fires")},
            "keywords",
            '"ceasefire" and "cease-fires" are one phrase; keep one',
            id="one phrase twice",
        ),
        pytest.param(
            {"officials": ("role:quay minister",)},
            "officials",
            'nobody holds "role:quay minister" on 2026-11-22',
            id="an office nobody holds any more",
        ),
    ],
)
def test_what_is_hardly_meant_is_told(changes: dict[str, Any], key: str, what: str) -> None:
    """What is allowed and odd is told with its key, the nearest right name beside it."""
    (found,) = oddities(
        [rule(**changes)],
        KnownNames(watchlist=load_watchlist(PAST), outlets=("TASS", "AP"), on=TODAY),
        subscribers=["desk"],
    )
    assert found.key == key
    assert what in found.what


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"keywords": ("truce",)},
            ['articles of "TASS" are in Russian', 'articles of "Zeit" are in German'],
            id="English words alone",
        ),
        pytest.param(
            {"keywords": ("truce", "перемирие")}, ['articles of "Zeit" are in German'], id="a Russian word too"
        ),
        pytest.param({"keywords": ("topic:ceasefire",)}, [], id="a topic with words in all of them"),
        pytest.param({"keywords": ("truce",), "languages": ("en",)}, [], id="a rule for English alone"),
        pytest.param({"keywords": ("truce",), "outlets": ("AP",)}, [], id="a rule for another outlet"),
        pytest.param({"keywords": ("truce",), "not_outlets": ("TASS", "Zeit")}, [], id="a rule for all others"),
    ],
)
def test_a_language_in_which_a_rule_has_no_words_is_told(changes: dict[str, Any], told: list[str]) -> None:
    """An outlet's articles can't match phrases of another language, and nobody would notice."""
    languages = (("AP", "en"), ("TASS", "ru"), ("Zeit", "de-DE"))
    known = KnownNames(watchlist=load_watchlist(), outlets=("AP", "TASS", "Zeit"), languages=languages, on=TODAY)
    found = oddities([rule(**changes)], known, subscribers=["desk"])
    assert [each.what.split(": ", 1)[1].split(",")[0] for each in found] == told
    assert {each.key for each in found} <= {"keywords"}


def test_a_subscriber_without_a_rule_is_told() -> None:
    """Who is told by no rule is named."""
    found = oddities([rule()], KnownNames(watchlist=watchlist(), on=TODAY), subscribers=["desk", "night"])
    assert [each.what for each in found] == ['subscriber "night" is told by no rule; name it in one']


@pytest.mark.parametrize(
    ("clause", "what"),
    [
        pytest.param(
            Clause(ALL, ("topic:ceasefires",)), 'unknown topic "topic:ceasefires"; did you mean', id="a topic"
        ),
        pytest.param(Clause(ALL, (Clause(NONE, ("—",)),)), '"—" in where has no word in it', id="no word"),
    ],
)
def test_names_within_clauses_are_checked(clause: Clause, what: str) -> None:
    """What stands in a clause is checked as keywords are."""
    (found,) = wrong_names([rule(where=clause)], watchlist())
    assert (found.rule, found.key) == (0, "where")
    assert what in found.what
