from __future__ import annotations

import gzip
import json
import logging
import statistics
import sys
from importlib import util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.html import pages
from extractors.html.pages import clean_page
from extractors.records import Page, Unreadable, UnreadableReason

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"

PARAGRAPHS = [
    "Kremlin spokesman Dmitry Peskov said on Wednesday that Russia welcomed the written proposals of Ukraine.",
    "He added that there was a long way to go before anybody could speak of a breakthrough in the talks.",
    "The two delegations met on Tuesday for three hours in Istanbul, and agreed to go on by video link.",
    "Neither side would say when their foreign ministers would meet, or where a summit could be held.",
]
TOLD_OTHERWISE = PARAGRAPHS[2].replace(",", " –")
TEASER = "Zelensky offers a ceasefire in exchange for guarantees"


def page(inside: str = "", *, head: str = "", paragraphs: list[str] = PARAGRAPHS) -> str:
    """Return an article page with something put between its second and third paragraph."""
    told = [f"<p>{paragraph}</p>" for paragraph in paragraphs]
    body = "\n".join([*told[:2], inside, *told[2:]])
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Proposals welcomed</title>{head}</head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/war">War</a></li></ul></nav>'
        f"<main><article><h1>Proposals welcomed</h1><div class='body'>{body}</div></article></main>"
        "<footer><p>All rights reserved.</p></footer></body></html>"
    )


def text_of(html: bytes | str) -> str:
    """Clean a page that is an article."""
    cleaned = clean_page(html)
    assert isinstance(cleaned, Page)
    return cleaned.text


def test_a_page_is_its_paragraphs():
    """Paragraphs come one a line, the headline apart, navigation and footer not at all."""
    cleaned = clean_page(page())
    assert isinstance(cleaned, Page)
    assert cleaned.text.split("\n") == PARAGRAPHS
    assert (cleaned.title, cleaned.author, cleaned.published) == ("Proposals welcomed", None, None)
    assert cleaned.language == "en"


@pytest.mark.parametrize(
    "furniture",
    [
        pytest.param(f"<figure><img src=x><figcaption>{TEASER}</figcaption></figure>", id="a figure's caption"),
        pytest.param(f'<div class="media"><p class="photo-credit">{TEASER}.</p></div>', id="a credit by its class"),
        pytest.param(f'<section id="comments"><ol><li><p>{TEASER}.</p></li></ol></section>', id="comments by id"),
        pytest.param(f'<div class="ReaderComments__list"><p>{TEASER}.</p></div>', id="comments by class"),
        pytest.param(f'<div id="disqus_thread"><p>{TEASER}.</p></div>', id="comments of a service"),
        pytest.param(f'<ul class="RelatedStories"><li><p>{TEASER}.</p></li></ul>', id="related stories"),
        pytest.param(f'<div class="most-read"><p>{TEASER}.</p></div>', id="most read"),
        pytest.param(
            f'<a href="/x"><div><h3>{TEASER}</h3><p>By our reporter.</p></div></a>', id="a card that is one link"
        ),
        pytest.param(f'<h3><a href="/x">{TEASER}</a></h3>', id="a heading that is one link"),
        pytest.param(f'<p><a href="/x">{TEASER}</a></p>', id="a paragraph that is one link"),
        pytest.param(f"<p>MORE: {TEASER}</p>", id="a line that points elsewhere"),
        pytest.param(f"<p>Read more: {TEASER}</p>", id="read more"),
        pytest.param(f"<p>À lire aussi {TEASER}</p>", id="read more in French"),
        pytest.param(f"<p>Читайте также: {TEASER}</p>", id="read more in Russian"),
        pytest.param(f"<p>Photo: {TEASER}</p>", id="a picture's credit"),
        pytest.param(f'<div class="newsletter-box"><p>{TEASER}.</p></div>', id="a newsletter box"),
        pytest.param(f"<p>Sign up for our newsletter: {TEASER}</p>", id="a newsletter prompt"),
        pytest.param(f'<div class="cookie-banner"><p>{TEASER}.</p></div>', id="a cookie notice"),
        pytest.param(f'<div class="share-bar"><p>{TEASER}.</p></div>', id="a share bar"),
        pytest.param("<p>March 30, 2022</p>", id="a date line"),
        pytest.param("<p>Updated at 1:23 p.m. on Wednesday</p>", id="an update stamp"),
        pytest.param("<p>Advertisement</p>", id="an advertisement's label"),
    ],
)
def test_furniture_is_left_out(furniture):
    """What stands between the paragraphs and is not the article's does not reach its text."""
    assert text_of(page(furniture)).split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(
            "<p>Moreover, nobody in Moscow expected an answer this week.</p>", id="a word that begins like a prompt"
        ),
        pytest.param("<p>Readers of the plan will look for a ceasefire.</p>", id="a sentence about readers"),
        pytest.param('<p class="uncommented">Both sides share this aim.</p>', id="a name that only looks like a box's"),
        pytest.param(
            '<p><a href="/x">Peskov repeated it on state television on Monday.</a></p>', id="a linked sentence"
        ),
        pytest.param("<figure><blockquote><p>We are ready.</p></blockquote></figure>", id="a quotation in a figure"),
        pytest.param("<ul><li>A ceasefire along the whole front line.</li></ul>", id="a list"),
        pytest.param("<h2>What comes next</h2>", id="a heading"),
    ],
)
def test_the_article_stays(inside):
    """What belongs to the article is kept, in its place."""
    lines = text_of(page(inside)).split("\n")
    assert (lines[:2], lines[-2:]) == (PARAGRAPHS[:2], PARAGRAPHS[2:])
    assert len(lines) == 5


