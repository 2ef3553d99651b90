"""The answer of `talkwatch rules why-not`: the first clause of a rule that an article failed, or what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from alerts.compiled_rules import CompiledRule, Failure
from alerts.lulls import lull_told
from alerts.matching import first_failure
from alerts.occurrences import Texts
from alerts.records import Reason
from extractors.records import Depth
from flows.config.settings import Settings
from flows.problems import UsageProblem
from flows.setup import Setup, prepared
from flows.steps.lulls import listeners, since_of
from flows.steps.read import as_unread
from flows.tables import listing
from flows.times import moment
from flows.trials.past import may_match, rules_named
from warehouse.accounts import Decided, articles_named, last_decisions
from warehouse.articles import stored_articles
from warehouse.harmless import terminal_safe
from warehouse.records import ReadArticle
from warehouse.store import reading

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


def why_not(settings: Settings, article: str, rule_name: str) -> str:
    """Say why a rule did not fire on an article, given by its id, how that begins, or its address."""
    setup = prepared(settings)
    (rule,) = rules_named(setup, rule_name)
    found = read_in_full(setup, rule, article_named(setup, article))
    if rule.rule.silent is not None:
        return "\n\n".join([heading(found, rule), *silences_of(setup, rule, found)])
    failure = first_failure(rule, Texts(found.article, found.reading))
    with reading(setup.data_dir) as session:
        decided = last_decisions(session, rule.name, found.article.article_id)
    if failure is None:
        return "\n\n".join([heading(found, rule), *told(decided, rule)])
    before = [f"{decision_line(each)}\n(the rule, the article or the watchlist has changed since)" for each in decided]
    return "\n\n".join([heading(found, rule), failed(failure), *before])


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


def heading(found: ReadArticle, rule: CompiledRule) -> str:
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
