"""Pages of our own making in the shapes of others': the public page of a channel, and lists of press releases."""

from __future__ import annotations

from collections.abc import Sequence

_POST = """
<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message {kind} js-widget_message"
 data-post="office/{number}"><div class="tgme_widget_message_bubble">
<div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name" href="https://t.me/office">Office</a></div>
{before}<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>
<a class="tgme_widget_message_link_preview" href="https://a.example/"><div class="link_preview_title">A site</div></a>
<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">1.2K</span>
<span class="tgme_widget_message_meta">{edited}<a class="tgme_widget_message_date" href="https://t.me/office/{number}">
<time datetime="{time}" class="time">09:41</time></a></span></div></div></div></div>"""
_ANSWERED = """<a class="tgme_widget_message_reply" href="https://t.me/office/1"><div class="tgme_widget_message_text
 js-message_reply_text">{}</div></a>"""
_FORWARDED = """<div class="tgme_widget_message_forwarded_from">Forwarded from <a
 class="tgme_widget_message_forwarded_from_name" href="https://t.me/other/7"><span dir="auto">{}</span></a></div>"""
PHOTO = """<div class="tgme_widget_message js-widget_message" data-post="office/9"><a class="tgme_widget_message_photo_wrap"
 href="https://t.me/office/9"></a><a class="tgme_widget_message_date" href="https://t.me/office/9"><time
 datetime="2026-03-04T09:50:00+00:00">09:50</time></a></div>"""


def post(
    number: int,
    words: str,
    *,
    answers: str = "",
    edited: bool = False,
    before: str = "",
    kind: str = "",
    time: str = "2026-03-04T09:41:00+00:00",
) -> str:
    """Return a post of the channel "office"."""
    return _POST.format(
        number=number,
        words=words,
        kind=kind,
        time=time,
        before=before + (_ANSWERED.format(answers) if answers else ""),
        edited="edited &nbsp;" if edited else "",
    )


def forwarded(number: int, origin: str, words: str) -> str:
    """Return a post that was somebody else's."""
    return post(number, words, before=_FORWARDED.format(origin))


def service(number: int, words: str) -> str:
    """Return a line about the channel."""
    return post(number, words, kind="service_message")


def channel(*posts: str) -> str:
    """Return the public page of a channel, with its way to older posts."""
    head = "<meta property='og:title' content='Office'><link rel='prev' href='/s/office?before=3'>"
    more = "<a class='tme_messages_more' data-before='3' href='/s/office?before=3'></a>"
    return f"<!DOCTYPE html><html><head>{head}</head><body><main>{more}{''.join(posts)}</main></body></html>"


MENU = (
    "<nav><ul>"
    + "".join(
        f"<li><a href='/{name}'>{name.title()} of the whole ministry</a></li>"
        for name in ("news", "about", "people", "contact")
    )
    + "</ul></nav>"
)
FOOT = "<footer><ul><li><a href='/imprint'>Imprint and privacy of this site</a></li></ul></footer>"
PAGES = "<ul class='pager'><li><a href='?p=2'>2</a></li><li><a rel='next' href='?p=2'>Next page of news</a></li></ul>"


def releases(items: Sequence[tuple[str, str, str]]) -> str:
    """Return a list of releases, (path, title, date) each, as ministries have it: a picture, a heading, a teaser."""
    rows = "".join(
        f"<li class='item-{n}'><a href='{path}'><img src='/p.jpg' alt=''></a><div class='date'>{date}</div>"
        f"<h3><a href='{path}?utm_source=list'>{title}</a></h3><p>A word on it.</p><a href='{path}'>Read more</a>"
        f"<a href='/topics/peace'>Peace</a></li>"
        for n, (path, title, date) in enumerate(items)
    )
    return f"<!doctype html><html><head><title>Releases</title></head><body>{MENU}<main><h1>Press releases</h1><ul>{rows}</ul>{PAGES}</main>{FOOT}</body></html>"
