from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Unreadable, UnreadableReason
from extractors.text.encodings import decoded, unpacked

META = "<meta charset=koi8-u>"
CYRILLIC = "Київ: переговори у Стамбулі"
MARKED = "<html lang=en><p class='lead-in'>Москва не получала</p><p>предложений о перемирии</p></html>"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param(
            CYRILLIC.encode(), "text/html; charset=windows-1251", CYRILLIC, id="valid UTF-8 wins over the server"
        ),
        pytest.param(CYRILLIC.encode("cp1251"), "text/html; charset='windows-1251'", CYRILLIC, id="the server's word"),
        pytest.param((META + CYRILLIC).encode("koi8-u"), None, META + CYRILLIC, id="the page's"),
        pytest.param(CYRILLIC.encode() + b"\xff", None, CYRILLIC + "\ufffd", id="one bad byte leaves the rest"),
        pytest.param("“peace”".encode("cp1252"), "charset=iso-8859-1", "“peace”", id="Latin-1 is Windows-1252"),
        pytest.param("“peace”".encode("cp1252"), None, "“peace”", id="nothing declared"),
        pytest.param(
            "Déjà vu à Paris, où l’été fut long".encode("cp1252"),
            None,
            "Déjà vu à Paris, où l’été fut long",
            id="French",
        ),
        pytest.param(CYRILLIC.encode("cp1251"), None, CYRILLIC, id="Cyrillic of which nobody says what it is in"),
        pytest.param(
            MARKED.encode("koi8-r"), "text/html", MARKED, id="the same among markup, and in the older encoding"
        ),
        pytest.param(MARKED.encode("cp1251"), "text/html; charset=utf-8", MARKED, id="declared as what it is not"),
        pytest.param("和平".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "和平", id="ASCII with escapes"),
        pytest.param(b"abc", "text/html; charset=punycode", "abc", id="an encoding that is none of the web's"),
        pytest.param("Київ".encode("utf-32"), None, "Київ", id="UTF-32 by its mark"),
        pytest.param(b"\xff\xfea", None, "\ufffd", id="half a character"),
    ],
)
def test_bytes_are_decoded_by_what_fits(body, content_type, text):
    """The encoding that really decodes the bytes is used, whatever is declared."""
    assert decoded(body, content_type) == text


@given(st.binary(), st.none() | st.text())
def test_any_bytes_are_decoded(body, content_type):
    """Decoding never fails."""
    assert isinstance(decoded(body, content_type), str)


def test_unpacking_is_bounded():
    """A bomb costs memory for the limit, not for what it would become."""
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    answer = unpacked(bomb, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(answer, Unreadable)
    assert answer.reason is UnreadableReason.TOO_LARGE
    assert peak < 5_000_000


def test_a_cut_off_wrapping_gives_what_there_is():
    """What could be unpacked before the end is used."""
    whole = b"".join(b"<item>%d</item>" % number for number in range(2_000))
    part = unpacked(gzip.compress(whole)[:-2_000], 100_000)
    assert isinstance(part, bytes)
    assert part
    assert whole.startswith(part)
