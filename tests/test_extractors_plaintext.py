from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.text.plaintext import plain


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("LIBERTÉ»", "LIBERTÉ»", id="what only looks like mojibake stays"),
        pytest.param("Ã‰lysÃ©e: â€œnonâ€\x9d", "Élysée: “non”", id="mojibake is repaired"),
        pytest.param("Élysée: non", "Élysée: non", id="what is right stays"),
        pytest.param("a<br>b", "a b", id="a break is a space"),
        pytest.param("<b>Cease</b>fire", "Ceasefire", id="emphasis inside a word leaves it whole"),
        pytest.param("a\x1bb", "a b", id="a control is a space"),
        pytest.param("<p> </p>", None, id="nothing left is none"),
        pytest.param(None, None, id="nothing there is none"),
    ],
)
def test_markup_becomes_one_line(markup, expected):
    """Short markup becomes its words on one line."""
    assert plain(markup) == expected


@given(st.text())
def test_any_text_becomes_one_line(markup):
    """Whatever comes in, one trimmed line of printable characters comes out, or None."""
    text = plain(markup)
    assert text is None or text == " ".join(text.split())
