from __future__ import annotations

from datetime import date

import pytest

from alerts.clauses import Clause, Joint
from alerts.compiled_rules import compile_rules
from alerts.records import Scope
from alerts.rule_checks import wrong_names
from tests.alert_examples import compiled, rule, watchlist

BEFORE, AFTER = date(2023, 5, 1), date(2025, 5, 1)


@pytest.mark.parametrize(
    ("named", "ref_id", "on", "wanted"),
    [
        pytest.param("Ann Oldfield", "ann-oldfield", AFTER, True, id="a name means the person, whatever the office"),
        pytest.param("oldfeld", "ann-oldfield", AFTER, True, id="an alias means the person, whatever its case"),
        pytest.param("ann-oldfield", "ann-oldfield", AFTER, True, id="an id means the person"),
        pytest.param("Ann Oldfield", "bob-newman", AFTER, False, id="a name means nobody else"),
        pytest.param("side:zedland", "bob-newman", BEFORE, True, id="a side means its officials"),
        pytest.param("side:ukraine", "bob-newman", BEFORE, False, id="a side means no official of another"),
        pytest.param("country:ZZ", "ann-oldfield", AFTER, True, id="a country code means its officials"),
        pytest.param("country:Turkiye", "hakan-fidan", AFTER, True, id="another of its names too"),
        pytest.param("country:zedland", "ann-oldfield", AFTER, True, id="a country's name does too"),
        pytest.param("country:ZZ", "zedland", AFTER, False, id="country: does not mean the country itself"),
        pytest.param("role:harbour minister", "ann-oldfield", BEFORE, True, id="a role means its holder on the day"),
        pytest.param("role:harbour minister", "ann-oldfield", AFTER, False, id="a role does not mean a former holder"),
        pytest.param("role:harbour minister", "bob-newman", AFTER, True, id="a role means the successor afterwards"),
        pytest.param("role:harbour minister", "bob-newman", BEFORE, False, id="a role means no future holder"),
        pytest.param("role:harbour minister", "ann-oldfield", None, True, id="without a date anyone who held it"),
        pytest.param("role:Harbour Chief", "bob-newman", AFTER, True, id="another title of the office will do"),
        pytest.param("any", "bob-newman", AFTER, True, id="any means every person of the roster"),
        pytest.param("any", "zed-league", AFTER, False, id="any means no institution"),
        pytest.param("any", "zedland", AFTER, False, id="any means no country"),
        pytest.param("the Zed League", "zed-league", AFTER, True, id="an institution is meant when it is named"),
        pytest.param("Zedland", "zedland", AFTER, True, id="a country is meant when it is named"),
    ],
)
def test_officials_mean(named: str, ref_id: str, on: date | None, wanted: bool) -> None:
    """What a rule names is who it watches."""
    assert compiled(officials=(named,)).wants(ref_id, on) is wanted


def test_whom_rules_mean_is_worked_out_once_for_all_that_name_the_same() -> None:
    """Thousands of rules that name "any" cost a pass, and its memory, no more than one; others mean their own."""
    named = (("any",), ("Zedland",), ("any",))
    everybody, country, again = compile_rules([rule(officials=each) for each in named], watchlist())
    assert again.officials is everybody.officials
    assert set(country.officials) == {"zedland"}


def test_topic_takes_the_whole_lexicon_under_the_rules_own_word() -> None:
    """A topic's phrases are found, and the keyword recorded is what the rule says."""
    found = compiled(keywords=("topic:ceasefire",)).phrases.find("They agreed a truce and a cease-fire.")
    assert [hit.key for hit in found] == ["topic:ceasefire", "topic:ceasefire"]


def test_version_changes_with_any_word_of_the_rule_only() -> None:
    """The version is a digest of the content: equal for equal rules, another for any change."""
    plain = compiled()
    assert plain.rule.version == compiled().rule.version
    where = Clause(Joint.ALL, ("Kursk",))
    for change in (
        {"keywords": ("truce",)},
        {"scope": Scope.ARTICLE},
        {"exclude": ("hockey",)},
        {"name": "other"},
        {"where": where},
        {"outlets": ("TASS",)},
    ):
        assert compiled(**change).rule.version != plain.rule.version


def test_keys_that_came_later_leave_the_version_of_older_rules_alone() -> None:
    """A rule that uses no newer key has the version it always had, so that no alert looks as if its rule had changed."""
    assert compiled().rule.version == "b2dda898469e"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param(
            {"officials": ("Anne Oldfeeld",)},
            'unknown official "Anne Oldfeeld"; did you mean "Ann Oldfield"?',
            id="an unknown official, with the nearest one's canonical name",
        ),
        pytest.param(
            {"keywords": ("topic:ceasefires",)},
            'unknown topic "topic:ceasefires"; did you mean "topic:ceasefire"?',
            id="an unknown topic",
        ),
        pytest.param(
            {"exclude": ("topic:xyzzy-no",)}, 'unknown topic "topic:xyzzy-no"', id="an unknown topic in exclude"
        ),
        pytest.param(
            {"officials": ("side:zetland",)},
            'unknown side "side:zetland"; did you mean "side:zedland"?',
            id="an unknown side",
        ),
        pytest.param(
            {"officials": ("role:harbour ministre",)},
            'unknown role "role:harbour ministre"; did you mean "role:harbour minister"?',
            id="an unknown role",
        ),
        pytest.param({"officials": ("country:QQQQQ",)}, 'unknown country "country:QQQQQ"', id="an unknown country"),
        pytest.param({"keywords": (" — ",)}, '" — " in keywords has no word in it', id="a keyword without a word"),
        pytest.param({"exclude": ("",)}, '"" in exclude has no word in it', id="an empty phrase in exclude"),
    ],
)
def test_problems_are_one_clear_line(changes: dict[str, tuple[str, ...]], problem: str) -> None:
    """Each mistake in a rule is one line that names the rule and, where there is one, what was meant."""
    problems = [found.what for found in wrong_names([rule(**changes)], watchlist())]
    assert len(problems) == 1
    assert problems[0].startswith(f'rule "ceasefire": {problem}')
    assert "\n" not in problems[0]


def test_a_right_rule_has_no_problem() -> None:
    """Nothing is said about rules that are well."""
    well = rule(officials=("Peskov", "side:ukraine", "role:foreign minister", "NATO", "the Kremlin", "any"))
    assert wrong_names([well, rule(name="other")], watchlist()) == ()