LINKED = "On Saturday Rustem Umerov told reporters that a truce was possible before the new year."


@pytest.mark.parametrize(
    "linked",
    [
        f'<div class="markup"><p><a href="/1"><strong>{LINKED} </strong></a></p></div>',
        f'<div class="markup"><p><strong><a href="/2">{LINKED}</a></strong></p></div>',
        f'<section><p><a href="/3" rel="nofollow">{LINKED}</a></p></section>',
        f'<p><a href="/4">{LINKED}</a></p>',
        f'<div><div><p><span><a href="/5"><em>{LINKED}</em></a></span></p></div></div>',
    ],
)
def test_a_sentence_that_is_all_link_stays(linked):
    """A paragraph of the article may be one link; it is no pointer to another story as long as it is a sentence."""
    assert text_of(page(linked)).split("\n") == [*PARAGRAPHS[:2], LINKED, *PARAGRAPHS[2:]]


def test_a_headline_that_is_all_link_is_left_out():
    """What points to another story ends like a headline."""
    assert text_of(page(f'<div class="box"><p><a href="/9">{TEASER}</a></p></div>')).split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "around",
    [
        '<table><tr><td><a href="/">Home</a> <a href="/old">Archive</a></td><td>{}</td></tr></table>',
        '<table><tbody><tr><td width="700"><table><tr><td>{}</td></tr></table></td></tr></tbody></table>',
        '<center><table border=0><tr><td>{}</td><td><a href="/a">Archive</a></td></tr></table></center>',
    ],
)
def test_a_table_that_lays_out_a_page_is_no_table(around):
    """A page built of tables comes out as its paragraphs, without bars and menus."""
    told = "<h1>Proposals welcomed</h1>" + "".join(f"<p>{paragraph}" for paragraph in PARAGRAPHS)
    html = f'<html lang="en"><head><title>Proposals welcomed</title></head><body>{around.format(told)}</body></html>'
    assert text_of(html).split("\n") == PARAGRAPHS


FLASH = "Russia will cease fire from midnight, Dmitry Peskov said."
METADATA = '<meta property="og:type" content="article"><meta property="og:title" content="Russia declares a truce">'


