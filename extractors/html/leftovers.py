"""Lines of a cleaned page that are furniture all the same: pointers elsewhere, prompts, credits, stamps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import compress

from extractors.html.furniture import key
from extractors.text.dates import parse_date

# Lines that are nothing but furniture, in the languages the wires are read in.
_POINTER = re.compile(
    r"""(?xi)
    (?: more | related | watch | listen | recommended | live ) (?: \s* [:：|»→>–-] .* )?
    | (?: read\ (?:more|also) | also\ read | see\ also | must\ read | don['’]t\ miss | à\ lire | lire\ aussi
      | mehr\ zum\ thema | lesen\ sie\ auch | le[ea]\ (?:también|más) | leggi\ anche | leia\ também
      | чита(?:йте|ть)\ та(?:кже|кож) ) \b .*
    """
)
_CREDIT = re.compile(
    r"""(?xi)
    (?: photos? | photograph | photo\ (?:by|credit) | file\ photo | image | picture | fotos? | фото | bild
      | crédits?(?:\ photo)? | credits? | source | quelle | fuente | fonte | источник | kaynak | foto/video | videos?
      | picture\ credit | image\ (?:source|credit|caption) | copyright )
    \s* [:：] .*
    | (?: © | \(c\)\ ) .*
    """
)
_PROMPT = re.compile(
    r"""(?xi)
    advertis(?:ement|ing) | advert | anzeige | werbung | (?:passer\ la\ )?publicité | publicidad | реклама
    | article\ content | story\ continues\ below .* | advertisement\ .* | comments? | share(?:\ this .*)?
    | subscribe(?:\ now)?!? | loading .* | print | popular | follow\ us .* | leave\ a\ (?:comment|reply) .*
    | read\ the\ full\ article\ here | copy\ link | listen\ to\ (?:this|the)\ article .*
    | (?:\d+|a)\ min(?:ute)?s?\ read
    | this\ is\ a\ (?:breaking|developing)\ (?:new|news)?\s*story .* | more\ to\ follow .*
    | (?:more\ )?details\ to\ follow .*
    | partager | compartir | condividi | teilen | поделиться | paylaş | 分享让更多人看到 | 关注 | 分享 | compartilhar
    | (?: abonnez-vous | suscríbete | abonnieren\ sie | iscriviti | подпис(?:ывайтесь|аться|ывайся)
    | підпис(?:уйтесь|атися)
      | jetzt\ (?:anmelden|abonnieren) | inscrivez-vous | suscribirse | bize\ abone ) \b .*
    | (?: support\ (?:our|independent)\ journalism | donate\ (?:now|today)
    | become\ a\ (?:subscriber|supporter|patron|member\ (?:today|now))
      | already\ a\ (?:subscriber|member) | log\ in\ to | create\ (?:a|your)\ (?:free\ )?account | continue\ reading
      | download\ (?:our|the)\ .{0,30}app | have\ (?:a|you\ got\ a)\ (?:news\ tip|tip|story) | got\ a\ (?:tip|story)
      | thank\ you\ for\ (?:subscribing|signing\ up|reading) | view\ comments
      | by\ (?:subscribing|clicking)\b.{0,60}\ you\ agree ) \b .*
    | (?: sign\ up\ (?:for|to) | subscribe\ to | join\ (?:our|thought) | get\ (?:our|daily|breaking)
      | get\ in\ touch\ with\ our | get\ the\ (?:latest|daily) | stay\ informed\ with | for\ more\ stories\ like\ this
      | follow\ .{1,40}\ on\ (?:facebook|twitter|x|instagram|telegram) | click\ here\ to | please\ bookmark
      | our\ website\ is\ the\ place | swipe\ left
      | this\ article\ (?:is|was)\ (?:only\ )?available\ to\ subscribers ) \b .*
    """
)
_STAMP = re.compile(
    r"""(?xi)
    \d{1,2}:\d\d .{1,40} \d{4}
    | (?:first\ |last\ )? (?:published|updated|posted|modified) \b (?:\ at|\ on)? :? .{0,30} \d .{0,30}
    | \W{0,3} (?:aktualisiert|veröffentlicht) \b (?:\ am)? :? (?: .{0,30} \d .{0,30} )?
    """
)
# A heading after which nothing of the article comes; what also stands between paragraphs (“Related”) is not among them.
_TAIL = re.compile(
    r"""(?xi)
    (?: more\ (?:from|on|stories|news)\b .{0,60}
      | related\ (?:stories|articles|news|topics|content|coverage)
      | most\ (?:read|popular|viewed) | read\ next | you\ (?:may|might)\ also\ like | trending(?:\ now)?
      | recommended\ (?:for\ you|stories) | latest\ (?:news|stories) | top\ stories | comments?(?:\s*\(\d+\))?
      | (?:jn\ )?access\ ranking | .{0,30}\ popular\ articles? | (?:editors?['’]?s?\ picks?)
      | in\ other\ news | other\ (?:\w+\ )?(?:stories|articles|columns|headlines|news|reports|opinions?)
      | (?:related|recommended|suggested)\ (?:reading|video|videos|links|tags)
      | (?:you|readers)\ (?:may|might)\ also\ (?:enjoy|read)
      | tags? | topics? | about\ the\ authors? | leave\ a\ (?:reply|comment)
      | weitere\ (?:themen|artikel|nachrichten) | meistgelesen | les\ plus\ lus | lo\ más\ (?:leído|visto)
      | i\ più\ letti
      | самое\ читаемое | новости\ по\ теме | материалы\ по\ теме | en\ çok\ okunan(?:lar)? | mest\ (?:läst|lest|læst)
    | \d+\ comments? | join\ the\ (?:conversation|discussion) | reader\ comments
      | sur\ le\ même\ sujet | más\ información ) \s* :?
    """
)
_LONGEST_LINE = 250
_TAIL_FROM = 0.3


def without_furniture(lines: Iterable[str], repeated: Iterable[str | None]) -> list[str]:
    """Drop the lines that are furniture: prompts, teasers, credits, stamps, and those `repeated` from elsewhere."""
    known = {key(line) for line in repeated if line} | {""}
    own = [line for line in lines if key(line) not in known]
    kept = [not _is_furniture(line) for line in own]
    total, seen = sum(len(line) for line, stays in zip(own, kept, strict=True) if stays), 0
    for number, (line, stays) in enumerate(zip(own, kept, strict=True)):
        if seen > _TAIL_FROM * total and _TAIL.fullmatch(line):
            return list(compress(own[:number], kept))
        seen += len(line) * stays
    return list(compress(own, kept))


def _is_furniture(line: str) -> bool:
    if len(line) > _LONGEST_LINE:
        return False
    named = any(pattern.fullmatch(line) for pattern in (_POINTER, _CREDIT, _PROMPT, _STAMP))
    return named or parse_date(line) is not None
