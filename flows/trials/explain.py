"""The answer of `talkwatch rules explain`: an alert derived again from the stored text, each proof in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.compiled_rules import CompiledRule
from alerts.letters import beside, office
from alerts.lulls import LullState, lull_told
from alerts.matching import find_matches, first_failure
from alerts.occurrences import Texts
from alerts.records import Alert, Evidence, Match, Place, Scope
from alerts.wording import counted
from extractors.records import Article, Depth
from flows.config.settings import Settings
from flows.problems import the_one
from flows.setup import Setup, prepared
from flows.steps.lulls import listeners, since_of
from flows.steps.read import as_unread
from flows.tables import listing, table
from flows.times import moment
from warehouse import alerts
from warehouse.accounts import Source, alert_revisions, sources_of
from warehouse.articles import stored_articles
from warehouse.harmless import terminal_safe
from warehouse.records import LoggedAlert, ReadArticle
from warehouse.revisions import stored_revisions
from warehouse.store import reading

# Characters of context on each side of a proof.
AROUND = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAccount:
    """An alert with all that accounts for it: its article as it was then, and the sources of its story by now."""

    logged: LoggedAlert
    found: ReadArticle
    revision: int
    newest: int
    sources: tuple[Source, ...]

    @property
    def alert(self) -> Alert:
        """Return the alert."""
        return self.logged.notice.alert


def explained(settings: Settings, beginning: str) -> str:
    """Say why the one alert whose id begins so fired, and whether it would again; raise UsageProblem."""
    setup = prepared(settings)
    account = account_of(setup, beginning)
    rule = next((each for each in setup.rules if each.name == account.alert.rule), None)
    parts = [
        heading(account, rule),
        terminal_safe("\n".join(proof_lines(account.alert, account.found.article))),
        terminal_safe(silence_derived(setup, rule, account.alert) or derived(rule, account)),
        *([terminal_safe(changed(rule, account))] if rule and rule.rule.on else []),
        corroboration(account),
    ]
    return "\n\n".join(parts)


def account_of(setup: Setup, beginning: str) -> AlertAccount:
    """Collect what there is about an alert; what was read in words that were replaced since is read again."""
    with reading(setup.data_dir) as session:
        logged = the_one(alerts.alert(session, beginning), "alert", beginning)
        alert = logged.notice.alert
        revision, newest = alert_revisions(session, alert.alert_id)
        (stored,) = stored_articles(session, [alert.article_id])
        then = stored_revisions(session, [(alert.article_id, revision)])
        sources = sources_of(session, alert.article_id)
    if revision != newest and then:
        stored = replace(stored, article=then[0].article)
    if revision != newest or stored.reading.depth is Depth.LEFT_UNREAD:
        (fresh,) = setup.reader.read([as_unread(setup, stored.article)])
        stored = replace(stored, reading=fresh)
    return AlertAccount(logged=logged, found=stored, revision=revision, newest=newest, sources=sources)


def heading(account: AlertAccount, rule: CompiledRule | None) -> str:
    """Say what fired, and whether rule and text are as they were."""
    alert, notice = account.alert, account.logged.notice
    facts: dict[str, object] = {
        "alert": alert.alert_id,
        "fired": f"{moment(alert.fired_at)} ({alert.reason})",
        "rule": f"{alert.rule}, {standing(alert, rule)}",
        "official": ", ".join(filter(None, (alert.official, office(notice)))),
        "scope": alert.scope,
        "article": notice.title,
        "outlet": notice.outlet,
        "published": notice.published_at,
        "link": notice.url,
        "text": "as it was then"
        if account.revision == account.newest
        else f"changed since: this is revision {account.revision} of {account.newest}",
    }
    return listing(facts)


def standing(alert: Alert, rule: CompiledRule | None) -> str:
    """Say whether the rule is the one that fired."""
    if rule is None:
        return f"version {alert.rule_version}; it is no longer in the configuration"
    if rule.rule.version == alert.rule_version:
        return f"version {alert.rule_version}, as it is now"
    return f"version {alert.rule_version}; it has changed since and is {rule.rule.version} now"


def proof_lines(alert: Alert, article: Article) -> Iterator[str]:
    """Yield each proof with its offsets, marked in its context, as it stands in the stored text."""
    yield "it rests on"
    for proof in alert.evidence:
        text = article.text if proof.place is Place.TEXT else article.title or ""
        yield f"  {proof.what:<10} {proof.place} {proof.span.start}-{proof.span.end}  {in_context(proof, text)}"


def in_context(proof: Evidence, text: str) -> str:
    """Return a proof marked in what stands around it; say so where the words are no longer there."""
    if proof.span.slice(text) != proof.surface:
        return f"“{proof.surface}” (no longer there)"
    before, after = text[: proof.span.start][-AROUND:], text[proof.span.end :][:AROUND]
    if len(before) < proof.span.start:
        before = "…" + (before.partition(" ")[2] or before)
    if len(after) < len(text) - proof.span.end:
        after = (after.rpartition(" ")[0] or after) + "…"
    return " ".join(f"{before}[{proof.surface}]{after}".split())


def derived(rule: CompiledRule | None, account: AlertAccount) -> str:
    """Say whether the rule as it is now finds the same in the words as they were."""
    if rule is None:
        return "derived again: no, the rule is gone"
    article, read = account.found.article, account.found.reading
    match = next(
        (each for each in find_matches(rule, article, read) if each.official_id == account.alert.official_id), None
    )
    if match is None:
        failure = first_failure(rule, Texts(article, read))
        why = f": {failure.key}: {failure.what}" if failure else f": the rule does not match {account.alert.official}"
        return f"derived again: no{why}"
    changes = list(differences(account.alert, match))
    return "derived again: yes, the same" if not changes else f"derived again: yes, but {'; '.join(changes)}"


def changed(rule: CompiledRule, account: AlertAccount) -> str:
    """Say what a rule on changes waits for, and what stood before the alert's words, or stands against them."""
    lines = beside(account.logged.notice, timezone="UTC")
    waits = f"the rule waits for {', '.join(rule.rule.on)}"
    if not lines:
        return f"{waits}; nothing stood before its words, or stands against them"
    return "\n".join([f"{waits}; before its words, or against them, stands", *(f"  {line}" for line in lines)])


