"""Decisions and the alert log: recording them, and what deciding and a reader want to know of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.message_records import NewSource, Notice
from alerts.records import Alert, Decision, News, PastAlert
from warehouse.disputes import contradictions
from warehouse.links import members_of
from warehouse.positions import known_before
from warehouse.records import Delivery, LoggedAlert
from warehouse.rows import Columns, Row
from warehouse.session import Params, Session
from warehouse.stories import story_roots
from warehouse.utterances import utterance_roots

ALERT = Columns(Alert)
# What a follow-up shows in place of the alert's own.
PASSAGE = Columns(Alert, only=["keyword", "scope", "place", "excerpt", "excerpt_span", "evidence"])
_DECISION = Columns(Decision, without=["alert"])

# The same rule, article and official make one alert, however often it is decided.
_ONCE = "ON CONFLICT (alert_id) DO NOTHING"

_REVISIONS = """
UPDATE alert_rows SET revision = a.revision
FROM article_rows AS a
WHERE alert_rows.article_id = a.article_id AND alert_id IN (SELECT unnest($1::VARCHAR[]))
    AND alert_rows.revision IS NULL
"""

_PAST_ALERT = Columns(PastAlert, without=["story_id", "reaches"])
_PAST = f"""
SELECT {_PAST_ALERT}
FROM (
    FROM alert_rows
    WHERE article_id IN (SELECT unnest($article_ids::VARCHAR[]))
    UNION ALL
    FROM alert_rows
    WHERE fired_at >= $since
        AND article_id NOT IN (SELECT unnest($article_ids::VARCHAR[]))
        AND (
            $rules IS NULL
            OR rule IN (SELECT unnest($rules::VARCHAR[]))
            OR article_id IN (SELECT unnest($near::VARCHAR[]))
            OR utterance_id IN (SELECT member FROM ({members_of("utterance_links", "$said")}))
        )
)
ORDER BY fired_at, alert_id
"""  # noqa: S608 (our own columns)
_REACHING = """
SELECT DISTINCT x.alert_id
FROM message_alerts AS x
JOIN messages AS m USING (message_id)
WHERE x.alert_id IN (SELECT unnest($1::VARCHAR[])) AND m.status <> 'dead'
"""

# What has fired since, or has been decided otherwise, is not open any more.
_OPEN = """
SELECT rule, article_id, official_id
FROM decisions
WHERE decided_at >= $since AND list_contains($rules::VARCHAR[], rule)
    AND article_id IN (SELECT unnest($article_ids::VARCHAR[]))
GROUP BY rule, article_id, official_id
HAVING count(alert_id) = 0
    AND max(decided_at) = max(decided_at) FILTER (reason IN ('below_corroboration', 'no_change'))
"""

# The office is the one held when the article was published; the newest where someone holds two.
_BESIDE = Columns(
    Notice,
    without=[
        *("alert", "other_outlets", "positions", "news", "attributed_to", "new_sources", "in_english"),
        *("contradictions", "deeds"),
    ],
)
FULLER = 1.3  # times as long: what is only worded otherwise is no fuller report
_NOTICE = f"""
WITH chosen AS MATERIALIZED (
    SELECT a.*, coalesce(l.root, a.utterance_id) AS told_utterance_id, c.nth
    FROM ({{chosen}}) AS c
    JOIN alert_rows AS a USING (alert_id)
    LEFT JOIN utterance_links AS l ON l.member = a.utterance_id
),
reported AS MATERIALIZED (
    SELECT article_id, utterance_id, cue, start_char, text
    FROM statement_rows
    WHERE article_id IN (SELECT article_id FROM chosen)
),
cues AS (
    SELECT s.article_id, coalesce(l.root, s.utterance_id) AS utterance_id, arg_min(s.cue, s.start_char) AS cue,
        max(length(s.text)) AS characters, bool_or(regexp_matches(s.text, '[а-я]')) AS in_cyrillic
    FROM reported AS s
    LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
    GROUP BY ALL
)
SELECT {ALERT.of("a")},
    r.title, r.url, r.outlet, f.country, r.published_at,
    (
        SELECT arg_min(o.role, o.rowid)
        FROM officials AS o
        WHERE o.official_id = a.official_id
            AND (o.role_from IS NULL OR o.role_from <= coalesce(r.published_at, r.first_seen_at)::DATE)
            AND (o.role_to IS NULL OR o.role_to > coalesce(r.published_at, r.first_seen_at)::DATE)
    ),
    (SELECT min(o.side) FROM officials AS o WHERE o.official_id = a.official_id),
    (SELECT min(o.country) FROM officials AS o WHERE o.official_id = a.official_id),
    coalesce(a.sources, t.independent_sources), c.cue, a.roots, r.language,
    if(f.primary_source AND f.outlet = r.outlet, r.outlet, u.primary_outlet),
    coalesce(e.root, r.article_id), v.title,
    if(
        length(u.text) >= {FULLER} * c.characters AND regexp_matches(u.text, '[а-я]') = c.in_cyrillic,
        u.text,
        NULL
    )