@pytest.mark.parametrize(
    "inside",
    [
        "<article><h1>Russia declares a truce</h1><p>By Staff | 2026-11-29T02:43:53Z</p><p>{}</p></article>",
        "<div><h1>Russia declares a truce</h1><div><span>By Ann Reporter</span> <time>14:05</time></div><p>{}</p></div>",
        "<main><h1>Russia declares a truce</h1><p>By Staff</p><p>29 November 2026, 14:05</p><p>{}</p></main>",
        "<table><tr><td><h1>Russia declares a truce</h1><b>By Staff</b><br>14:05<br><br>{}</td></tr></table>",
        "<section><h1>Russia declares a truce</h1><div>9:30 pm</div><div>By AFP</div><div>{}</div></section>",
    ],
)
def test_a_flash_is_its_sentence(inside):
    """However short an article is, neither headline nor byline nor time of day is glued to it."""
    body = f"<header><nav><a href='/'>Home</a></nav></header>{inside.format(FLASH)}<footer>(c) Herald</footer>"
    assert text_of(f'<html lang="en"><head><title>x</title>{METADATA}</head><body>{body}</body></html>') == FLASH


@pytest.mark.parametrize("markup", ["<p>{}</p>", "<p><span>{}</span></p>", "<div>{}</div>"])
def test_lines_of_the_markup_are_no_lines_of_the_text(markup):
    """A paragraph that its markup breaks over lines is one line, whichever way it is extracted."""
    broken = "\n".join(markup.format(paragraph.replace(" ", "\n    ")) for paragraph in PARAGRAPHS)
    assert text_of(f"<html><body><main>{broken}</main></body></html>").split("\n") == PARAGRAPHS


def test_preformatted_lines_stay():
    """Lines of preformatted text are lines that readers see."""
    told = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    shown = text_of(
        f"<html><body><article>{told}<pre>Kyiv: yes\n<b>Moscow</b>: no\nAnkara: yes</pre></article></body></html>"
    )
    assert shown.split("\n")[-3:] == ["Kyiv: yes", "Moscow: no", "Ankara: yes"]


def test_what_follows_a_heading_of_teasers_is_left_out():
    """After "More from …" nothing of the article comes."""
    tail = ["More from The Herald", f"{TEASER}, as an aide told us.", "The front has moved again since Monday."]
    assert text_of(page(paragraphs=[*PARAGRAPHS, *tail])).split("\n") == PARAGRAPHS


def test_a_standfirst_comes_first():
    """A standfirst that the page shows is part of the text, a description that it does not show is not."""
    said = "Moscow sees no breakthrough, but it likes what it reads."
    head = f'<meta name="description" content="{said}">'
    shown = page(head=head).replace("</h1>", f"</h1></article><div class='hero-byline'><p>{said}</p></div><article>")
    assert text_of(shown).split("\n") == [said, *PARAGRAPHS]
    assert text_of(page(head=head)).split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param(PARAGRAPHS[0], "", id="one that is the first paragraph"),
        pytest.param(
            "Moscow likes it.", "<div><p>Moscow likes it. It says so.</p></div>", id="one within a longer text"
        ),
        pytest.param(
            "Moscow likes it.",
            "<span>Moscow</span><span> likes</span><span> it</span><span>.</span>",
            id="one in pieces",
        ),
        pytest.param("Moscow likes it.", "<div><p>So: Moscow likes it.</p></div>", id="one behind other words"),
        pytest.param(TOLD_OTHERWISE, f"<p>{TOLD_OTHERWISE}</p>", id="one told with other marks"),
    ],
)
def test_a_standfirst_stands_alone_and_once(said, shown):
    """A description is put first only where an element of the page shows it and nothing else, and it is not told yet."""
    html = page(head=f'<meta name="description" content="{said}">')
    header = f"</h1></article><div class='hero-byline'>{shown}</div><article>"
    assert text_of(html.replace("</h1>", header)).split("\n") == PARAGRAPHS


