"""What a person said, and where he is named, taken out for good; the articles stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from warehouse.forgotten import Gone, clear, drop_untold, take_alerts
from warehouse.session import Session
from warehouse.utterances import unhear

# A person is known by all his names in small letters, ids included: $1. Of several who speak as one each is a speaker.
_IS_HIS = "list_has_any(list_append(string_split(lower(speaker), '; '), lower(speaker_id)), $1::VARCHAR[])"
_SAID_BY = f"""
SELECT statement_id, article_id, revision, start_char, end_char
FROM statement_rows JOIN (SELECT article_id, revision FROM article_rows) USING (article_id)
WHERE {_IS_HIS}
UNION ALL
SELECT statement_id, article_id, revision, start_char, end_char FROM statement_revisions WHERE {_IS_HIS}
"""  # noqa: S608 (our own text)
_IS_NAMED = "kind IN ('official', 'person') AND list_has_any([lower(ref_id), lower(name)], $1::VARCHAR[])"
_NAMED_IN = f"""
SELECT article_id FROM mentions WHERE {_IS_NAMED}
UNION SELECT article_id FROM title_mentions WHERE {_IS_NAMED}
UNION SELECT article_id FROM ({_SAID_BY})
ORDER BY ALL
"""  # noqa: S608 (our own text)
_SENTENCES_OF = """
SELECT unnest(sentences) FROM utterance_keys WHERE statement_id IN (SELECT unnest($1::VARCHAR[]))
UNION
SELECT unnest(sentences) FROM sayings WHERE statement_id IN (SELECT unnest($1::VARCHAR[]))
"""
# Where his words and names stand, before they are taken out: what was told with his words in it goes whole.
_HIS_WORDS = f"""
CREATE OR REPLACE TEMP TABLE his_words AS
SELECT article_id, revision, start_char, end_char, true AS said FROM ({_SAID_BY})
UNION ALL
SELECT article_id, revision, start_char, end_char, false
FROM mentions JOIN (SELECT article_id, revision FROM article_rows) USING (article_id)
WHERE {_IS_NAMED}
"""  # noqa: S608 (our own text)
_SHOWN = "{0}.place = 'text' AND {0}.excerpt_start_char < h.end_char AND h.start_char < {0}.excerpt_end_char"
_ALERTS_OF = f"""
SELECT alert_id FROM alert_rows WHERE list_contains($1::VARCHAR[], lower(official_id))
UNION
SELECT a.alert_id FROM alert_rows AS a JOIN his_words AS h USING (article_id, revision)
WHERE h.said AND {_SHOWN.format("a")}
ORDER BY ALL
"""  # noqa: S608 (our own text)
_FOLLOW_UPS_OF = f"""
SELECT DISTINCT f.follow_up_id FROM follow_ups AS f JOIN alert_rows AS a USING (alert_id)
JOIN his_words AS h ON h.article_id = a.article_id AND h.revision = f.revision
WHERE h.said AND {_SHOWN.format("f")}
"""  # noqa: S608 (our own text)
_PROOFS = """
UPDATE {table} AS t SET evidence = list_filter(t.evidence, lambda proof: proof.place <> 'text' OR NOT list_bool_or(
    list_transform(p.spans, lambda each: proof.start_char < each.end_char AND each.start_char < proof.end_char)))
FROM (
    SELECT {name} AS name, list({{'start_char': h.start_char, 'end_char': h.end_char}}) AS spans
    FROM {table} AS t JOIN alert_rows AS a USING (alert_id)
    JOIN his_words AS h ON h.article_id = a.article_id AND h.revision = t.revision
    GROUP BY {name}
) AS p
WHERE p.name = {name}
"""
_NAMED_NO_MORE = (
    "DELETE FROM decisions WHERE list_contains($1::VARCHAR[], lower(official_id))",
    "DELETE FROM silences WHERE list_contains($1::VARCHAR[], lower(official_id))",
    f"DELETE FROM mentions WHERE {_IS_NAMED}",  # noqa: S608 (our own text)
    f"DELETE FROM title_mentions WHERE {_IS_NAMED}",  # noqa: S608 (our own text)
    "UPDATE follow_ups SET attributed_to = NULL WHERE list_contains($1::VARCHAR[], lower(attributed_to))",
    "UPDATE event_keys SET voice = NULL WHERE list_contains($1::VARCHAR[], lower(voice))",
    """
    UPDATE event_keys SET heard = list_filter(heard, lambda each: NOT list_contains($1::VARCHAR[], lower(each)))
    WHERE list_has_any(heard, $1::VARCHAR[])
    """,
    """
    UPDATE talks SET parties = list_filter(parties, lambda each: NOT list_contains($1::VARCHAR[], lower(each)))
    WHERE list_has_any(parties, $1::VARCHAR[])
    """,
)
_TOLD_IN = """
SELECT DISTINCT message_id FROM message_follow_ups WHERE follow_up_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL
"""


def said_by(session: Session, names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return a person's statements, of earlier revisions too, their sentences that have vectors, and all articles.

    Those are where he says something or is named. `names` are all of his in small letters.
    """
    said = sorted({row[0] for row in session.rows(_SAID_BY, [list(names)])})
    sentences = tuple(row[0] for row in session.rows(_SENTENCES_OF, [said]))
    return tuple(said), sentences, tuple(row[0] for row in session.rows(_NAMED_IN, [list(names)]))


def take_alerts_out(session: Session, names: Sequence[str]) -> Gone:
    """Take out the alerts on a person, and those that show words of his; others rest on him no more.

    His statements are to be here still: they tell which words are his.
    """
    session.run(_HIS_WORDS, [list(names)])
    alert_ids = [row[0] for row in session.rows(_ALERTS_OF, [list(names)])]
    messages = take_alerts(session, alert_ids)
    session.remove("alert_rows", "alert_id", alert_ids)
    messages += _take_follow_ups(session, [row[0] for row in session.rows(_FOLLOW_UPS_OF)])
    for table, name in (("alert_rows", "t.alert_id"), ("follow_ups", "t.follow_up_id")):
        session.run(_PROOFS.format(table=table, name=name))
    session.run("DROP TABLE his_words")
    return Gone(messages=messages, alert_ids=tuple(alert_ids))


def name_no_more(session: Session, names: Sequence[str], statement_ids: Sequence[str], keep: Collection[str]) -> None:
    """Take out where a person is named, and what his statements are known by; `keep` as for `take_out`."""
    for sql in _NAMED_NO_MORE:
        session.run(sql, [list(names)])
    for table in ("statement_revisions", "takes"):
        session.remove(table, "statement_id", statement_ids)
    unhear(session, statement_ids)
    clear(session, keep)


def _take_follow_ups(session: Session, follow_up_ids: Sequence[str]) -> int:
    """Take follow-ups out of the messages that tell them; return how many told nothing else."""
    told_in = [row[0] for row in session.rows(_TOLD_IN, [list(follow_up_ids)])]
    for table in ("message_follow_ups", "follow_ups"):
        session.remove(table, "follow_up_id", follow_up_ids)
    return drop_untold(session, told_in)
