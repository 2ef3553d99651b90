from __future__ import annotations

import pytest
from trafilatura.utils import load_html

from extractors.html.furniture import headline_element, is_elsewhere, key, names_of, prune, shown

TOLD = "The two delegations met on Tuesday for three hours in the palace, and agreed to go on by video link. " * 3
BOX = "What stands in a box."

# One row a name that outlets give their boxes.
BOXES = [
    "related",
    "recirc",
    "recirculation",
    "recommended",
    "recommendations",
    "trending",
    "teaser",
    "teasers",
    "up-next",
    "infobox",
    "popular-articles",
    "popular-posts",
    "popular-stories",
    "popular-news",
    "most-popular",
    "most-read",
    "most-viewed",
    "most-shared",
    "most-recent",
    "more-topic",
    "more-topics",
    "more-stories",
    "more-news",
    "more-from",
    "more-on",
    "more-link",
    "more-links",
    "more-articles",
    "more-coverage",
    "read-more",
    "read-next",
    "read-also",
    "also-read",
    "also-like",
    "next-article",
    "next-story",
    "next-up",
    "you-may",
    "newsletter",
    "newsletters",
    "sign-up",
    "signup",
    "subscribe",
    "subscription-box",
    "subscription-form",
    "subscription-banner",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "modal",
    "pop-up",
    "popup",
    "overlay",
    "lightbox",
    "dialog",
    "paywall-box",
    "paywall-banner",
    "paywall-prompt",
    "paywall-wall",
    "paywall-barrier",
    "paywall-overlay",
    "donate",
    "donates",
    "donation",
    "donations",
    "app-promo",
    "app-banner",
    "push-notification",
    "push-prompt",
    "follow-us",
    "follow-box",
    "follow-button",
    "follow-buttons",
    "tag-list",
    "tags-list",
    "taglist",
    "tag-cloud",
    "tagscloud",
    "post-tags",
    "article-tags",
    "author-bio",
    "author-box",
    "author-info",
    "author-card",
    "about-author",
    "about-the-author",
    "bio-box",
    "disclaimer",
    "share",
    "sharing",
    "social",
    "social-media",
    "advert",
    "adverts",
    "advertisement",
    "sponsored",
    "outbrain",
    "taboola",
    "breadcrumb",
    "breadcrumbs",
    "rollover-block",
    "tooltip-content",
    "popover-text",
    "popover-big-text",
    "caption",
    "captions",
    "photo-credit",
    "image-credit",
    "media-credit",
    "wp-captionleft",
    "comment",
    "comments",
    "comment-list",
    "comments-section",
    "comment-area",
    "comment-thread",
    "comment-threads",
    "comment-wrap",
    "comment-wrapper",
    "comment-container",
    "comment-box",
    "comment-block",
    "comment-form",
    "comment-respond",
    "comment-holder",
    "comment-content",
    "comment-feed",
    "comment-app",
    "comment-root",
    "comment-inner",
    "comment-module",
    "comment-panel",
    "comment-count",
    "comment-title",
    "comment-header",
    "comment-body",
    "comment-item",
    "comment-items",
    "comment-12",
    "reader-comments",
    "our-reader-comments",
    "comments-list-items",
    "disqus-thread",
    "dsq-content",
    "livefyre-app",
    "viafoura-app",
    "spot-im-app",
    "spotim-app",
    "openweb-app",
    "commento-root",
]
# What only looks like one.
OTHERS = [
    "unrelated",
    "relatedness",
    "unshared",
    "shareholders",
    "uncommented",
    "commentary",
    "no-comments",
    "has-comments",
    "hide-comments",
    "with-comments",
    "without-comments",
    "type-comments",
    "no-caption",
    "has-newsletter",
    "with-related",
    "all-of-our-comments",
    "comments-off",
    "captioned",
    "precaption",
    "story-body",
    "content",
    "next",
    "more",
    "popular",
]


def tree(inside: str, *, head: str = "<h1>Talks go on</h1>"):
    """Return a page with something put into its article."""
    return load_html(
        f"<html><body><main><article>{head}<p>{TOLD}</p>{inside}<p>{TOLD}</p></article></main></body></html>"
    )


