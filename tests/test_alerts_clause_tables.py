from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clauses import DEEPEST, WORDS, Clause, Joint, clause
from alerts.rules import Historical, Negation
from flows.config.settings import load_settings
from flows.problems import UsageProblem

ALL, ANY, NONE, NEAR = Joint
HEAD = '[[rules]]\nname = "x"\nkeywords = ["ceasefire"]\nofficials = "any"\nsubscribers = ["desk"]\n'
TAIL = '[[subscribers]]\nname = "desk"\nchannel = "slack"\nwebhook_url = "https://hooks.example/x"\n'


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param({"all": ["Kursk", "Sumy"]}, Clause(ALL, ("Kursk", "Sumy")), id="all"),
        pytest.param(
            {"any": ["Kursk"], "none": ["football"]},
            Clause(ALL, (Clause(ANY, ("Kursk",)), Clause(NONE, ("football",)))),
            id="several keys must all hold",
        ),
        pytest.param(
            {"all": ["Kursk", {"any": ["truce", "topic:talks"]}]},
            Clause(ALL, ("Kursk", Clause(ANY, ("truce", "topic:talks")))),
            id="a table in a list",
        ),
        pytest.param({"near": ["a", "b"], "words": 8}, Clause(NEAR, ("a", "b"), 8), id="near with words"),
        pytest.param({"near": ["a", "b"]}, Clause(NEAR, ("a", "b"), WORDS), id="near without words"),
    ],
)
def test_clauses_are_read(written: object, read: Clause) -> None:
    """A `where` table becomes a clause."""
    assert clause(written) == read


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param(
            '{ al = ["a"] }', 'unknown key al (did you mean "all"?); there are all, any, none, near', id="key"
        ),
        pytest.param('"ceasefire"', "write a table, for example", id="no table"),
        pytest.param("{}", "write a table, for example", id="an empty table"),
        pytest.param("{ all = [] }", "all takes a list that is not empty", id="an empty list"),
        pytest.param('{ all = "a" }', "all takes a list that is not empty", id="no list"),
        pytest.param("{ all = [3] }", "all takes phrases of printable characters", id="a number for a phrase"),
        pytest.param('{ any = [" "] }', "any takes phrases of printable characters", id="a blank phrase"),
        pytest.param('{ near = ["a", { any = ["b"] }] }', "near takes phrases", id="a table within near"),
        pytest.param('{ near = ["a", "b"], words = -1 }', "a whole number from 0 to 1000", id="words below none"),
        pytest.param(
            '{ near = ["a", "b"], words = true }', "a whole number from 0 to 1000", id="words that are no number"
        ),
        pytest.param('{ any = ["a"], words = 3 }', "words is for near", id="words without near"),
    ],
)
def test_a_mistake_in_a_clause_is_one_line(tmp_path, written: str, problem: str) -> None:
    """What is wrong in `where` is one line with file and line, and says what to write."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(f"{HEAD}where = {written}\n{TAIL}", encoding="utf-8")
    with pytest.raises(UsageProblem) as raised:
        load_settings(path)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{path}:6: where: ")
    assert problem in line


def test_a_clause_may_not_stand_too_deep() -> None:
    """A table within tables without end is refused."""
    written: object = "Kursk"
    for _ in range(DEEPEST + 1):
        written = {"all": [written]}
    with pytest.raises(ValueError, match="more than 10 deep"):
        clause(written)


def test_the_other_keys_reach_the_rule(tmp_path) -> None:
    """Every newer key of a rule is read as it is written."""
    keys = 'negation = "only"\nhistorical = "fire"\noutlets = ["A"]\nnot_outlets = ["B"]\nlanguages = ["en"]\nnot_languages = ["ru"]\n'
    path = tmp_path / "talkwatch.toml"
    path.write_text(f"{HEAD}{keys}{TAIL}", encoding="utf-8")
    (rule,) = load_settings(path).rules
    assert (rule.negation, rule.historical) == (Negation.ONLY, Historical.FIRE)
    assert (rule.outlets, rule.not_outlets, rule.languages, rule.not_languages) == (("A",), ("B",), ("en",), ("ru",))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param(
            'negation = "olny"', "negation: write 'any', 'only' or 'exclude' (did you mean \"only\"?)", id="negation"
        ),
        pytest.param('historical = "yes"', "historical: write 'skip' or 'fire'", id="historical"),
        pytest.param(
            'languages = ["EN"]', 'languages: write languages in two small letters, for example "en"', id="language"
        ),
    ],
)
def test_a_wrong_value_is_one_line(tmp_path, written: str, problem: str) -> None:
    """A value that is none of those allowed is one line that names them."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(f"{HEAD}{written}\n{TAIL}", encoding="utf-8")
    with pytest.raises(UsageProblem) as raised:
        load_settings(path)
    assert str(raised.value).splitlines() == [f"{path}:6: {problem}"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["all", "near", "words", "x"]), inner, max_size=3)
    ),
)


def read_or_refused(written: object) -> str | None:
    """Return what is wrong with a value, None when it is read."""
    try:
        assert isinstance(clause(written), Clause | None)
    except ValueError as error:
        return str(error)
    return None


@given(written=ANYTHING)
def test_whatever_is_written_is_read_or_refused(written: object) -> None:
    """Any value is a clause, nothing, or a mistake told in a line."""
    assert "\n" not in (read_or_refused(written) or "")