FROM chosen AS a
JOIN article_rows AS r USING (article_id)
LEFT JOIN cues AS c ON c.article_id = a.article_id AND c.utterance_id = a.told_utterance_id
LEFT JOIN utterances AS u ON u.utterance_id = a.told_utterance_id
LEFT JOIN feeds AS f USING (feed_id)
LEFT JOIN story_links AS l ON l.member = r.article_id
LEFT JOIN stories AS t ON t.story_id = coalesce(l.root, r.article_id)
LEFT JOIN event_links AS e ON e.member = r.article_id
LEFT JOIN events AS v ON v.event_id = coalesce(e.root, r.article_id)
ORDER BY a.nth
"""  # noqa: S608 (our own columns)
# Which alerts, and in what order.
_OF_MESSAGE = "SELECT alert_id, position AS nth FROM message_alerts WHERE message_id = $1"
_NEWEST = """
SELECT alert_id, row_number() OVER (ORDER BY fired_at DESC, alert_id) AS nth
FROM (SELECT alert_id, fired_at FROM alert_rows WHERE {} ORDER BY fired_at DESC, alert_id LIMIT {})
"""
_OF_LOG = _NEWEST.format(
    "($rule::VARCHAR IS NULL OR rule = $rule) AND ($since::TIMESTAMPTZ IS NULL OR fired_at >= $since)", "$limit"
)
_OF_NAME = _NEWEST.format("$1 <> '' AND starts_with(alert_id, $1)", "10")

# Of several things new about one alert the latest is shown; its own words too, where more was said before it was told.
_NEWS = f"""
SELECT f.alert_id, f.news = 'added' AND f.alert_id NOT IN (
        SELECT told.alert_id
        FROM message_alerts AS told
        JOIN messages AS before USING (message_id)
        WHERE before.subscriber = own.subscriber AND before.status <> 'dead' AND before.created_at < own.created_at
    ),
    f.news, f.attributed_to, {PASSAGE.of("f")}
