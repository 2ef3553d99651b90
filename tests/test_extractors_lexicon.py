"""The words that reading goes by, as data."""

import re

import pytest

from extractors.speech.lexicon import filled
from extractors.text.tables import tables
from tests.conftest import ROOT

SPEECH = ROOT / "extractors" / "speech"
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SPEECH.glob("*.py"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("a b", "a b", id="words stand for themselves"),
        pytest.param(["a", "b"], "(?:a|b)", id="a list is any of them"),
        pytest.param(r"{one}\b", r"1\b", id="a name stands for its pattern"),
        pytest.param("{any} x", "(?:1|y{2,3}) x", id="or for its list, names in names too"),
        pytest.param(r"\d{1,4}", r"\d{1,4}", id="a count is no name"),
    ],
)
def test_patterns_are_put_together_of_names(words, expected):
    """What stands in braces is another pattern of the same table."""
    assert filled(words, {"one": "1", "any": ["{one}", "y{2,3}"]}) == expected


def test_an_unknown_name_is_an_error():
    """A slip in a name does not become a pattern that never matches."""
    with pytest.raises(KeyError):
        filled("{none}", {})


@pytest.mark.parametrize("name", ["asides.toml", "lexicon.toml"])
def test_every_list_of_words_is_used(name):
    """A list that nothing looks at would be taught words in vain."""
    lists = tables("extractors.speech", name)
    text = CODE + (SPEECH / name).read_text(encoding="utf-8")
    unused = [each for each in lists if not re.search(rf'"{each}"|\{{{each}\}}', text)]
    assert unused == []
