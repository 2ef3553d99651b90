"""Scope `acts` at its far end: who has an alert, and the line that names the others."""

from __future__ import annotations

import pytest

from alerts.matching import find_matches
from alerts.records import Evidence, Match, Place, Scope
from extractors.records import Span
from tests.alert_examples import alert, article, compiled, letter, notice, read


def matches(text: str, **changes: object) -> list[Match]:
    """Match a rule of that scope in a text."""
    own = article(text, **changes)
    return list(find_matches(compiled(scope=Scope.ACTS, officials=("any",)), own, read(own)))


def test_others_in_the_sentence_are_named_under_the_alert():
    """Who is addressed or beside it has no alert of his own; his words stand in the evidence, once."""
    (found,) = matches("Peskov signed the ceasefire with Zelensky, as Zelensky wished.")
    assert (found.official_id, found.scope) == ("dmitry-peskov", Scope.ACTS)
    assert [(each.ref, each.surface) for each in found.evidence if each.what == "also"] == [
        ("volodymyr-zelenskyy", "Zelensky")
    ]


def test_a_headline_tells_who_acts():
    """It has no statements, and its grammar is read all the same."""
    (found,) = matches("Rain fell all day.", title="Peskov rejects Zelensky ceasefire plan")
    assert (found.official_id, found.place) == ("dmitry-peskov", Place.TITLE)


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_letter_names_them_in_the_words_of_the_source(form):
    """In one line, each once."""
    also = [
        Evidence(what="also", place=Place.TEXT, span=Span(at, at + 4), surface=name, ref=name)
        for at, name in enumerate(("Kyiv’s <leader>", "Trump", "Trump"))
    ]
    own = alert(scope=Scope.ACTS)
    told = letter(notice(alert(scope=Scope.ACTS, evidence=(*own.evidence, *also))))
    line = "Also names: Kyiv’s <leader>, Trump"
    assert (line if form == "text" else line.replace("<", "&lt;").replace(">", "&gt;")) in getattr(told, form)