def text_of(element) -> str:
    """Return all that a tree shows."""
    return " ".join("".join(element.itertext()).split())


def pruned(inside: str, **more: str) -> str:
    """Return what a page shows when its furniture is out, without the article around."""
    page = tree(inside, **more)
    prune(page, "Talks go on")
    return text_of(page).replace(TOLD.strip(), "").replace("Talks go on", "").strip()


@pytest.mark.parametrize("name", BOXES)
def test_a_box_is_known_by_its_name(name):
    """A block whose class or id names a box goes, as a word among others and in any spelling."""
    camel = "".join(part.title() for part in name.split("-"))
    for written in (name, f"x {name}_2", name.upper() if "-" not in name else name.replace("-", "__")):
        assert pruned(f'<div class="{written}"><p>{BOX}</p></div>') == ""
    assert pruned(f'<section id="{name}"><p>{BOX}</p></section>') == ""
    assert pruned(f'<div data-component="{name}"><p>{BOX}</p></div>') == ""
    if name[-1].isalpha() and not name.startswith(("spot", "dsq", "tag", "wp")):
        assert pruned(f'<div class="{camel}"><p>{BOX}</p></div>') == ""


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_name_no_box(name):
    """A name that only contains or resembles a box's stays."""
    assert pruned(f'<div class="{name}"><p>{BOX}</p></div>') == BOX


@pytest.mark.parametrize(
    "tag",
    [
        "div",
        "section",
        "aside",
        "ul",
        "ol",
        "dl",
        "p",
        "table",
        "article",
        "form",
        "nav",
        "footer",
        "details",
        "li",
        "span",
    ],
)
def test_a_box_is_a_block(tag):
    """Any block may be a box."""
    inner = {"table": f"<tr><td>{BOX}</td></tr>", "ul": f"<li>{BOX}</li>", "ol": f"<li>{BOX}</li>"}.get(tag, BOX)
    assert pruned(f'<{tag} class="related">{inner}</{tag}>') == ""


@pytest.mark.parametrize("tag", ["a", "b", "h2", "em"])
def test_what_stands_in_a_sentence_is_no_box(tag):
    """A link or a heading with such a name is part of the text."""
    assert pruned(f'<div>Said <{tag} class="related">so</{tag}> again</div>').replace(" ", "") == "Saidsoagain"


@pytest.mark.parametrize("tag", ["figcaption", "nav", "footer", "aside", "form", "button", "dialog", "menu"])
def test_some_elements_are_never_article(tag):
    """Captions, navigation, footers, forms and their like go whatever they are called."""
    assert pruned(f"<div><{tag}>{BOX}</{tag}></div>") == ""


@pytest.mark.parametrize(
    "role", ["dialog", "alertdialog", "navigation", "complementary", "banner", "contentinfo", "search", "menu"]
)
def test_some_roles_are_never_article(role):
    """An element says itself that it is no article."""
    assert pruned(f'<div role="{role}"><p>{BOX}</p></div>') == ""
    assert pruned(f'<div role="region"><p>{BOX}</p></div>') == BOX


@pytest.mark.parametrize("tag", ["div", "p", "span", "ul", "section"])
def test_what_a_page_hides_is_not_read(tag):
    """An element that is hidden is nobody's word, unless it is most of the article: a script shows that."""
    assert pruned(f"<div><{tag} hidden>{BOX}</{tag}></div>") == ""
    assert pruned(f"<div><{tag} hidden=until-found>{BOX}</{tag}></div>") == ""
    page = load_html(f"<html><body><h1>Talks go on</h1><div hidden><p>{TOLD}</p><p>{TOLD}</p></div></body></html>")
    prune(page, "Talks go on")
    assert text_of(page).count(TOLD.strip()) == 2


