from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alerts.clauses import Clause, Joint
from alerts.matching import first_failure
from alerts.occurrences import Texts
from alerts.records import Scope
from alerts.rules import Negation
from extractors.records import Article, Statement
from tests.alert_examples import NOW, article, compiled, read, said

QUOTE = "“No ceasefire before talks,” Peskov said of Zelensky."
SAID = said(QUOTE, "No ceasefire before talks", by="Peskov")
KURSK = "Peskov on a ceasefire near Kursk."


def failure(own: Article, *statements: Statement, without: str | None = None, **changes: Any) -> tuple[str, str] | None:
    """Return the key and reason of the first clause that fails."""
    found = first_failure(compiled(**changes), Texts(own, read(own, *statements, without=without)))
    return (found.key, found.what) if found else None


@pytest.mark.parametrize(
    ("text", "changes", "key", "what"),
    [
        pytest.param("Rain fell.", {}, "keywords", 'it holds none of "ceasefire"', id="no phrase"),
        pytest.param("A ceasefire held.", {}, "officials", "it names no official", id="nobody named"),
        pytest.param(
            "Putin on a ceasefire.",
            {"officials": ("Peskov",)},
            "officials",
            'it names nobody of the rule\'s officials; it names "vladimir-putin"',
            id="only others are named",
        ),
        pytest.param(
            "A former Putin adviser on a ceasefire.",
            {"officials": ("Vladimir Putin",)},
            "officials",
            'it names "Vladimir Putin" only to say whose somebody or something else is',
            id="only as whose adviser it is",
        ),
        pytest.param(
            "Oldfield on a ceasefire.",
            {"officials": ("role:harbour minister",)},
            "officials",
            'it names "Ann Oldfield", who did not hold the office the rule names on 2026-11-21',
            id="not in office that day",
        ),
        pytest.param(
            "Peskov spoke. A ceasefire held.",
            {},
            "scope",
            '"ceasefire" and Dmitry Peskov stand in one paragraph, but in no sentence together; scope is "sentence"',
            id="not near enough",
        ),
        pytest.param(
            KURSK,
            {"where": Clause(Joint.ALL, ("Istanbul",))},
            "where",
            'that sentence does not hold "Istanbul"',
            id="all",
        ),
        pytest.param(
            KURSK,
            {"where": Clause(Joint.ANY, ("Istanbul", "Ankara"))},
            "where",
            'that sentence holds none of "Istanbul", "Ankara"',
            id="any",
        ),
        pytest.param(
            KURSK,
            {"where": Clause(Joint.NONE, ("Kursk",))},
            "where",
            'that sentence holds what none forbids: "Kursk" ("Kursk")',
            id="none",
        ),
        pytest.param(
            KURSK,
            {"where": Clause(Joint.NEAR, ("ceasefire", "Kursk"), 0)},
            "where",
            'that sentence has "ceasefire", "Kursk" nowhere within 0 words of each other',
            id="near",
        ),
        pytest.param(
            KURSK, {"negation": Negation.ONLY}, "negation", '"ceasefire" is not negated there', id="only negated"
        ),
        pytest.param(
            "Peskov ruled out a ceasefire.",
            {"negation": Negation.EXCLUDE},
            "negation",
            '"ceasefire" is negated there by "ruled out"',
            id="never negated",
        ),
        pytest.param(
            KURSK,
            {"exclude": ("Kursk",)},
            "exclude",
            '"Kursk" stands beside "ceasefire", and exclude names it',
            id="exclude",
        ),
        pytest.param(
            "Peskov took part in the failed ceasefire talks of March 2022.",
            {},
            "historical",
            '"ceasefire" is only told as history there: Peskov took part in the failed ceasefire talks of March 2022.',
            id="history",
        ),
        pytest.param(
            KURSK, {"outlets": ("TASS",)}, "outlets", 'it is of "Outlet", which the rule does not look at', id="outlets"
        ),
        pytest.param(
            KURSK,
            {"not_outlets": ("outlet",)},
            "not_outlets",
            'it is of "Outlet", which the rule does not look at',
            id="not_outlets",
        ),
        pytest.param(
            KURSK, {"languages": ("uk",)}, "languages", 'it is in "en", which the rule does not look at', id="languages"
        ),
    ],
)
def test_the_first_clause_that_fails_is_named(text: str, changes: dict[str, Any], key: str, what: str) -> None:
    """Each clause that fails says in plain words what is so, and when nothing fails there is nothing to say."""
    assert failure(article(text), **changes) == (key, what)


def test_a_phrase_in_a_caption_is_told_as_such() -> None:
    """What stands only in a caption is named as the reason."""
    own = article("Peskov spoke.\nPhoto: ceasefire talks")
    found = failure(own, without="Photo")
    assert found is not None
    assert "stands only in a caption" in found[1]


def test_a_denied_report_is_told_as_such() -> None:
    """Who denies having said it does not say it."""
    own = article(QUOTE)
    found = failure(own, replace(SAID, denied=True), scope=Scope.SPEAKS)
    assert found == ("scope", 'Dmitry Peskov is reported to deny having said "ceasefire", which is not saying it')


def test_nothing_fails_where_the_rule_matches() -> None:
    """A rule that matches has no failing clause."""
    assert failure(article(QUOTE, published_at=NOW), SAID, scope=Scope.SPEAKS) is None


def test_a_language_without_phrases_is_told() -> None:
    """Who reads that a phrase is missing is told where the article is in another language than all of them."""
    own = article("Песков говорил о перемирии.", language="ru")
    found = first_failure(compiled(keywords=("ceasefire", "truce")), Texts(own, read(own)))
    assert found is not None
    assert found.what == 'it holds none of "ceasefire", "truce", and none of them is in its language, Russian'
    assert "topic:ceasefire" in found.change
    other = first_failure(compiled(keywords=("ceasefire", "санкции")), Texts(own, read(own)))
    assert other is not None
    assert other.what == 'it holds none of "ceasefire", "санкции"'
