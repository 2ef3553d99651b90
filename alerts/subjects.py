"""The line that a message is known by: its foremost alert, who says what or the headline, how many more, what held it.

Labels and counts are ours, every other word stands in the source, in its order, and marks stand around nothing that has
none there. What can't be cut without the loss of who speaks, of a "not", an "if" or a "but" is not cut: then the
headline stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.message_records import HeldBy, Message, Notice
from alerts.records import Alert, Evidence, News, Place, Scope, Severity
from alerts.rule_names import topic_name
from alerts.wording import CUT, counted, cut, first_evidence, requoted, shown
from extractors.records import Span

# So much fits a header of Slack, and more no list of mails shows.
SUBJECT_CHARS = 150
_OUTLET_CHARS = 40
_HOUR = 60  # minutes
_DAYS = timedelta(days=2)  # from here on a silence is told in days
_LEAST = 60  # characters left for the words, however long what stands before and after them
_HELD = {
    HeldBy.QUIET_HOURS: "Held during your quiet hours: ",
    HeldBy.THROTTLE: "Held because your messages an hour were used up: ",
    HeldBy.DIGEST: "Digest: ",
    HeldBy.BRIEFING: "Briefing: ",
}
_NEWS = {
    News.CORROBORATED: "More sources: ",
    News.CORRECTED: "Words changed: ",
    News.ADDED: "More said: ",
    News.REPEATED: "Still reported: ",
    News.REATTRIBUTED: "Put right: ",
}
_SEVERITIES = tuple(Severity)

_LEAST_WORDS = 3  # of a quotation that says something by itself
_GAP = f" {CUT} "
_CLOSING = "”’'\""

# Closed lists for the languages in which statements are read. What turns a sentence round, or makes it depend:
_NOT = r"""not|no|nor|never|neither|none|nobody|hardly|cannot|n[o’']t|false|falsely|den(?:y|ie[ds]|ying)|refus\w+
|не|ни|нет|никто|никогда|нельзя|якобы|ні|ані|немає|ніхто|ніколи|нібито"""
_IF = r"if|unless|whether|provided|если|когда|разве|ли|якщо|коли|хіба|чи"
_BUT = r"""but|although|though|however|except|only|without|until|yet|despite|reject\w*|declin\w+|rul\w+\sout
|но|однако|хотя|кроме|только|лишь|без|пока|отверг\w*|отказ\w*|але|проте|однак|хоча|крім|тільки|лише|поки|відмов\w*"""
_TURNS = re.compile(rf"(?<!\w)(?:{_NOT}|{_IF}|{_BUT})(?!\w)|n[’']t\b", re.IGNORECASE | re.VERBOSE)
_HEDGES = re.compile(rf"(?<!\w)(?:{_NOT}|{_IF})(?!\w)|n[’']t\b", re.IGNORECASE | re.VERBOSE)
# Words by which somebody else is brought in as the one who says it.
_SOURCES = r"""sa(?:id|ys)|told|tells|wrote|writes|according\sto|(?:quot|cit)(?:ed|es|ing)|(?:claim|alleg)(?:ed|es|s)
|report(?:ed|s|edly)|(?:сказа|заяви|сообщи|написа)л[аи]?|(?:сказа|заяви|повідоми|написа)(?:[вл]|ла|ли)
|по\sсловам|за\sсловами"""
_RETOLD = re.compile(rf"(?<!\w)(?:{_SOURCES})(?!\w)", re.IGNORECASE | re.VERBOSE)
# And by which what stands near them may be somebody else's.
_NEAR_SPEECH = re.compile(
    rf"""(?<!\w)(?:{_SOURCES}|(?:announc|insist|argu|suggest|warn|stat|add|explain|declar|stress|reiterat|confirm
    |believ|hint|signal|assert|reveal|propos|promis|pledg|vow|demand|urg|call|ask)(?:ed|es|s)
    |(?:отмети|подчеркну|добави|рассказа|поясни|предложи|призва)(?:л[аи]?)|(?:утвержда|счита)[ею]т
    |(?:зазначи|наголоси|підкресли|дода|розпові|поясни|закли)(?:в|ла|ли|ка\w+)|стверджу\w+|вважа\w+)(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
# Cues that say no more than that he says it, so that a colon can stand for them.
_SAYS = re.compile(
    r"""(?:ha[sd]\s)?(?:sa(?:id|ys?|ying)|t(?:old|ells?|elling)|wr(?:ote|ites?|iting)|according\sto|point\w*\sout|(?:add
    |not|stat|declar|explain|stress|emphasi[sz]|insist|argu|announc|confirm|warn|reiterat|repl|continu|conclud|assert
    |underlin|underscor|observ|remark|maintain|clarif|recall|tweet|post|respond|answer)(?:ed|es|s|ing|ied|ies)|сказа\w+
    |заяви\w+|сообщи\w+|отмети\w+|подчеркну\w+|добави\w+|рассказа\w+|по\sсловам|повідоми\w+|зазначи\w+
    |наголоси\w+|підкресли\w+|дода\w+|розпові\w+|за\sсловами)(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
# Cues whose quotation he does not say himself, or says of something else.
_MINDS = re.compile(
    r"""(?:den(?:y|i)|reject|dismiss|rul\w+\sout|refus|oppos|condemn|accus|question|doubt|denounc|decr(?:y|i)|rebuff
    |claim|call|label|brand|dub|term|deem|describ|critici|mock|ridicul|welcom|quot|cit|read|heard|отверг|отрица|опроверг
    |исключ|осуди|назва|обвин|заперечи|відкину|спростува|виключи|засуди|звинувати)""",
    re.IGNORECASE | re.VERBOSE,
)
_CLAUSE_END = re.compile(r"(?:[,;:!?]|(?<=[a-zа-яіїє]{4})\.)(?=[\s”\"»])|\s[–—-](?=\s)")
_OPENS_CLAUSE = re.compile(r"(?:^|[,;:–—-]|\b(?:that|что|що))\s*$", re.IGNORECASE)
_ENDS_CLAUSE = re.compile(r"\s*(?:$|[,;:.!?”\"»–—])")
_JOINT = re.compile(r"(?<!\w)(?:and|or|as\swell\sas|и|та|і|й|або|или)(?!\w)|&", re.IGNORECASE)
# A clause that depends on another: "while Mr. Peskov", "what it".
_DEPENDS = re.compile(
    r"""(?<!\w)(?i:while|as|because|although|though|that|whether|if|since|when|where|which|after|before|until|what|who
    |whom|whose|how|why|хотя|если|когда|пока|как|почему|хоча|що|якщо|коли|поки|який|хто)
    \s+(?:(?:the|former|then)\s+)?(?:[A-ZА-ЯІЇЄ][\w.'’-]*\s+)*$""",
    re.VERBOSE,
)
# A sentence that begins so hangs on the one before it.
_HANGS = re.compile(
    r"""\W*(?:he|she|it|they|this|that|these|those|his|her|its|their|so|then|and|or|because|which|who
    |он|она|оно|они|это|его|её|их|и|или|поэтому|він|вона|воно|вони|це|його|її|їх|і|й|або|тому)(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def subject_line(message: Message, notices: Sequence[Notice]) -> str:
    """Return what a message is about: the alert that names it, how many more there are, and what held it."""
    first = naming(notices)
    if message.held_by is not None and len(notices) > 1:
        before, after = f"{heading(message, notices)}. ", ""
    else:
        before = late(message) + (_NEWS[first.news] if first.news else "")
        after = f" (and {counted(len(notices) - 1, 'more alert')})" if len(notices) > 1 else ""
    return before + told_by(first, max(_LEAST, SUBJECT_CHARS - len(before) - len(after))) + after


def foremost(notices: Sequence[Notice]) -> Notice:
    """Return the alert that names a message: the most severe, then one whose official speaks, then the newest."""
    return in_order(notices)[0]


def naming(notices: Sequence[Notice]) -> Notice:
    """Return the alert that names a message: the foremost, or one of its article in which somebody is heard.

    A headline that holds the foremost alert's phrase says more than words on another; one that doesn't says less.
    """
    first, *others = in_order(notices)
    alert = first.alert
    if alert.scope is Scope.SILENT or alert.place is Place.TITLE or words_said(alert, SUBJECT_CHARS):
        return first
    heard = (each for each in others if each.alert.article_id == alert.article_id)
    return next((each for each in heard if words_said(each.alert, SUBJECT_CHARS)), first)


def in_order(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return alerts in the order in which they are told, the foremost first."""
    return tuple(sorted(notices, key=_standing, reverse=True))


def _standing(notice: Notice) -> tuple[int, bool, datetime]:
    alert = notice.alert
    return _SEVERITIES.index(alert.severity), alert.scope is Scope.SPEAKS, notice.published_at or alert.fired_at


def heading(message: Message, notices: Sequence[Notice]) -> str:
    """Return how many alerts a message holds and what held it; empty for a single alert that nothing held."""
    if message.held_by is None and len(notices) == 1 and message.late_by is None:
        return ""
    articles = len({notice.alert.article_id for notice in notices})
    held = _HELD[message.held_by] if message.held_by else ""
    one = " on one event" if message.event_id and articles > 1 else ""
    return f"{late(message)}{held}{counted(len(notices), 'alert')} from {counted(articles, 'article')}{one}"


def late(message: Message) -> str:
    """Return by how much a message is late, because nothing was there to send it at its time; empty when it is not."""
    if message.late_by is None:
        return ""
    minutes = int(message.late_by.total_seconds()) // 60
    return f"Late by {f'{minutes // 60} h' if minutes >= _HOUR else f'{minutes} min'}: "


def told_by(notice: Notice, room: int) -> str:
    """Return what one alert tells in about `room` characters, with the outlet and how many sources have it."""
    sources = f", {notice.sources} sources" if notice.sources > 1 else ""
    where = f" — {cut(shown(notice.outlet), _OUTLET_CHARS)}{sources}"
    left = room - len(where)
    if notice.alert.scope is Scope.SILENT:
        return cut(silence(notice), left) + where
    return (words_said(notice.alert, left) or quoted_headline(notice, left)) + where


def silence(notice: Notice) -> str:
    """Return who has said nothing on what for how long, since his last words on it were published."""
    alert = notice.alert
    lasted = alert.fired_at - (notice.published_at or alert.fired_at)
    long = counted(lasted.days, "day") if lasted >= _DAYS else counted(int(lasted.total_seconds()) // 3600, "hour")
    topics = (shown(topic_name(each) or each).replace("-", " ") for each in silent_on(alert))
    return f"{shown(alert.official)}: nothing on {' and '.join(topics)} for {long}"


def silent_on(alert: Alert) -> tuple[str, ...]:
    """Return the keywords of the topics that an alert on a silence is about, which have its last words in common."""
    return tuple(dict.fromkeys(proof.ref or alert.keyword for proof in alert.evidence if proof.what == "keyword"))


def quoted_headline(notice: Notice, room: int) -> str:
    """Return the official, if there is room, and the headline he is met under: marked as words, for none are his."""
    who = f"{shown(notice.alert.official)} in "
    who = who if room - len(who) >= _LEAST else ""
    told = headline(notice, room - len(who) - len("“”"))
    return f"{who}“{requoted(told, depth=1) or told}”"


def headline(notice: Notice, room: int) -> str:
    """Return the article's headline, or the phrase's sentence where there is none, cut where it has to be."""
    sentence = first_evidence(notice.alert, "sentence")
    text = shown(notice.title or (sentence.surface if sentence else notice.alert.excerpt)).strip()
    return text if len(text) <= room else shortened(text, 0, room) or cut(text, room)


def words_said(alert: Alert, room: int) -> str | None:
    """Return the official and what he says, in at most `room` characters; None where it has no honest short form."""
    report = _Report.of(alert)
    if report is None or report.others:
        return None
    forms: tuple[Callable[[_Report, int], str | None], ...] = (_as_written, _as_quoted, _as_reported)
    return next((told for form in forms if (told := form(report, room))), None)


@dataclass(frozen=True, slots=True)
class _Report:
    """The sentence of an alert's phrase, with where in the article's text the parts of the statement stand."""

    name: str
    text: str
    start: int
    keyword: Span
    whole: Span
    parts: tuple[Span, ...]
    speaker: Span | None
    cue: Evidence | None
    quoted: tuple[Evidence, ...]
    others: bool

    @classmethod
    def of(cls, alert: Alert) -> _Report | None:
        """Return the report an alert rests on; None where the official is not heard saying the phrase."""
        keyword, words = first_evidence(alert, "keyword"), first_evidence(alert, "words")
        if alert.scope is not Scope.SPEAKS or keyword is None or words is None:
            return None
        sentence, speaker = first_evidence(alert, "sentence"), first_evidence(alert, "speaker")
        whole = first_evidence(alert, "statement") or words
        proofs = alert.evidence
        parts = tuple(each.span for each in proofs if each.what == "part" and whole.span.covers(each.span))
        return cls(
            name=shown(alert.official),
            text=sentence.surface if sentence else alert.excerpt,
            start=(sentence.span if sentence else alert.excerpt_span).start,
            keyword=keyword.span,
            whole=whole.span,
            parts=parts or (words.span,),
            speaker=speaker.span if speaker else None,
            cue=first_evidence(alert, "cue"),
            quoted=tuple(each for each in proofs if each.what == "quoted" and whole.span.covers(each.span)),
            others=any(each.what == "other" and each.span.covers(keyword.span) for each in proofs),
        )

    @property
    def span(self) -> Span:
        """Where the sentence stands."""
        return Span(self.start, self.start + len(self.text))

    def between(self, start: int, end: int) -> str:
        """Return the sentence's text between two places of the article."""
        return self.text[max(0, start - self.start) : max(0, end - self.start)]

    def narrates(self, *parts: Span) -> str:
        """Return the sentence without these parts and without the cue."""
        gone = sorted([*parts, *([self.cue.span] if self.cue else [])])
        ends = [self.start, *(part.end for part in gone)]
        starts = [*(part.start for part in gone), self.span.end]
        return " | ".join(self.between(end, start) for end, start in zip(ends, starts, strict=True))


def _as_written(report: _Report, room: int) -> str | None:
    """Return the sentence from its speaker on, his name in place of what it calls him unless that names others too."""
    speaker, cue = report.speaker, report.cue
    if speaker is None or cue is None or not report.span.covers(speaker) or not report.span.covers(report.keyword):
        return None
    if not speaker.end <= cue.span.start < report.whole.start:
        return None
    lead = report.between(report.start, speaker.start)
    if _HEDGES.search(lead) or _RETOLD.search(lead) or _DEPENDS.search(lead):
        return None
    if _RETOLD.search(report.between(cue.span.end, report.keyword.start)):
        return None
    called, before_cue = report.between(speaker.start, speaker.end), report.between(speaker.end, cue.span.start)
    if _HEDGES.search(called) or called.endswith(("’s", "'s")) or _surname(report.name) in before_cue:
        return None
    name = called if _JOINT.search(called) else report.name
    # "The chairman, Phil Lovas, said": the comma belonged to what stood before the name.
    begins = cue.span.start - 1 if before_cue.strip() == "," else speaker.end
    tail = report.between(begins, report.span.end)
    told = shortened(shown(name + tail).strip(), len(name) + report.keyword.end - begins, room)
    return requoted(told) if told else None


def _as_quoted(report: _Report, room: int) -> str | None:
    """Return the words that stand in quotation marks after the name, all of them or those of the phrase's sentence."""
    if report.cue and _MINDS.match(report.cue.surface):
        return None
    if not any(each.span.covers(report.keyword) for each in report.quoted):
        return None
    beside = report.narrates(*(each.span for each in report.quoted))
    if _TURNS.search(beside) or _RETOLD.search(beside):
        return None
    head = f"{report.name}: "
    left = room - len(head) - 2
    whole = _GAP.join(shown(each.surface).strip() for each in report.quoted)
    words = whole if len(whole) <= left else _sentence_quoted(report, left)
    if words is None or len(words.split()) < _LEAST_WORDS:
        return None
    inner = requoted(words.rstrip(",; "), depth=1)
    return f"{head}“{inner}”" if inner else None


def _sentence_quoted(report: _Report, room: int) -> str | None:
    """Return what of the quotation stands in the phrase's sentence, if it can stand alone; "…" where more was said."""
    own = [_common(each.span, report.span) for each in report.quoted]
    parts = [part for part in own if part.start < part.end]
    first, last = report.quoted[0].span, report.quoted[-1].span
    if not parts or not any(part.covers(report.keyword) for part in parts):
        return None
    words = _GAP.join(shown(report.between(part.start, part.end)).strip() for part in parts)
    before = parts[0].start > first.start and bool(_before(report, parts[0].start).strip())
    after = _after(report, parts[-1].end).strip()
    if words.rstrip(_CLOSING).endswith("?") or (before and _HANGS.match(words)) or (after and _TURNS.match(after)):
        return None
    told = shortened(words, _reach(parts, report.keyword), room - 2)
    more = CUT if told and last.end > parts[-1].end and not told.endswith((CUT, "...")) else ""
    return f"{CUT if before else ''}{told}{more}" if told else None


def _reach(parts: Sequence[Span], keyword: Span) -> int:
    """Return how far the phrase reaches in the parts as they are joined, at most."""
    upto = [Span(part.start, min(part.end, keyword.end)) for part in parts if part.start < keyword.end]
    return sum(part.end - part.start for part in upto) + len(_GAP) * (len(upto) - 1)


def _before(report: _Report, at: int) -> str:
    return " ".join(each.surface[: max(0, at - each.span.start)] for each in report.quoted)


def _after(report: _Report, at: int) -> str:
    return " ".join(each.surface[max(0, at - each.span.start) :] for each in report.quoted if each.span.end > at)


def _as_reported(report: _Report, room: int) -> str | None:
    """Return what he is reported to say after his name, without marks, where the cue says no more than that."""
    first, last = report.parts[0], report.parts[-1]
    if report.quoted or not report.cue or not _SAYS.match(report.cue.surface):
        return None
    if not report.span.covers(first) or not report.span.covers(last):
        return None
    before, after = report.between(report.start, first.start), report.between(last.end, report.span.end)
    if not _OPENS_CLAUSE.search(before) or not _ENDS_CLAUSE.match(after):
        return None
    words = _GAP.join(report.between(part.start, part.end).strip(" ,") for part in report.parts)
    beside = report.narrates(*report.parts)
    if _TURNS.search(beside) or _RETOLD.search(beside) or _RETOLD.search(words[: _reach(report.parts, report.keyword)]):
        return None
    told = re.sub(r",(?=[”\"»]?$)", "", shown(f"{report.name}: {words}"))
    return requoted(told) if len(told) <= room else None


def shortened(text: str, least: int, room: int) -> str | None:
    """Return a text, or its first clauses up to `least` or more; None where what is left turns them round."""
    text = text.rstrip(".;,–— ") if not text.endswith("..") else text
    if len(text) <= room:
        return text
    ends = [match.start() for match in _CLAUSE_END.finditer(text, least, max(least, room - len(CUT)))]
    fitting = (end for end in reversed(ends) if not _TURNS.search(text[end:]) and not _NEAR_SPEECH.search(text[end:]))
    return next((text[:end].rstrip() + CUT for end in fitting), None)


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))


def _surname(name: str) -> str:
    return name.rpartition(" ")[2]