@pytest.mark.parametrize("tag", ["div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "section", "article", "figure"])
def test_a_link_around_a_block_is_a_teaser(tag):
    """A card is a link that holds a block, however it is called."""
    assert pruned(f'<div><a href="/x"><{tag}>{BOX}</{tag}></a></div>') == ""
    assert pruned(f'<div><a href="/x"><b>{BOX}</b></a></div>') == BOX


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        *(
            pytest.param(
                f'<{tag}><a href="/x">Zelensky offers a truce</a></{tag}>', False, id=f"a {tag} that is a link"
            )
            for tag in ("p", "li", "h2", "h3", "h4", "h5", "h6")
        ),
        pytest.param('<p><a href="/x">Zelensky offers</a> <a>a truce now</a></p>', False, id="two links and no more"),
        pytest.param('<p><a href="/x">He repeated it on Monday.</a></p>', True, id="a sentence"),
        pytest.param('<p><a href="/x">“He repeated it on Monday.”</a></p>', True, id="a quotation"),
        pytest.param('<p>So <a href="/x">Zelensky offers a truce</a></p>', True, id="words beside it"),
        pytest.param('<p><a href="/x">Nineteen letters it</a></p>', True, id="19 letters are too few"),
        pytest.param('<p><a href="/x">Twenty letters of it</a></p>', False, id="20 letters are enough"),
        pytest.param("<p>Zelensky offers a truce</p>", True, id="no link"),
        pytest.param('<div><a href="/x">Zelensky offers a truce</a></div>', True, id="no line"),
    ],
)
def test_a_line_that_is_a_link_is_another_story(line, stays):
    """A line of nothing but a link, which ends like no sentence, is a headline of another story."""
    assert bool(pruned(f"<div>{line}</div>")) is stays


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        pytest.param(f"<figure><table><tr><td>{BOX}</td></tr></table></figure>", BOX, id="a table"),
        pytest.param(f"<figure><blockquote>{BOX}</blockquote></figure>", BOX, id="a pull quote"),
        pytest.param(f"<figure><img src=x><p>{BOX}</p></figure>", "", id="a picture with words"),
        pytest.param(f"<div>Before<nav>{BOX}</nav> after</div>", "Before after", id="what follows a box in its line"),
        pytest.param(
            f"<div><nav>{BOX}</nav> then<b>Bold</b> and<nav>{BOX}</nav> after</div>",
            "thenBold and after",
            id="or first in it",
        ),
        pytest.param(f"<div><b>Bold</b><nav>{BOX}</nav> after</div>", "Bold after", id="and after another element"),
    ],
)
def test_what_figures_hold_and_what_follows_stays(inside, left):
    """A figure goes but for words of its own; the text behind what goes stays."""
    assert pruned(inside) == left


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f'<html><body class="modal"><p>{TOLD}</p></body></html>', id="the body"),
        pytest.param(f'<html class="consent"><body><p>{TOLD}</p></body></html>', id="the page"),
        pytest.param(f'<html><body><main class="share"><p>{TOLD}</p></main></body></html>', id="the main part"),
        pytest.param(
            '<html class="consent"><body role="dialog"><main role="dialog">Told.</main></body></html>',
            id="all, however short",
        ),
        pytest.param(f'<html><body><div class="related"><p>{TOLD}</p></div></body></html>', id="most of the text"),
        pytest.param(
            f'<html><body><div class="related"><h1>Talks go on</h1>Told.</div><p>{TOLD}</p></body></html>',
            id="the headline",
        ),
        pytest.param(
            f'<html><body><article class="related">Told.</article><p>{TOLD}</p></body></html>',
            id="an article of the body",
        ),
        pytest.param(
            f'<html><body><main><article class="related">Told.</article><p>{TOLD}</p></main></body></html>',
            id="an article of the main part",
        ),
    ],
)
def test_what_is_vital_stays(html):
    """No name takes away the headline, the main part or most of the text."""
    page = load_html(html)
    before = text_of(page)
    prune(page, "Talks go on")
    assert text_of(page) == before


def test_a_service_for_commenting_is_known():
    """Whatever a service is called, “-commenting” says what it is for."""
    assert pruned(f'<div class="herald-commenting"><p>{BOX}</p></div>') == ""
    assert pruned(f'<div class="commenting-on-war"><p>{BOX}</p></div>') == BOX


