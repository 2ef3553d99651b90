"""The answers of `talkwatch rules explain` and `why-not`: each proof of an alert in its place; or which clause failed.

An alert is derived again from the stored text. What was decided otherwise is told with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.compiled_rules import CompiledRule, Failure
from alerts.letters import beside, office
from alerts.lulls import LullState, lull_told
from alerts.matching import find_matches, first_failure
from alerts.occurrences import Texts
from alerts.records import Alert, Evidence, Match, Place, Reason, Scope
from alerts.wording import counted
from extractors.records import Article, Depth
from flows.config.settings import Settings
from flows.problems import UsageProblem, the_one
from flows.setup import Setup, prepared
from flows.steps.lulls import listeners, since_of
from flows.steps.read import as_unread
from flows.tables import listing, table
from flows.times import moment
from flows.trials.past import may_match, rules_named
from warehouse import alerts
from warehouse.accounts import Decided, Source, alert_revisions, articles_named, last_decisions, sources_of
from warehouse.articles import stored_articles
from warehouse.harmless import terminal_safe
from warehouse.records import LoggedAlert, ReadArticle
from warehouse.revisions import stored_revisions
from warehouse.store import reading

# Characters of context on each side of a proof.
AROUND = 60

# What a reason that did not fire means, and what would have to be otherwise.
MEANINGS = {
    Reason.REPEAT: "the rule had an alert about this official from this article already; one is all there is",
    Reason.SAME_UTTERANCE: "the same words had fired within 48 hours, or others say them with this official as one",
    Reason.COOLDOWN: "the rule had told this official's part in this story; a shorter cooldown would let it fire",
    Reason.SILENCED: "the rule was silenced",
    Reason.TOO_OLD: "it was older than max_age when it came; a longer max_age would let it fire",
    Reason.UNDATED: "it has no date and came with its feed's first answer, which may be years of archive",
    Reason.HISTORICAL: 'the phrase was only told as history; historical = "fire" would let it fire',
    Reason.EXCLUDED: "a phrase of exclude stood beside it",
    Reason.BELOW_CORROBORATION: "its story had fewer independent sources than min_independent; it waits for another",
    Reason.DUPLICATE: "its story, or the passage, had been told in an alert within 48 hours",
    Reason.NOT_FIRST: "the official had said the like within `first`, or says nothing there himself",
    Reason.NO_CHANGE: "it has changed nothing that the rule waits for (`on`); it is decided again when it does",
    Reason.FEEDS_UNPROVEN: "no proven silence: the feeds that carried the official were not well all the time",
    Reason.WORDS_UNSEEN: "no proven silence: too few other words of the official were seen meanwhile",
    Reason.IMPORTED: "it was ingested without --alert; `talkwatch rules backtest` tries rules on such articles",
}


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


def why_not(settings: Settings, article: str, rule_name: str) -> str:
    """Say why a rule did not fire on an article, given by its id, how that begins, or its address."""
    setup = prepared(settings)
    (rule,) = rules_named(setup, rule_name)
    found = read_in_full(setup, rule, article_named(setup, article))
    if rule.rule.silent is not None:
        return "\n\n".join([about(found, rule), *silences_of(setup, rule, found)])
    failure = first_failure(rule, Texts(found.article, found.reading))
    with reading(setup.data_dir) as session:
        decided = last_decisions(session, rule.name, found.article.article_id)
    if failure is None:
        return "\n\n".join([about(found, rule), *told(decided, rule)])
    before = [f"{decision_line(each)}\n(the rule, the article or the watchlist has changed since)" for each in decided]
    return "\n\n".join([about(found, rule), failed(failure), *before])


def silences_of(setup: Setup, rule: CompiledRule, found: ReadArticle) -> Iterator[str]:
    """Yield how each official whom a rule names, and who is heard on a topic in an article, stands to that by now."""
    assert rule.rule.silent is not None, "it is a rule on silence"
    said = {(each.speaker_id or "", topic) for each in found.reading.statements for topic in each.topics}
    named = sorted((who, topic) for who, topic in said if who in rule.officials and topic in rule.rule.topics)
    if not named:
        yield "nobody whom the rule names says anything there on its topics"
    now = setup.now()
    with reading(setup.data_dir) as session:
        for who, topic in named:
            for each in listeners(session, rule, now - since_of(rule), now, often=1, official=who):
                if each.topic == topic and (own := each.lull(now)):
                    name = rule.called(who)
                    yield terminal_safe(f"{name}, {topic}: {own.state}: {name} {lull_told(own, rule.rule.silent)}")
        for decided in last_decisions(session, rule.name, found.article.article_id):
            yield decision_line(decided)


def article_named(setup: Setup, text: str) -> ReadArticle:
    """Return the one article that is meant; raise UsageProblem."""
    with reading(setup.data_dir) as session:
        ids = articles_named(session, text)
        found = stored_articles(session, ids)
    if len(found) != 1:
        raise UsageProblem(f"{'more than one article has' if found else 'no article has'} the id or address {text}")
    return found[0]


def read_in_full(setup: Setup, rule: CompiledRule, found: ReadArticle) -> ReadArticle:
    """Return an article read in full, where the gate left it and the rule could match it."""
    if found.reading.depth is not Depth.LEFT_UNREAD or not may_match([rule], found.article):
        return found
    (fresh,) = setup.reader.read([as_unread(setup, found.article)])
    return replace(found, reading=fresh)


def failed(failure: Failure) -> str:
    """Say which clause failed, why, and what would have to be otherwise."""
    said = {"failed": failure.key, "because": failure.what, "to change": failure.change}
    return terminal_safe("\n".join(f"{name:<9}  {text}" for name, text in said.items()))


def about(found: ReadArticle, rule: CompiledRule) -> str:
    """Say which article and rule it is about."""
    article = found.article
    facts: dict[str, object] = {
        "article": article.article_id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published_at,
        "link": article.url,
        "rule": f"{rule.name} (version {rule.rule.version})",
    }
    return listing(facts)


def told(decided: Sequence[Decided], rule: CompiledRule) -> list[str]:
    """Say what was decided about an article that matches."""
    newer = f'it matches rule "{rule.name}" as it is now, and nothing was decided: the rule is newer than the article'
    return [decision_line(each) for each in decided] or [f"{newer}; `talkwatch rules backtest` shows the past"]


def decision_line(decided: Decided) -> str:
    """Say in a line what was decided about one official, and what that means."""
    at = moment(decided.decided_at)
    if decided.reason.fires:
        return f"it did fire on {decided.official}, at {at}: alert {decided.alert_id}"
    return f"{decided.official}: {decided.reason}, decided at {at}: {MEANINGS[decided.reason]}"
