from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.html.boilerplate import (
    newly_learned,
    page_lines,
    same_but_for,
    site_of,
    without_boilerplate,
)
from extractors.records import Post, Span

QUOTES = Path(__file__).resolve().parent.parent.parent / "shared" / "quotes"
NOTICE = "The Herald publishes a summary of its reports here, subscribers read them whole."
PROMPT = "Scan the code to get our app"


def story(number: int, *added: str) -> str:
    """Return the text of a story of its own, with these lines after it."""
    own = [
        f"Delegation number {number} arrived in Istanbul in the morning, and its head went straight to the palace.",
        f"Its members, {number * 3} in all, did not speak to reporters about what they had brought with them.",
        f"A spokesman of ministry {number} said later that the mood was businesslike and the agenda long.",
    ]
    return "\n".join([*own, *added])


def learned(texts: list[str], known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Learn from these texts as one site's pages."""
    pages = [page_lines(str(number), text) for number, text in enumerate(texts)]
    return frozenset(newly_learned(pages, texts, known))


def cleared(text: str, known: frozenset[str]) -> str:
    """Return a text without what was learned."""
    return without_boilerplate(text, known)[0]


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        pytest.param([story(number, PROMPT) for number in range(3)], PROMPT, id="a prompt under three stories"),
        pytest.param(
            [story(number, *([PROMPT] if number < 3 else [])) for number in range(15)], PROMPT, id="under one in five"
        ),
        pytest.param([story(number, NOTICE) for number in range(5)], NOTICE, id="a sentence under five stories"),
        pytest.param(
            [story(number, *([NOTICE] if number % 2 else [])) for number in range(10)], NOTICE, id="under every second"
        ),
        pytest.param(
            ["\n".join([PROMPT, story(1)]), story(2, PROMPT), story(3, PROMPT, "More")], PROMPT, id="wherever it stands"
        ),
    ],
)
def test_a_line_that_recurs_is_dropped(texts, line):
    """A line that stands under enough different stories is dropped from the next, whatever its case and marks."""
    known = learned(texts)
    assert cleared(story(99, line.upper() + "!"), known) == story(99)
    assert cleared("\n".join([line, story(99)]), known) == story(99)


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        pytest.param([story(number, PROMPT) for number in range(2)], PROMPT, id="under two stories"),
        pytest.param([story(number, NOTICE) for number in range(4)], NOTICE, id="a sentence under four stories"),
        pytest.param([story(1, PROMPT)] * 5, PROMPT, id="in one story printed five times"),
        pytest.param(
            [story(1, PROMPT), story(1, PROMPT, "Updated."), story(2, PROMPT)], PROMPT, id="in a story and its revision"
        ),
        pytest.param(
            [story(1, PROMPT), story(1, PROMPT).replace("straight to", "at noon to"), story(2, PROMPT)],
            PROMPT,
            id="in a revision whose longest line changed",
        ),
        pytest.param(
            [story(number, *([PROMPT] if number < 3 else [])) for number in range(16)], PROMPT, id="under one in six"
        ),
        pytest.param(
            [story(number, *([NOTICE] if number % 3 else [])) for number in range(30)][:9]
            + [story(number) for number in range(30, 34)],
            NOTICE,
            id="a sentence under fewer than every second",
        ),
    ],
)
def test_what_recurs_too_rarely_stays(texts, line):
    """A line is kept until three stories and a fifth of them have had it, a sentence until five and half of them."""
    assert cleared(story(99, line), learned(texts)) == story(99, line)


def test_a_reprinted_story_is_not_eaten():
    """A wire story that an outlet prints again and again stays whole, but for the furniture around it."""
    known = learned([story(7, PROMPT)] * 6 + [story(1, PROMPT), story(2, PROMPT)])
    assert cleared(story(7, PROMPT), known) == story(7)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("“We are ready for talks,” Zelensky repeats.", id="a quotation"),
        pytest.param("'' We are ready for talks ''", id="a quotation between two apostrophes"),
        pytest.param("Peskov said that the talks would go on.", id="reported speech"),
        pytest.param("According to Kyiv the talks would go on", id="whose word it is"),
        pytest.param("Russia launched its invasion in February 2022. " * 10, id="a long paragraph"),
        pytest.param("With reporting by Reuters", id="whose report it is"),
        pytest.param("This was first reported by way of TASS", id="whose news it is"),
        pytest.param("— …", id="marks alone"),
    ],
)
def test_some_lines_are_never_boilerplate(line):
    """What somebody said, what is long and what gives a source its due stays however often it recurs."""
    texts = [story(number, line) for number in range(5)]
    assert cleared(story(9, line), learned(texts)) == story(9, line)


@pytest.mark.parametrize(
    "verb",
    [
        "said",
        "says",
        "saying",
        "told",
        "tells",
        "added",
        "stated",
        "announced",
        "warned",
        "denied",
        "insisted",
        "stressed",
        "declared",
        "confirmed",
    ],
)
def test_reported_speech_is_never_boilerplate(verb):
    """A line with a verb of saying stays."""
    line = f"Peskov {verb} that nothing new came of it"
    texts = [story(number, line) for number in range(5)]
    assert cleared(story(9, line), learned(texts)) == story(9, line)


