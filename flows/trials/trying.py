"""The answer of `talkwatch rules try`: what a rule makes of a text in hand, with the message; nothing is stored."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.deciding import Case, decision, past_alert
from alerts.history import History
from alerts.letters import render
from alerts.matching import find_matches, first_failure
from alerts.message_records import Message, Notice
from alerts.occurrences import Texts
from alerts.records import Alert, Arrival, Decision
from alerts.rule_checks import wrong_names
from alerts.rules import Rule
from extractors.officials.watchlist import Watchlist
from extractors.records import Article, Page, Unreadable
from extractors.speech.reading import unread
from extractors.text.dates import day_of
from extractors.text.urls import is_http_url
from flows.acquire.feed_checks import typed
from flows.acquire.files import documents, files_in
from flows.acquire.ingest import content_of, found
from flows.config.mistakes import explained, located
from flows.config.settings import Settings
from flows.problems import UsageProblem
from flows.processes.workers import Workers
from flows.setup import Setup, prepared
from flows.steps.fetch import article_of
from flows.trials.explain import MEANINGS, about, failed
from flows.trials.past import rules_named
from flows.web.fetch import PAGE_TYPES
from flows.web.results import Request
from warehouse.harmless import terminal_safe
from warehouse.records import ReadArticle


def tried_on(settings: Settings, rule: str, sources: Sequence[str]) -> Iterator[str]:
    """Yield what a rule, or each rule of a file, makes of each text; raise UsageProblem before anything is read."""
    setup = prepared(settings)
    rules = rules_of_file(Path(rule), setup.watchlist) if rule.endswith(".toml") else rules_named(setup, rule)
    files = files_in(Path(source) for source in sources if not is_http_url(source))
    with Workers(1) as workers:
        addresses = [source for source in sources if is_http_url(source)]
        for text in (*of_addresses(setup, workers, addresses), *of_files(setup, workers, files)):
            if isinstance(text, str):
                yield terminal_safe(text)
                continue
            (reading,) = setup.reader.read([unread(text)])
            read = ReadArticle(article=text, reading=reading, arrival=Arrival.POLLED)
            for each in rules:
                yield "\n\n".join([about(read, each), *tried(setup, each, read)])


def rules_of_file(path: Path, watchlist: Watchlist) -> Sequence[CompiledRule]:
    """Return the rules of a file, which needs nothing else in it; subscribers may be left out."""
    text = text_of(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise UsageProblem(f"{path}: {problem}") from None
    tables = raw.get("rules", [])
    if not isinstance(tables, list):
        raise UsageProblem(f"{path}: write [[rules]], once for each rule")
    rules = [rule_of(path, text, raw, number) for number in range(len(tables))]
    if wrong := wrong_names(rules, watchlist):
        raise UsageProblem("\n".join(f"{path}: {each.what}" for each in wrong))
    if not rules:
        raise UsageProblem(f"{path} has no [[rules]]")
    return compile_rules(rules, watchlist)


def text_of(path: Path) -> str:
    """Return the text of a file that was named; raise UsageProblem where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise UsageProblem(f"cannot read {path}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise UsageProblem(f"{path} is no text in UTF-8") from None


def rule_of(path: Path, text: str, raw: dict[str, Any], number: int) -> Rule:
    """Return one of a file's rules; raise UsageProblem with the line and what to write instead."""
    own = raw["rules"][number]
    try:
        return Rule.model_validate({"subscribers": ["you"], **own} if isinstance(own, dict) else own)
    except ValidationError as error:
        places = [(("rules", number, *item["loc"]), item) for item in error.errors()]
        lines = [located(path, text, at, explained({**item, "loc": at}, raw)) for at, item in places]
        raise UsageProblem("\n".join(dict.fromkeys(lines))) from None


def of_files(setup: Setup, workers: Workers, files: Sequence[Path]) -> Iterator[Article | str]:
    """Yield the article of each document, or why it is none."""
    for document in documents(files, workers):
        page = found(setup, document, outlet=None, published_at=None, alert=True)
        yield f"{document.doc_id}: {page.said}" if isinstance(page, Unreadable) else page.article


def of_addresses(setup: Setup, workers: Workers, urls: Sequence[str]) -> Iterator[Article | str]:
    """Yield the article at each address, fetched now, or why there is none."""
    for url in urls:
        (page,) = workers.in_order([content_of(typed(Request(key=url, url=url, accept=PAGE_TYPES)))])
        if not isinstance(page, Page):
            yield f"{url}: {page.said if isinstance(page, Unreadable) else page}"
            continue
        own = page.url or url
        outlet = page.site_name or urlsplit(own).hostname or own
        yield article_of(page, url=own, outlet=outlet, published_at=page.published, seen_at=setup.now())


def tried(setup: Setup, rule: CompiledRule, read: ReadArticle) -> Iterator[str]:
    """Yield why a rule does not fire on an article, or on whom it does, with the message to its first subscriber."""
    failure = first_failure(rule, Texts(read.article, read.reading))
    if failure is not None:
        yield f"does not fire\n{failed(failure)}"
        return
    decisions = list(decided(setup, rule, read))
    for each in decisions:
        yield terminal_safe(fate(each, setup.watchlist))
    if fired := [each.alert for each in decisions if each.alert]:
        yield terminal_safe(message(setup, rule, read.article, fired))


def decided(setup: Setup, rule: CompiledRule, read: ReadArticle) -> Iterator[Decision]:
    """Yield what would be decided if the article came now, alone."""
    past, article = History(), read.article
    for match in find_matches(rule, article, read.reading):
        case = Case(
            rule=rule.rule,
            match=match,
            article=article,
            arrival=read.arrival,
            story_id=article.article_id,
            now=setup.now(),
            past=past,
        )
        made = decision(case)
        if made.alert:
            past.add(past_alert(made.alert))
        yield made


def fate(made: Decision, watchlist: Watchlist) -> str:
    """Say in a line what would become of a match."""
    official = watchlist.official(made.official_id)
    name = official.name if official else made.official_id
    if made.alert:
        return f"fires on {made.alert.official}"
    return f"does not fire on {name}: {made.reason}, {MEANINGS[made.reason]}"


def message(setup: Setup, rule: CompiledRule, article: Article, alerts: Sequence[Alert]) -> str:
    """Return the message that the rule's first subscriber would have, as plain text."""
    name = rule.rule.subscribers[0]
    told = {each.name: each for each in setup.settings.subscribers}.get(name)
    own = Message(
        message_id="none: nothing is sent",
        subscriber=name,
        channel=told.channel if told else "email",
        event_id=article.article_id,
        alert_ids=tuple(each.alert_id for each in alerts),
        created_at=setup.now(),
        due_at=setup.now(),
    )
    notices = [notice(each, article, setup.watchlist) for each in alerts]
    letter = render(own, notices, timezone=(told and told.timezone) or setup.settings.timezone)
    return f"Subject: {letter.subject}\n\n{letter.text}"


def notice(alert: Alert, article: Article, watchlist: Watchlist) -> Notice:
    """Return an alert with what the roster knows of its official on the article's day."""
    official = watchlist.official(alert.official_id)
    term = official.term_on(day_of(article.published_at)) if official else None
    return Notice(
        alert=alert,
        title=article.title,
        url=article.url,
        outlet=article.outlet,
        country=None,
        published_at=article.published_at,
        official_role=(term.title or term.role) if term else None,
        official_side=official.side if official else None,
        official_country=official.country if official else None,
        language=article.language,
    )
