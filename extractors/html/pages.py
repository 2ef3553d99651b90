"""Article pages, cleaned by trafilatura, and why a page is none: errors, walls, stubs, checks. Short is no reason."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import trafilatura
from lxml import etree
from trafilatura.utils import load_html

from extractors.html.furniture import headings, key, lay_out, prune, text_of, without_furniture
from extractors.html.liveblogs import composed, lead_of, posts_on
from extractors.html.metadata import Metadata, read_metadata
from extractors.records import Page, Post, Unreadable, UnreadableReason
from extractors.text.encodings import decoded, too_large, unpacked
from extractors.text.languages import language_of

# Thai and Lao put a space where others put a full stop; what it divides there is long.
_SENTENCE = re.compile(
    r"[^\s.!?…。！？؟۔।။។።։](?:[.!?…]+[\"'”’»)\]]*(?:\s|$)|[。！？؟۔।။។።։])|[\u0e00-\u0eff]{20}(?=\s|$)"
)
ENOUGH_SENTENCES = 3
_SHORT = 1_500
_TELLING = 3  # words of a headline

_NOT_FOUND = re.compile(
    r"""(?xi)
    \b(?: (?: http\ )? (?:error|erreur|fehler|errore|ошибка|помилка|błąd|hata)\ ?:?\ 404 (?:\ not\ found)?
      | 404 (?: \ ?[:|–-]?\ ? (?:not\ found|error|page\ not\ found|file\ not\ found) )?
      | (?:this\ |the\ |that\ |your\ )?(?:requested\ )?(?:page|article|story|content|document|url|file)
        (?:\ (?:that\ )?(?:you(?:['’]re|\ are|\ were)?\ )?(?:requested|looking\ for|looking))?
        \ (?: (?:could\ |can|was\ |is\ )?\ ?(?:not|n['’]t)\ (?:be\ )?(?:found|available|exist) | cannot\ be\ found
          | can['’]t\ be\ found | couldn['’]t\ be\ found | (?:doesn['’]t|does\ not|no\ longer)\ exists?
          | (?:has\ been|was)\ (?:removed|deleted|moved)
          | is\ (?:no\ longer\ available|unavailable|missing|gone) | not\ found )
      | (?:we\ )?(?:could\ ?n['’o]?t?|can(?:no|['’])?t|were\ unable\ to|did\ not)\ (?:seem\ to\ )?(?:find|locate)
        \ (?:the|that|this|your)\ (?:page|article|story|content)
      | nothing\ (?:was\ )?found(?:\ here)? | page\ (?:introuvable|non\ trouvée)
      | (?:la\ )?page\ (?:demandée\ )?n['’]existe\ (?:pas|plus)
      | (?:diese\ |die\ )?(?:angeforderte\ )?seite\ (?:wurde\ |konnte\ )?nicht\ gefunden(?:\ werden)?
      | (?:diese\ |die\ )?seite\ existiert\ nicht(?:\ mehr)?
      | (?:la\ )?página\ (?:no\ encontrada|no\ existe|não\ encontrada)
      | no\ (?:se\ (?:ha\ )?encontrado|se\ encontró|hemos\ encontrado)\ la\ página
      | pagina\ (?:non\ trovata|niet\ gevonden)
      | strona\ nie\ (?:została\ znaleziona|istnieje) | nie\ znaleziono\ strony
      | sidan\ (?:hittades\ inte|finns\ inte)
      | siden\ (?:finnes\ ikke|blev\ ikke\ fundet|ble\ ikke\ funnet) | sayfa\ bulunamadı | sivua\ ei\ löyty\w*
      | (?:запрашиваемая\ )?страница\ не\ (?:найдена|существует) | (?:такой\ )?страницы\ не\ существует
      | (?:запитувану\ )?сторінку\ не\ знайдено | сторінка\ не\ (?:існує|знайдена)
    )(?!\w)
    | 页面(?:不存在|未找到|没有找到) | 找不到(?:网页|页面) | ページが見つかりません | الصفحة\ غير\ موجودة
    """
)
_OOPS = re.compile(
    r"(?i)\b(?:oops|sorry|uh[ -]?oh|whoops|error|ops|désolé|entschuldigung|lo sentimos|извините"
    r"|the|we|we’re|we're|it|looks|like)\b"
)
# Words of a title that may stand beside “page not found”: the outlet's name.
_FEW_WORDS = 4

_CONSENT = re.compile(
    r"""(?xi)
    \b(?: we\ (?:value|respect|care\ about)\ your\ privacy | your\ privacy\ (?:matters|is\ important|choices)
      | (?:we|us)(?:\ and\ our\ (?:\d+\ )?(?:\w+\ )?partners)?\ (?:use|store|process)\ .{0,60}\bcookies
      | we\ use\ cookies
      | our\ (?:\d+\ )?(?:\w+\ )?partners\ (?:store|process|use) | (?:accept|reject|allow|agree\ to)\ (?:all|cookies)
      | (?:manage|set)\ (?:your\ )?(?:cookie\ )?(?:preferences|choices|options|settings) | before\ you\ continue\ to
      | (?:give|withdraw|need|require)\ your\ consent | you\ consent\ to
      | (?:store|access)\ (?:and/or\ access\ )?information\ on\ (?:a|your)\ device
      | legitimate\ interests?\b | accept\ and\ (?:continue|close)
      | personali[sz]ed\ (?:ads|advertising)\ and\ content
      | cookie\ (?:policy|notice|settings)
      | wir\ (?:verwenden|nutzen|benötigen|brauchen)\ .{0,60}\b(?:cookies|einwilligung|zustimmung)
      | (?:alle|cookies)\ akzeptieren
      | zustimmen\ (?:und|&)\ weiter | akzeptieren\ (?:und|&)\ weiter | einwilligung
      | datenschutzeinstellungen | mit\ werbung\ (?:weiter)?lesen
      | (?:tout\ |les\ cookies\ )?accepter\ et\ (?:continuer|fermer)
      | nous\ utilisons\ des\ (?:cookies|traceurs) | continuer\ sans\ accepter
      | nous\ (?:et\ nos|respectons|avec\ nos)\ .{0,40}(?:partenaires|vie\ privée)
      | accepter\ (?:tout|les\ cookies) | votre\ consentement
      | (?:usamos|utilizamos)\ .{0,30}cookies | aceptar\ (?:y\ continuar|todo|todas|cookies)
      | aceitar\ (?:e\ continuar|todos|cookies)
      | (?:su|tu|o\ seu)\ (?:consentimiento|consentimento) | nosotros\ y\ nuestros
      | valoramos\ (?:su|tu|a\ sua)\ privacidad[e]?
      | (?:utilizziamo|usiamo)\ .{0,30}cookie | accetta\ (?:e\ continua|tutti|tutto|i\ cookie)
      | noi\ e\ i\ nostri | il\ tuo\ consenso
      | wij\ gebruiken\ .{0,30}cookies | (?:alles|cookies)\ accepteren | akkoord\ (?:gaan|en\ doorgaan)
      | uw\ toestemming
      | (?:używamy|korzystamy\ z)\ .{0,30}cookie\w* | (?:akceptuję|zaakceptuj)\ (?:i\ |wszystk)\w*
      | twoja\ prywatność | zgod[ęay]\ na
      | vi\ (?:använder|bruker|bruger)\ .{0,30}cookies
      | (?:godkänn|godta|accepter|tillad)\ (?:alla|alle|cookies) | ditt\ samtycke
      | мы\ используем\ .{0,40}(?:cookie|куки)\w* | принять\ (?:все|и\ продолжить)
      | ми\ використовуємо\ .{0,40}(?:cookie|куки)\w*
      | прийняти\ (?:всі|усі|та\ продовжити) | çerez(?:leri|ler)?\ (?:kullan|kabul)\w* | tümünü\ kabul\ et
    )(?!\w)
    """
)
_PAYWALL = re.compile(
    r"""(?xi)
    \b(?: (?:subscribe|sign\ (?:up|in)|log\ in|register|join)\b.{0,30}
        \ to\ (?:continue|read|keep\ reading|unlock|access|view)\b
      | to\ (?:continue|keep)\ reading | (?:continue|finish)\ reading\ (?:this|with|by)
      | (?:read|unlock)\ (?:the\ full|full)\ (?:story|article)
      | (?:is\ )?(?:for|available\ (?:only\ )?to|only\ (?:for|available\ to)|exclusive(?:ly)?\ (?:for|to))
        \ (?:our\ |paying\ |premium\ |registered\ )?
        (?:subscribers|members)(?:\ only)? | (?:subscribers?|members?|premium)[ -]only
        | you(?:['’]ve|\ have)\ (?:reached|used|read)\ .{0,40}\b(?:free|limit)
      | (?:remaining|free)\ articles?\ (?:left|this\ month) | already\ (?:a\ subscriber|subscribed)
      | (?:réservé|destiné)\ aux\ (?:abonnés|abonnées|membres)
      | (?:il\ vous\ )?reste\ .{0,15}\ (?:à\ lire|de\ cet\ article)
      | abonnez-vous\ pour\ (?:lire|continuer|accéder) | pour\ lire\ la\ suite | article\ (?:payant|abonnés?)
      | (?:nur\ )?für\ abonnent(?:en|innen)\b | (?:jetzt\ )?(?:weiterlesen|freischalten)\ mit
      | (?:mit|im)\ (?:dem\ )?(?:probe)?abo\ (?:weiter)?lesen
      | (?:diesen|den\ ganzen|den\ vollständigen)\ (?:artikel|text)\ (?:weiter)?lesen
      | (?:plus|premium)-artikel | jetzt\ abonnieren
      | (?:solo|exclusivo)\ para\ (?:suscriptores|assinantes|socios)
      | suscríbete\ para\ (?:seguir\ leyendo|leer|continuar) | (?:para\ )?seguir\ leyendo
      | (?:riservato|solo\ per)\ (?:agli\ |gli\ )?abbonati | abbonati\ per\ (?:leggere|continuare)
      | per\ continuare\ a\ leggere
      | conteúdo\ exclusivo | assine\ para\ (?:ler|continuar) | (?:alleen|exclusief)\ voor\ abonnees | verder\ lezen\?
      | tylko\ dla\ (?:prenumeratorów|subskrybentów) | (?:endast|bara|kun)\ för\ (?:prenumeranter|abonnenter)
      | (?:for|kun\ for)\ abonnenter
      | (?:только\ )?(?:для|доступ\w*)\ подписчик\w* | оформите\ подписку | (?:лише\ )?для\ передплатників
      | оформіть\ передплату
      | abonelere\ özel | devamını\ okumak\ için
    )(?!\w)
    | この記事は(?:有料|会員) | 有料会員限定 | 会員限定 | 订阅(?:后|以)(?:继续)?阅读
    """
)
_ROBOTS = re.compile(
    r"""(?xi)
    \b(?: (?:verify|confirm|prove)\ (?:that\ )?you(?:['’]re|\ are)\ (?:a\ )?(?:not\ a\ robot|human)
    | are\ you\ a\ robot
      | checking\ (?:if\ the\ site\ connection|your\ browser)
      | (?:please\ )?(?:enable|turn\ on)\ (?:javascript|cookies|js)\b.{0,30}\ (?:to|and)
      | access\ (?:to\ this\ page\ has\ been\ )?denied | unusual\ (?:traffic|activity)\ from\ your
      | complete\ the\ (?:captcha|security\ check)
      | attention\ required!? | just\ a\ moment\.\.\. | you\ have\ been\ blocked
      | performance\ (?:&|and)\ security\ by
    )(?!\w)
    """
)


def refusal(text: str, about: Metadata, around: str) -> Unreadable | None:
    """Say why a page is no article, None when it is one.

    `text` is what cleaning left, `around` the beginning of all that the page shows, furniture included. An error
    page answers to its title, the walls are known by what they ask where there is no article beside it.
    """
    if _is_not_found(text, about):
        return _no(UnreadableReason.SOFT_404, "an error page")
    sentences = sentence_count(text)
    own = sentences - sum(sentence_count(line) or 1 for line in text.split("\n") if _is_prompt(line))
    if own >= ENOUGH_SENTENCES:
        return None
    asked = f"{about.title or ''}\n{around}\n{text}"
    walls = (
        (
            _CONSENT.search(text) or (not about.is_article and len(_CONSENT.findall(asked)) > 1),
            UnreadableReason.CONSENT,
            "asks for consent",
        ),
        (_is_locked(about) or _PAYWALL.search(asked), UnreadableReason.PAYWALL, "the article is for subscribers"),
        (not about.is_article and _ROBOTS.search(asked), UnreadableReason.NO_ARTICLE, "a check for robots"),
        (not text, UnreadableReason.NO_ARTICLE, "no text"),
        (
            sentences < ENOUGH_SENTENCES and not (about.is_article and about.title),
            UnreadableReason.NO_ARTICLE,
            "fewer than three sentences",
        ),
    )
    return next((_no(reason, detail) for applies, reason, detail in walls if applies), None)


def sentence_count(text: str) -> int:
    """Count what ends like a sentence."""
    return len(_SENTENCE.findall(text))


def _no(reason: UnreadableReason, detail: str) -> Unreadable:
    return Unreadable(reason=reason, detail=detail)


def _is_not_found(text: str, about: Metadata) -> bool:
    """Tell an error page: its title says no more than that, or its first line does and little follows."""
    if _says_only_not_found(about.title) and (not about.is_article or len(text) < _SHORT):
        return True
    return len(text) < _SHORT and not about.published and _says_only_not_found(text.split("\n", 1)[0])


def _says_only_not_found(line: str | None) -> bool:
    found = _NOT_FOUND.search(line or "") if line and len(line) < _SHORT else None
    if not line or found is None:
        return False
    rest = _OOPS.sub(" ", line[: found.start()] + " " + line[found.end() :])
    return len(re.findall(r"\w+", rest)) <= _FEW_WORDS


def _is_prompt(line: str) -> bool:
    return len(line) < _SHORT and bool(_CONSENT.search(line) or _PAYWALL.search(line))


def _is_locked(about: Metadata) -> bool:
    return str(about.article.get("isAccessibleForFree")).lower() == "false"


MAX_BYTES = 5_000_000

# What the libraries would say about a page is the reason we return; they must not say it on stderr as well.
for _library in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)

_BINARY = re.compile(rb"%PDF|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|RIFF|\x7fELF|ID3|\x00\x00\x00.ftyp", re.DOTALL)
_MARKUP = re.compile(r"<[a-z!/?]", re.IGNORECASE)
_BULLET = re.compile(r"^-\s+")
# A standfirst holds a link or an emphasis, no more.
_FEW = 4
_UNSEEN = {"script", "style", "noscript", "template", "svg", "iframe", "option"}
_AROUND = 4_000
_MARKED = {"a", "abbr", "b", "cite", "em", "font", "i", "mark", "q", "small", "span", "strong", "time", "u"}
_INLINE = _MARKED | {"del", "ins", "s", "sub", "sup", "wbr"}


def clean_page(
    html: bytes | str,
    *,
    url: str | None = None,
    content_type: str | None = None,
    headline: str | None = None,
    language: str | None = None,
) -> Page | Unreadable:
    """Return a page's article: paragraphs joined by a line feed, without captions, comments and teasers.

    `url` is where the page came from, `content_type` what its server called it. A page under the `headline` by which a
    feed lists it is an article, however short. `language`, a code, is what it is in unless its letters say otherwise,
    whatever it declares. Nothing is fetched, no page makes it raise, and a page without a date gets none.
    """
    text = _text(html, content_type)
    if isinstance(text, Unreadable):
        return text
    try:
        tree = load_html(text)
        return _no_article("no HTML") if tree is None else _page(tree, url, headline, language)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  (what three parsers throw at hostile pages can't be listed)
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"the parser gave up: {type(error).__name__}")


def _text(html: bytes | str, content_type: str | None) -> str | Unreadable:
    if isinstance(html, bytes):
        body = unpacked(html, MAX_BYTES)
        if isinstance(body, Unreadable):
            return body
        if _BINARY.match(body):
            return Unreadable(reason=UnreadableReason.NOT_TEXT, detail="a binary file")
        html = decoded(body, content_type)
    if len(html) > MAX_BYTES:
        return too_large(MAX_BYTES)
    if not html.strip():
        return Unreadable(reason=UnreadableReason.EMPTY, detail="no bytes")
    if not _MARKUP.search(html):
        reason = UnreadableReason.NOT_TEXT if "\x00" in html or "\ufffd" in html else UnreadableReason.NO_ARTICLE
        return Unreadable(reason=reason, detail="no HTML")
    return html.replace("\x00", "")


def _page(tree: Any, url: str | None, headline: str | None, language: str | None) -> Page | Unreadable:
    about = read_metadata(tree, url)
    if headline and about.title and _is_same(headline, about.title):
        about = replace(about, is_article=True)
    standfirst = about.description if _stands_alone(tree, about.description) else None
    repeated = (about.title, about.author, about.section, *headings(tree))
    around = _shown_first(tree)
    prune(tree, about.title)
    lay_out(tree)
    _unwrap(tree)
    lines = without_furniture(_by_block(_lines(tree, url), tree), repeated)
    if lines and standfirst and key(standfirst) not in key("\n".join(lines)):
        # Visible on the page, and often left out with the header it stands in.
        lines.insert(0, standfirst)
    text, posts = _with_posts(tree, lines, about, url)
    return refusal(text, about, around) or Page(
        text=text,
        title=about.title,
        author=about.author,
        published=about.published,
        language=language_of(text, language, about.language),
        url=about.url,
        site_name=about.site_name,
        updated=about.updated,
        section=about.section,
        posts=posts,
    )


def _is_same(headline: str, title: str) -> bool:
    """Tell one headline from another; one that was cut, or has the outlet's name beside it, is the same."""
    shorter, longer = sorted(map(key, (headline, title)), key=len)
    return shorter == longer or (len(shorter.split()) >= _TELLING and f" {shorter} " in f" {longer} ")


def _with_posts(tree: Any, lines: list[str], about: Metadata, url: str | None) -> tuple[str, tuple[Post, ...]]:
    """Return the text, that of a live blog with its posts: extractors of articles take one of them for the whole."""
    posts = posts_on(tree, about.article, (about.url or url, about.title))
    return composed(lead_of(tree, posts, lines), posts) if posts else ("\n".join(lines), ())


def _lines(tree: Any, url: str | None) -> list[str]:
    extracted: Any = trafilatura.bare_extraction(tree, include_comments=False, url=url)
    text = extracted.text if extracted else None
    return [" ".join(_BULLET.sub("", line).split()) for line in (text or "").splitlines()]


def _by_block(lines: list[str], tree: Any) -> list[str]:
    """Return lines so that none runs over several blocks of a page, as those of very short ones do."""
    if sum(map(len, lines)) > _SHORT:
        return lines
    blocks = list(_blocks(tree))
    return [part for line in lines for part in _parted(line, blocks)]


def _blocks(tree: Any) -> Iterator[str]:
    """Yield the stretches of text between the edges of a page's blocks, in their order."""
    parts: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in _UNSEEN or not isinstance(element.tag, str):
            continue
        if element.tag not in _INLINE and parts:
            yield " ".join("".join(parts).split())
            parts.clear()
        parts.append((element.text if event == "start" else element.tail) or "")
    yield " ".join("".join(parts).split())


def _parted(line: str, blocks: list[str]) -> list[str]:
    """Return a line as the blocks that it is made of, itself where it is one or none."""
    whole = _packed(line)
    for first in range(len(blocks)):
        rest, number = whole, first
        while rest and number < len(blocks) and rest.startswith(packed := _packed(blocks[number])):
            rest, number = rest[len(packed) :], number + 1
        if not rest and number > first:
            return [block for block in blocks[first:number] if block]
    return [line]


def _packed(text: str) -> str:
    return "".join(text.split())


def _unwrap(tree: Any) -> None:
    """Make line breaks of the markup spaces, outside of preformatted text: they end no line that readers see."""
    formatted = {element for block in tree.iter("pre") for element in block.iter()}
    for element in tree.iter():
        inside = element in formatted
        if not inside and element.text and "\n" in element.text and element.tag not in _UNSEEN:
            element.text = element.text.replace("\n", " ")
        if element.tail and "\n" in element.tail and (not inside or element.tag == "pre"):
            element.tail = element.tail.replace("\n", " ")


def _shown_first(tree: Any) -> str:
    """Return the beginning of all that a page shows: what a wall asks stands there."""
    body, parts, length = tree.find("body"), [], 0
    for element in body.iter() if body is not None else ():
        if element.tag not in _UNSEEN and isinstance(element.tag, str) and element.text and element.text.strip():
            parts.append(" ".join(element.text.split()))
            length += len(parts[-1])
            if length > _AROUND:
                break
    return "\n".join(parts)


def _stands_alone(tree: Any, text: str | None) -> bool:
    """Tell whether a text is all that some element of the body shows."""
    body = tree.find("body")
    if body is None or not text:
        return False
    return any(_shows(element, text) for element in body.iter("p", "h2", "h3", "div", "span") if len(element) < _FEW)


def _shows(element: Any, text: str) -> bool:
    start = next((part for part in map(str.strip, element.itertext()) if part), "")
    return text.startswith(" ".join(start.split())) and text_of(element) == text


def _no_article(detail: str) -> Unreadable:
    return Unreadable(reason=UnreadableReason.NO_ARTICLE, detail=detail)