def test_the_same_words_in_quotation_marks_stay():
    """A line that recurs is dropped; where somebody says its words they are his."""
    known = learned([story(number, PROMPT) for number in range(3)])
    assert cleared(story(9, f"“{PROMPT}”"), known) == story(9, f"“{PROMPT}”")
    pages = [page_lines(str(number), story(number, PROMPT)) for number in range(3)]
    assert newly_learned(pages, [story(9, f"“{PROMPT}”")]) == {}


def test_a_notice_of_some_length_is_learned():
    """A line may be as long as a short paragraph."""
    notice = "The Herald is read in forty countries and owned by its readers " * 6
    assert len(learned([story(number, notice) for number in range(3)])) == 1


def test_one_shared_line_makes_no_reprint():
    """Two stories that quote one long line, or have a line alike, are two stories; short ones are told apart too."""
    background = "The war began in the last week of February and has gone on ever since along the whole front. " * 3
    assert len(learned([story(number, background, PROMPT) for number in range(3)])) == 1
    assert len(learned([f"Story {number} in a line\n\n{PROMPT}" for number in range(3)])) == 1


def test_so_many_lines_of_a_page_are_kept():
    """A live blog is kept with as many lines as tell its template."""
    posts = [f"Post {number} of the day" for number in range(500)]
    assert len(page_lines("1", "\n".join(posts)).hashes) == 100


def test_a_page_is_never_emptied():
    """Where all lines are known to recur, the text stays as it is."""
    known = learned([story(number, PROMPT) for number in range(3)])
    assert cleared(PROMPT, known) == PROMPT


def test_what_is_known_is_not_learned_again():
    """Only lines that were not known are new."""
    texts = [story(number, PROMPT) for number in range(3)]
    assert learned(texts, learned(texts)) == frozenset()


def test_only_lines_at_hand_are_learned():
    """A line that recurred on earlier pages is learned when it is seen again: its words must be known."""
    pages = [page_lines(str(number), story(number, PROMPT)) for number in range(3)]
    assert newly_learned(pages, [story(9)]) == {}
    assert list(newly_learned(pages, [story(9, PROMPT)]).values()) == [PROMPT]


@given(st.lists(st.lists(st.sampled_from(["a line", "another", "gone", "Gone!"]), min_size=1), min_size=1))
def test_posts_keep_their_words(groups):
    """Whatever is dropped, each post's characters are its own lines that stay, and a post of nothing else is none."""
    text, posts = "", []
    for lines in groups:
        start = len(text) + 1 if text or posts else 0
        text = ("\n".join([text, *lines])) if start else "\n".join(lines)
        posts.append(Post(Span(start, len(text))))
    known = frozenset(page_lines("1", "gone").hashes)
    left, moved = without_boilerplate(text, known, posts)
    told = [[line for line in lines if line.lower().strip("!") != "gone"] for lines in groups]
    if any(told):
        assert left == "\n".join(line for lines in told for line in lines)
        assert [post.span.slice(left) for post in moved] == ["\n".join(lines) for lines in told if lines]
    else:
        assert (left, list(moved)) == (text, posts)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(story(1), story(1, PROMPT), True, id="a known line more"),
        pytest.param(story(1), story(1).replace(".", " …"), True, id="other marks"),
        pytest.param(story(1), story(1, "A new line"), False, id="another line more"),
    ],
)
def test_furniture_is_no_change(one, other, same):
    """Two texts that differ in nothing but lines known to recur are the same."""
    known = learned([story(number, PROMPT) for number in range(3)])
    assert same_but_for(one, other, known) is same


@pytest.mark.parametrize(
    ("url", "site"),
    [
        pytest.param("https://www.herald.example/a/1", "herald.example", id="a page"),
        pytest.param("http://m.herald.example/a/1/amp", "herald.example", id="its twins"),
        pytest.param("https://en.herald.example/1", "en.herald.example", id="another edition"),
        pytest.param("file:///tmp/a.html", None, id="a file"),
        pytest.param("file://server/a.html", None, id="a file on a server"),
    ],
)
def test_a_site_is_its_host(url, site):
    """What is learned holds for a host and its twins."""
    assert site_of(url) == site


@pytest.mark.slow
@pytest.mark.skipif(not QUOTES.is_dir(), reason="the articles of seven newspapers are not beside this checkout")
def test_no_words_of_real_articles_are_lost():
    """In 924 articles of seven newspapers, each learned from in its turn, only furniture is ever dropped."""
    by_outlet: dict[str, list[dict[str, str]]] = {}
    for part in ("dev", "train"):
        for line in gzip.decompress((QUOTES / f"{part}.jsonl.gz").read_bytes()).decode().splitlines():
            article = json.loads(line)
            by_outlet.setdefault(article["doc_id"].split("_")[0], []).append(article)
    dropped = set()
    for articles in by_outlet.values():
        known, pages = {}, []
        for article in sorted(articles, key=lambda each: each["doc_id"].split("_")[1:]):
            text = "\n".join(line for line in article["text"].split("\n") if line.strip())
            pages = [*pages[-29:], page_lines(article["doc_id"], text)]
            known.update(newly_learned(pages, [text], known))
            dropped |= set(text.split("\n")) - set(cleared(text, frozenset(known)).split("\n"))
    furniture = {"full text", "abstract", "letters", "do you support donald trump like the page", "", "x", "___"}
    assert {line.strip(" .:").lower().replace("? ", " ") for line in dropped} <= furniture