def test_a_standfirst_is_no_article():
    """A page that shows its description and nothing more holds no article."""
    said = "Moscow sees no breakthrough. It likes what it reads. It says so."
    html = f"<html><head><meta name='description' content='{said}'></head><body><nav><span>{said}</span></nav></body></html>"
    assert clean_page(html) == Unreadable(reason=UnreadableReason.NO_ARTICLE, detail="no text")


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        pytest.param("<div>Subscribe to continue reading</div>", UnreadableReason.PAYWALL, id="shown"),
        *(
            pytest.param(f"<{tag}>Subscribe to continue reading</{tag}>", None, id=f"in a {tag}")
            for tag in ("script", "style", "template", "noscript", "svg", "option")
        ),
        pytest.param("<!-- Subscribe to continue reading -->", None, id="in a comment"),
        pytest.param(f"<div>{'x' * 4_001}</div><div>Subscribe to continue reading</div>", None, id="far down"),
        pytest.param(
            f"<div>{'x' * 4_000}</div><div>Subscribe to continue reading</div>", UnreadableReason.PAYWALL, id="near"
        ),
    ],
)
def test_only_what_a_page_shows_first_is_a_wall(around, reason):
    """What a wall asks stands at the beginning of what readers see."""
    head = '<meta property="og:type" content="article"><meta property="og:title" content="Talks go on">'
    html = f"<html><head>{head}</head><body>{around}<article><p>{PARAGRAPHS[0]}</p></article></body></html>"
    answer = clean_page(html)
    assert (answer.reason if isinstance(answer, Unreadable) else None) is reason


def test_short_is_no_reason():
    """A headline and three sentences are an article."""
    told = ["Talks went on in Istanbul.", "Peskov saw no breakthrough.", "A summit is not planned."]
    assert text_of(page(paragraphs=told)).split("\n") == told


@pytest.mark.parametrize(
    ("html", "reason", "detail"),
    [
        pytest.param(b"", UnreadableReason.EMPTY, "no bytes", id="nothing"),
        pytest.param(b" \n ", UnreadableReason.EMPTY, "no bytes", id="white space"),
        pytest.param(b"%PDF-1.7 \x00\x01 <a>", UnreadableReason.NOT_TEXT, "a binary file", id="a PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", UnreadableReason.NOT_TEXT, "a binary file", id="a picture"),
        pytest.param(b"\x01\x00\xff\x00\xfe", UnreadableReason.NOT_TEXT, "no HTML", id="other bytes"),
        pytest.param("just words", UnreadableReason.NO_ARTICLE, "no HTML", id="no markup"),
        pytest.param("words \x00\x01", UnreadableReason.NOT_TEXT, "no HTML", id="control bytes"),
        pytest.param("words \ufffd", UnreadableReason.NOT_TEXT, "no HTML", id="bytes that nothing decodes"),
        pytest.param("<!-- -->", UnreadableReason.NO_ARTICLE, "no HTML", id="a comment"),
        pytest.param("<html><body></body></html>", UnreadableReason.NO_ARTICLE, "no text", id="an empty page"),
        pytest.param(
            page(paragraphs=["Please sign in."]), UnreadableReason.NO_ARTICLE, "fewer than three", id="a stub"
        ),
        pytest.param(
            page(paragraphs=["Page not found.", "It was moved. It may be back. Look again later."]),
            UnreadableReason.SOFT_404,
            "an error page",
            id="an error page that answers 200",
        ),
        pytest.param("<p>" + "x" * pages.MAX_BYTES, UnreadableReason.TOO_LARGE, "5 MB", id="too long a page"),
        pytest.param(gzip.compress(bytes(pages.MAX_BYTES + 1)), UnreadableReason.TOO_LARGE, "5 MB", id="a gzip bomb"),
    ],
)
def test_what_is_no_article_has_a_reason(html, reason, detail):
    """A page that is no article comes back with what it is instead."""
    answer = clean_page(html)
    assert isinstance(answer, Unreadable)
    assert answer.reason is reason
    assert detail in answer.detail