def silence_derived(setup: Setup, rule: CompiledRule | None, alert: Alert) -> str | None:
    """Say how an alert on silence stands by what is stored now; None for another, and where its rule is gone."""
    if alert.scope is not Scope.SILENT or rule is None or rule.rule.silent is None:
        return None
    with reading(setup.data_dir) as session:
        found = listeners(session, rule, alert.fired_at - since_of(rule), alert.fired_at, official=alert.official_id)
        own = next((each.lull(alert.fired_at) for each in found if alert.keyword in each.rule.keywords), None)
    if own is None:
        return f"derived again: no: nothing {alert.official} said on it is stored"
    yes = "yes" if own.state is LullState.PROVEN else f"no, {own.state}"
    return f"derived again: {yes}: {alert.official} {lull_told(own, rule.rule.silent)}"


def differences(alert: Alert, match: Match) -> Iterator[str]:
    """Yield what a match of now has otherwise than the alert."""
    for name in ("keyword", "scope", "place"):
        then, now = getattr(alert, name), getattr(match, name)
        if then != now:
            yield f"{name} was {then} and is {now}"
    if alert.excerpt != match.excerpt:
        yield "it would show other words"
    if match.excluded_by is not None:
        yield f'exclude cancels it now: "{match.excluded_by}"'
    if match.historical:
        yield "it counts as history now"


def corroboration(account: AlertAccount) -> str:
    """Say which independent sources tell the story by now."""
    sources = account.sources
    said = f"{counted(len(sources), 'independent source')} by now"
    return f"{said}\n{table(('source', 'outlets', 'articles'), source_rows(sources))}"


def source_rows(sources: Sequence[Source]) -> list[tuple[object, ...]]:
    """Return a row for each source."""
    return [(each.root, ", ".join(each.outlets), each.articles) for each in sources]