def test_comments_go_however_long():
    """A thread of comments longer than its article is no article."""
    thread = "".join(f"<p>{BOX}</p>" for _ in range(90))
    assert pruned(f'<div class="comments">{thread}</div>') == ""


def test_half_of_the_text_is_not_most_of_it():
    """A box goes as long as it holds no more than half of the words."""
    page = load_html(f'<html><body><p>{TOLD}</p><div class="related"><p>{TOLD}</p></div></body></html>')
    prune(page, None)
    assert text_of(page) == TOLD.strip()


@pytest.mark.parametrize(
    ("html", "title", "expected"),
    [
        pytest.param(
            "<h1>Herald</h1><h1>Talks go on</h1>", "Talks go on!", "Talks go on", id="the one that is the title"
        ),
        pytest.param("<h1>Herald</h1><h1>Talks go on</h1>", "Other", "Herald", id="else the first"),
        pytest.param("<h1> </h1><h1>Talks go on</h1>", None, "Talks go on", id="the first that says something"),
        pytest.param("<h2>Talks</h2>", "Talks", None, id="none"),
    ],
)
def test_the_headline_is_a_heading(html, title, expected):
    """The headline is the heading that is the title, else the first."""
    found = headline_element(load_html(f"<html><body>{html}<p>x</p></body></html>"), title)
    assert (text_of(found) if found is not None else None) == expected


@pytest.mark.parametrize(
    ("around", "elsewhere"),
    [
        *(
            pytest.param(f'<div class="{name}">', True, id=name)
            for name in [
                "related",
                "recirc",
                "recirculation",
                "recommend",
                "recommended",
                "trending",
                "teaser",
                "teasers",
                "card",
                "cards",
                "popular",
                "most-read",
                "comment",
                "comments",
                "newsletter",
                "newsletters",
                "sidebar",
                "promo",
                "disqus",
                "read-more",
                "read-next",
                "read-also",
                "more-stories",
                "more-news",
                "more-from",
                "more-on",
                "more-articles",
                "listing",
                "carousel",
                "x-related",
                "related-x",
            ]
        ),
        *(
            pytest.param(f"<{tag}>", True, id=f"a {tag}")
            for tag in ("footer", "nav", "aside", "form", "noscript", "figure")
        ),
        pytest.param('<div class="body unrelated cardsharp more-words">', False, id="other names"),
        pytest.param("<div>" * 5, False, id="depth alone"),
        pytest.param('<div class="related">' + "<div>" * 4, True, id="near enough"),
        pytest.param('<div class="related">' + "<div>" * 9, False, id="too far up"),
        *(
            pytest.param(f'<div class="related"><{whole}>', False, id=f"beyond the {whole}")
            for whole in ("article", "main")
        ),
    ],
)
def test_what_stands_in_a_box_is_elsewhere(around, elsewhere):
    """An element belongs to a box around it, but never beyond the article."""
    page = load_html(f"<html><body>{around}<time>Monday</time></body></html>")
    assert is_elsewhere(next(page.iter("time"))) is elsewhere


def test_names_are_words():
    """Classes and ids are read as lower-case words; endless ones and those of what is inside or missing are left out."""
    page = load_html(
        f'<html><body><p class="RelatedStories__list no_caption hasAds {"x" * 101} {"y" * 100}" id="A_b">x</p></body></html>'
    )
    assert names_of(next(page.iter("p"))) == ("related-stories-list", "y" * 100, "a-b")


@pytest.mark.parametrize(
    ("html", "most", "expected"),
    [
        pytest.param("<p>Told  <b>so</b>\n now</p>", 160, "Told so now", id="on one line"),
        pytest.param("<p>Told</p>", 4, "Told", id="just short enough"),
        pytest.param("<p>Told so</p>", 6, "", id="too long"),
    ],
)
def test_a_short_element_shows_its_text(html, most, expected):
    """What an element shows is one line of bounded length, or nothing."""
    assert shown(next(load_html(f"<html><body>{html}</body></html>").iter("p")), most) == expected


def test_a_key_is_without_case_and_marks():
    """Lines that differ in case and marks have one key."""
    assert key("“Talks  go on!” – Peskov") == key("talks go on Peskov")
