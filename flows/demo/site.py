"""The demo's outlet: the seed articles as real-looking pages behind an RSS feed. Renders bytes, serves nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent
FIXTURE = FOLDER / "site.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a web server answers at one path."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph of an article, or the caption of a picture between two of them."""

    text: str
    caption: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A seed article as its page shows it."""

    slug: str
    url: str
    headline: str
    byline: str | None
    published: datetime
    blocks: tuple[Block, ...]
    comments: tuple[str, ...]


def render_site(seeds_dir: Path, base_url: str) -> Mapping[str, Resource]:
    """Return the outlet's site by path: `/rss.xml` and a page for each seed of the fixture that is in `seeds_dir`."""
    fixture = tomllib.loads(FIXTURE.read_text("utf-8"))
    found = (described for described in fixture["story"] if (seeds_dir / described["seed"]).is_file())
    stories = sorted((_story(seeds_dir, base_url, described) for described in found), key=_published, reverse=True)
    shared = {"outlet": fixture["outlet"], "teasers": fixture["teasers"], "base_url": base_url}
    rss = _templates().get_template("rss.xml.j2").render(shared, stories=stories)
    site = {"/rss.xml": Resource(body=rss.encode(), content_type="application/rss+xml; charset=utf-8")}
    return site | {_path(story.slug): _page(story, stories, shared) for story in stories}


def _page(story: Story, stories: list[Story], shared: Mapping[str, Any]) -> Resource:
    others = [other.headline for other in stories if other is not story] + shared["teasers"]
    page = _templates().get_template("page.html.j2")
    html = page.render(shared, story=story, others=others, linked=_linked(story, shared["outlet"]))
    return Resource(body=html.encode(), content_type="text/html; charset=utf-8")


def _linked(story: Story, outlet: str) -> dict[str, Any]:
    """Return the page's JSON-LD, as outlets give it to search engines."""
    author = {"author": {"@type": "Person", "name": story.byline}} if story.byline else {}
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": story.published.isoformat(),
        "mainEntityOfPage": story.url,
        "publisher": {"@type": "Organization", "name": outlet},
        **author,
    }


def _story(seeds_dir: Path, base_url: str, described: Mapping[str, Any]) -> Story:
    lines = dict(enumerate((seeds_dir / described["seed"]).read_text("utf-8").splitlines(), 1))
    first, last = described.get("comments", (0, -1))
    return Story(
        slug=described["slug"],
        url=base_url + _path(described["slug"]),
        headline=described["headline"],
        byline=described.get("byline"),
        published=described["published"],
        blocks=tuple(_blocks(lines, described)),
        comments=tuple(line.strip() for number, line in lines.items() if first <= number <= last and line.strip()),
    )


def _blocks(lines: Mapping[int, str], described: Mapping[str, Any]) -> Iterator[Block]:
    first, last = described.get("comments", (0, -1))
    captions, left_out = described.get("captions", ()), described["left_out"]
    for number, line in lines.items():
        if line.strip() and number not in left_out and not first <= number <= last:
            yield Block(text=line.strip(), caption=number in captions)


def _path(slug: str) -> str:
    return f"/news/{slug}"


def _published(story: Story) -> datetime:
    return story.published


def _templates() -> Environment:
    # Always escaped: the templates' names do not end as Jinja's own choice of escaping expects.
    loader = FileSystemLoader(FOLDER / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    templates.filters["rfc822"] = format_datetime
    return templates