def test_a_parser_that_gives_up_is_a_reason(monkeypatch):
    """Whatever a parser raises at a hostile page makes it unreadable, and does not end the run."""

    def give_up(*_, **__):
        raise RecursionError

    monkeypatch.setattr(pages.trafilatura, "bare_extraction", give_up)
    assert clean_page(page()) == Unreadable(reason=UnreadableReason.BROKEN, detail="the parser gave up: RecursionError")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_a_page_is_read_in_its_encoding(encoding):
    """A page in Cyrillic comes out the same whatever encoding it declares and uses."""
    told = ["Песков: переговоры продолжаются в Стамбуле.", "Сроки встречи не названы.", "Москва ждёт ответа Киева."]
    html = page(paragraphs=told, head='<meta charset="windows-1251">').replace('lang="en"', 'lang="ru"')
    cleaned = clean_page(html.encode(encoding))
    assert isinstance(cleaned, Page)
    assert (cleaned.text.split("\n"), cleaned.language) == (told, "ru")


def test_the_server_s_charset_counts():
    """A page that does not declare its encoding is read in the one its server names."""
    told = ["Песков: переговоры продолжаются в Стамбуле.", "Сроки встречи не названы.", "Москва ждёт ответа Киева."]
    cleaned = clean_page(page(paragraphs=told).encode("cp1251"), content_type="text/html; charset=windows-1251")
    assert isinstance(cleaned, Page)
    assert cleaned.text.split("\n") == told


def test_nothing_is_logged(caplog, capfd):
    """What the libraries have to say about a page stays inside."""
    with caplog.at_level(logging.DEBUG):
        clean_page("<p>")
        clean_page("<html><script type='application/ld+json'>{]</script></html>")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@given(st.one_of(st.binary(), st.text(), st.text().map(page), st.text().map(lambda text: page(paragraphs=[text] * 3))))
@settings(max_examples=60, deadline=None)
def test_no_page_makes_it_raise(html):
    """Any bytes or text are a page or have a reason, and a page's text has no empty line."""
    answer = clean_page(html, url="https://a.example/1")
    assert isinstance(answer, Page | Unreadable)
    if isinstance(answer, Page):
        assert all(line.strip() for line in answer.text.split("\n"))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_mutation_makes_it_raise(data):
    """A page with stretches cut, doubled or overwritten is a page or has a reason."""
    body = bytearray(page(head='<script type="application/ld+json">{"@type": "NewsArticle"}</script>').encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start, length = data.draw(st.integers(0, len(body))), data.draw(st.integers(0, 200))
        body[start : start + length] = data.draw(st.one_of(st.binary(max_size=20), st.just(bytes(body[:length]))))
    assert isinstance(clean_page(bytes(body)), Page | Unreadable)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real pages is not beside this checkout")
def test_real_pages_are_read_well():
    """Over 60 real pages text, titles, days and authors are as right as they have been, and no teaser is left."""
    gold = [json.loads(line) for line in (CORPUS / "pages" / "expected.jsonl").read_text("utf-8").splitlines()]
    spec = util.spec_from_file_location("corpus_eval", CORPUS / "corpus_eval.py")
    judge = util.module_from_spec(spec)
    sys.modules[spec.name] = judge
    spec.loader.exec_module(judge)
    rows = judge.score_pages(gold, {expected["id"]: predicted(expected) for expected in gold})
    assert statistics.fmean(row["f"] for row in rows if "f" in row) >= 0.975
    assert statistics.fmean(row["title"] for row in rows if "title" in row) >= 0.9
    # One day is wrong in the gold itself.
    assert statistics.fmean(row["date"] for row in rows if "date" in row) >= 0.975
    assert statistics.fmean(row["author"] for row in rows if row.get("author") is not None) >= 0.95
    teasers = ("Putin ‘prepared to discuss Ukraine ceasefire’", "La natalité russe menacée")
    texts = [
        predicted(expected)["text"]
        for expected in gold
        if "Metro_2024_11" in expected["id"] or "Figaro" in expected["id"]
    ]
    assert len(texts) == 2
    assert not [teaser for teaser in teasers for text in texts if teaser in text]


def predicted(expected):
    """Clean a page of the corpus as its judge wants it."""
    cleaned = clean_page(gzip.decompress((CORPUS / "pages" / Path(expected["file"]).name).read_bytes()))
    assert isinstance(cleaned, Page)
    return {"text": cleaned.text, "title": cleaned.title, "published": str(cleaned.published), "author": cleaned.author}