FROM message_follow_ups AS m
JOIN messages AS own USING (message_id)
JOIN follow_ups AS f USING (follow_up_id)
WHERE m.message_id = $1
ORDER BY m.position
"""  # noqa: S608 (our own columns)

# Those of an article's story, and the reports of an utterance, are looked up by their links: the views that resolve
# names would go through all there are.
_OTHER_OUTLETS = """
WITH own AS (
    SELECT a.alert_id, r.outlet, coalesce(k.root, a.article_id) AS story_id
    FROM alert_rows AS a
    JOIN article_rows AS r USING (article_id)
    LEFT JOIN story_links AS k ON k.member = a.article_id
    WHERE list_contains($1::VARCHAR[], a.alert_id)
),
mates AS (
    SELECT alert_id, outlet, story_id AS article_id FROM own
    UNION
    SELECT own.alert_id, own.outlet, k.member FROM own JOIN story_links AS k ON k.root = own.story_id
)
SELECT alert_id, list(outlet ORDER BY first_seen_at, outlet)
FROM (
    SELECT m.alert_id, r.outlet, min(r.first_seen_at) AS first_seen_at
    FROM mates AS m
    JOIN article_rows AS r ON r.article_id = m.article_id
    WHERE r.outlet <> m.outlet
    GROUP BY ALL
)
GROUP BY alert_id
"""

# Who has it since the subscriber was told last: one article of each source, but for that of the alert itself.
# What no language is known of is taken for English, as it is read.
_IN_ENGLISH = """
WITH own AS (
    SELECT a.alert_id, coalesce(l.root, a.utterance_id) AS utterance_id
    FROM alert_rows AS a
    JOIN article_rows AS r USING (article_id)
    LEFT JOIN utterance_links AS l ON l.member = a.utterance_id
    WHERE list_contains($1::VARCHAR[], a.alert_id) AND lower(r.language)[:2] <> 'en'
),
names AS (
    SELECT alert_id, utterance_id FROM own
    UNION
    SELECT own.alert_id, l.member FROM own JOIN utterance_links AS l ON l.root = own.utterance_id
)
SELECT n.alert_id, arg_min(r.outlet, r.first_seen_at), arg_min(r.url, r.first_seen_at)
FROM names AS n
JOIN statement_rows AS s USING (utterance_id)
JOIN article_rows AS r ON r.article_id = s.article_id
WHERE coalesce(lower(r.language), 'en')[:2] = 'en'
GROUP BY n.alert_id
"""
_NEW_SOURCES = """
WITH told AS (
    SELECT a.alert_id, a.utterance_id, first.story_id, coalesce(first.source, first.outlet) AS source, (
        SELECT max(before.created_at)
        FROM messages AS before
        JOIN message_alerts AS x USING (message_id)
        WHERE x.alert_id = a.alert_id AND before.subscriber = own.subscriber AND before.status <> 'dead'
            AND before.created_at < own.created_at
    ) AS told_at
    FROM messages AS own
    JOIN message_follow_ups AS m USING (message_id)
    JOIN follow_ups AS f USING (follow_up_id)
    JOIN alerts AS a USING (alert_id)
    JOIN articles AS first ON first.article_id = a.article_id
    WHERE own.message_id = $1
), tellers AS (
    SELECT t.alert_id, r.article_id FROM told AS t JOIN articles AS r USING (story_id)
    UNION
    SELECT t.alert_id, s.article_id FROM told AS t JOIN statements AS s USING (utterance_id)
)
SELECT t.alert_id, arg_min(r.outlet, r.first_seen_at), arg_min(r.url, r.first_seen_at)
FROM told AS t
JOIN tellers USING (alert_id)
JOIN articles AS r USING (article_id)
WHERE coalesce(r.source, r.outlet) <> t.source AND r.first_seen_at > t.told_at
GROUP BY t.alert_id, coalesce(r.source, r.outlet)
ORDER BY t.alert_id, min(r.first_seen_at)
"""

_DELIVERY = Columns(Delivery)
_DELIVERIES = f"""
SELECT alert_id, {_DELIVERY}
FROM deliveries
WHERE alert_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY subscriber, due_at
"""  # noqa: S608 (our own columns)


def past_alerts(
    session: Session,
    *,
    since: datetime,
    article_ids: Sequence[str] = (),
    rules: Sequence[str] | None = None,
    near: Sequence[str] = (),
    said: Sequence[str] = (),
) -> tuple[PastAlert, ...]:
    """Return the alerts fired from `since` on, and those on `article_ids` whenever they fired, oldest first.

    With `rules`, of late only those of these rules, on the articles `near`, or of an utterance `said`: a throttle may
    hold a hundred thousand others. Stories and utterances have the names that they have by now.
    """
    values = {"since": since, "article_ids": article_ids, "rules": rules, "near": near, "said": said}
    rows = session.rows(_PAST, values)
    if not rows:
        return ()
    known = [_PAST_ALERT.values(row) for row in rows]
    reaching = {row[0] for row in session.named(_REACHING, (each["alert_id"] for each in known))}
    stories = story_roots(session, {each["article_id"] for each in known})
    names = {name for each in known for name in (each["utterance_id"], *each["utterance_ids"]) if name}
    roots = utterance_roots(session, names)
    for each in known:
        name = each["utterance_id"]
        each["utterance_id"] = roots.get(name, name)
        if each["utterance_ids"]:
            each["utterance_ids"] = tuple(dict.fromkeys(roots.get(name, name) for name in each["utterance_ids"]))
        each["story_id"] = stories.get(each["article_id"], each["article_id"])
        each["reaches"] = each["alert_id"] in reaching
    return tuple(PastAlert(**each) for each in known)


def waiting_matches(
    session: Session, *, rules: Sequence[str], article_ids: Sequence[str], since: datetime
) -> frozenset[tuple[str, str, str]]:
    """Return (rule, article, official) of what waits for something else in these articles, decided from `since` on."""
    params = {"rules": rules, "article_ids": article_ids, "since": since}
    return frozenset((rule, name, official_id) for rule, name, official_id in session.rows(_OPEN, params))


def save_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Record decisions, and the alerts of those that fired."""
    rows = ((*_DECISION.row(each), each.alert and each.alert.alert_id) for each in decisions)
    session.insert("decisions", (*_DECISION.names, "alert_id"), rows)
    alerts = [each.alert for each in decisions if each.alert]
    if alerts:
        session.save("alert_rows", ALERT, alerts, _ONCE)
        session.run(_REVISIONS, [[alert.alert_id for alert in alerts]])


def list_alerts(
    session: Session, *, limit: int, rule: str | None = None, since: datetime | None = None
) -> tuple[LoggedAlert, ...]:
    """Return the newest alerts, newest first."""
    params = {"rule": rule, "since": since, "limit": limit}
    return _logged(session, _notices(session, _OF_LOG, params))


def alert(session: Session, alert_id_prefix: str) -> tuple[LoggedAlert, ...]:
    """Return the alerts whose id starts so: one, none, or up to ten when the beginning is too short."""
    return _logged(session, _notices(session, _OF_NAME, [alert_id_prefix]))


def notices_of(session: Session, message_id: str) -> tuple[Notice, ...]:
    """Return what a message tells, in its order."""
    news = {row[0]: row[1:] for row in session.rows(_NEWS, [message_id])}
    told = _notices(session, _OF_MESSAGE, [message_id])
    sources: dict[str, list[NewSource]] = {}
    for alert_id, outlet, url in session.rows(_NEW_SOURCES, [message_id]) if news else ():
        sources.setdefault(alert_id, []).append(NewSource(outlet, url))
    return tuple(
        each
        for notice in told
        for each in _with_news(notice, news.get(notice.alert.alert_id), sources.get(notice.alert.alert_id, []))
    )


def _notices(session: Session, chosen: str, params: Params) -> tuple[Notice, ...]:
    notices = _named_now(session, [_notice(row) for row in session.rows(_NOTICE.format(chosen=chosen), params)])
    names = [notice.alert.alert_id for notice in notices]
    before = known_before(session, names)
    others: dict[str, list[str]] = dict(session.rows(_OTHER_OUTLETS, [names]))
    against = contradictions(session, names)
    english = {name: NewSource(outlet, url) for name, outlet, url in session.rows(_IN_ENGLISH, [names])}
    return tuple(
        replace(
            notice,
            positions=before.get(name, ()),
            other_outlets=tuple(others.get(name, ())),
            in_english=english.get(name),
            contradictions=against.get(name, ()),
        )
        for name, notice in zip(names, notices, strict=True)
    )


def _named_now(session: Session, notices: Sequence[Notice]) -> list[Notice]:
    """Return notices whose alerts have the names that their utterances go by now."""
    said = {name for each in notices for name in (each.alert.utterance_id, *each.alert.utterance_ids) if name}
    roots = utterance_roots(session, said) if said else {}
    return [
        replace(
            each,
            alert=replace(
                each.alert,
                utterance_id=roots.get(each.alert.utterance_id or "", each.alert.utterance_id),
                utterance_ids=tuple(sorted({roots.get(name, name) for name in each.alert.utterance_ids})),
            ),
        )
        for each in notices
    ]


def _logged(session: Session, notices: Sequence[Notice]) -> tuple[LoggedAlert, ...]:
    deliveries = session.grouped(_DELIVERY, _DELIVERIES, [[notice.alert.alert_id for notice in notices]])
    return tuple(LoggedAlert(notice=notice, deliveries=tuple(deliveries[notice.alert.alert_id])) for notice in notices)


def _notice(row: Row) -> Notice:
    own = len(ALERT.names)
    return _BESIDE.record(row[own:], alert=ALERT.record(row[:own]))


def _with_news(notice: Notice, news: Row | None, sources: Sequence[NewSource]) -> tuple[Notice, ...]:
    """Return a notice with what is new about it, in the words that are new; before it the notice itself if untold."""
    if news is None:
        return (notice,)
    untold, kind, attributed_to, *passage = news
    words = replace(notice.alert, **PASSAGE.values(passage))
    new = replace(notice, news=News(kind), attributed_to=attributed_to, alert=words, new_sources=tuple(sources))
    return (notice, new) if untold else (new,)
