"""What search looks through, kept with the articles: which words stand where, and what each is found by.

How a question is answered stands in the macros of the migration, so that every DuckDB that opens the copy can ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extractors.relation_records import WordKeys
from warehouse.harmless import literal
from warehouse.queries import query
from warehouse.records import ReadArticle
from warehouse.rows import Columns
from warehouse.session import Session

# What comes is put in order once there are so many rows of it: a run in which one word's rows are neighbours.
RUN = 1_000_000
# Words whose keys are worked out at once.
_WORDS = 20_000

# A form and the language of its text, which is "" where nobody knows; and what says what such a form is found by.
Met = tuple[str, str]
Keys = Callable[[str, str], WordKeys]

# Characters that are shown of an article in which there are no sentences.
_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Words to look for, as the macros take them, in what was published, said and named so."""

    words: str
    since: datetime | None = None
    until: datetime | None = None
    outlet: str | None = None
    official_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A "statement" that holds the words, or an "article" that does, with the sentence that holds most of them."""

    score: float
    found: str
    published_at: datetime | None
    outlet: str
    speaker: str | None
    title: str | None
    text: str
    url: str
    article_id: str
    statement_id: str | None


_FOUND = Columns(Found)
_ANSWER = f"""
WITH meant AS (SELECT list(DISTINCT form) AS forms FROM search_meant({{words}})),
said AS (
    SELECT score, 'statement' AS found, published_at, outlet, speaker, text, article_id, statement_id
    FROM search_statements({{words}}{{most}})
    WHERE {{said}}
    LIMIT {{limit}}
),
told AS (
    SELECT score, published_at, outlet, article_id
    FROM search_articles({{words}}{{most}})
    WHERE {{told}}
    LIMIT {{limit}}
),
sentences AS (
    SELECT score, published_at, outlet, article_id, span.start_char,
        substr(text, span.start_char + 1, span.end_char - span.start_char) AS sentence
    FROM (
        SELECT t.*, r.text,
            unnest(coalesce(nullif(r.sentences, []), [{{{{'start_char': 0, 'end_char': {_SHOWN}}}}}])) AS span
        FROM told AS t
        JOIN article_rows AS r USING (article_id)
    )
),
shown AS (
    SELECT s.score, 'article' AS found, s.published_at, s.outlet, s.article_id,
        arg_max(s.sentence, (len(list_intersect(search_forms(s.sentence), m.forms)), -s.start_char)) AS text
    FROM sentences AS s, meant AS m
    GROUP BY ALL
)
SELECT {_FOUND}
FROM (FROM said UNION ALL BY NAME FROM shown) AS f
JOIN (SELECT article_id, title, url FROM article_rows) AS a USING (article_id)
ORDER BY f.score DESC, f.published_at DESC, f.found, article_id, f.statement_id
LIMIT {{limit}}
"""  # noqa: S608 (our own text)
_NAMING = "article_id IN (SELECT article_id FROM mentions WHERE kind = 'official' AND ref_id = {})"
_TEXTS = {
    "article_id": "VARCHAR",
    "statement_id": "VARCHAR",
    "language": "VARCHAR",
    "head": "VARCHAR",
    "body": "VARCHAR",
}
# Headlines and texts are cut where no position can count on.
_NUMBERED = """
CREATE OR REPLACE TEMP TABLE searched AS
SELECT article_id, statement_id, split_part(coalesce(language, ''), '-', 1) AS language,
    search_forms(head)[:999] AS head, search_forms(body)[:64000] AS body,
    (if(statement_id IS NULL, 1, -1) * nextval('search_numbers'))::INTEGER AS number
FROM searched_texts
"""
_ADDED = "INSERT INTO search_texts SELECT number, article_id, statement_id, len(head) + len(body) FROM searched"
_MET = """
INSERT INTO search_words
SELECT DISTINCT unnest(list_concat(head, body)), language FROM searched
ON CONFLICT DO NOTHING
RETURNING form, language
"""
_TERMS = """
CREATE OR REPLACE TEMP TABLE search_terms AS
SELECT form, search_term(form) AS term FROM (SELECT DISTINCT unnest(list_concat(head, body)) AS form FROM searched)
"""
_PLACED = """
INSERT INTO search_new_places
SELECT t.term, s.number, least(255, sum(if(s.position <= 1000, 3, 1))), list(s.position ORDER BY s.position)
FROM (
    SELECT number, unnest(list_concat(head, body)) AS form,
        unnest(list_concat(range(1, len(head) + 1), range(1001, 1001 + len(body)))) AS position
    FROM searched
) AS s
JOIN search_terms AS t ON t.form = s.form
GROUP BY t.term, s.number
ORDER BY t.term, s.number
"""
# What is gone by now is left behind.
_SORTED = """
INSERT INTO search_places
SELECT p.* FROM search_new_places AS p SEMI JOIN search_texts USING (number) ORDER BY term, number
"""
# What a form means is looked up by the form, what answers to a key by the key: of each few blocks are read then.
_KEYS_SORTED = (
    "CREATE OR REPLACE TEMP TABLE search_keys_found AS FROM search_keys",
    "DELETE FROM search_keys",
    "INSERT INTO search_keys FROM search_keys_found ORDER BY asked, if(asked, form, key)",
)
_ALL = "SELECT form, language FROM search_words"


def save_texts(session: Session, reads: Sequence[ReadArticle]) -> list[Met]:
    """Let the words of articles that have none here, and of their statements, be found as they stand.

    Return those that no text had before: what they are found by is for `explain` to keep.
    """
    session.stage("searched_texts", _TEXTS, [row for read in reads for row in _texts(read)])
    for sql in (_NUMBERED, _ADDED, _TERMS, _PLACED):
        session.run(sql)
    return [(form, language) for form, language in session.written(_MET)]


def put_in_order(session: Session, *, run: int = RUN) -> None:
    """Sort what came since the last time, once it is enough."""
    count = session.row("SELECT count(*) FROM search_new_places")
    if count and count[0] >= run:
        session.run(_SORTED)
        session.run("DELETE FROM search_new_places")
        _sort_keys(session)


def forget_texts(session: Session, article_ids: Sequence[str]) -> None:
    """Let what articles and their statements said before be found no more."""
    session.remove("search_texts", "article_id", article_ids)


def found(data_dir: Path, question: Sought, limit: int) -> tuple[Found, ...]:
    """Return what holds the words in the published copy, the best first; raise as `queries.query` does."""
    within = [
        f"{condition} {literal(value)}"
        for condition, value in (
            ("published_at >=", question.since and question.since.isoformat()),
            ("published_at <", question.until and question.until.isoformat()),
            ("outlet COLLATE NOCASE =", question.outlet),
        )
        if value
    ]
    official = literal(question.official_id) if question.official_id else None
    sql = _ANSWER.format(
        words=literal(question.words),
        # What a condition may leave out has to be among what is looked up.
        most="" if within or official else f", most := {limit}",
        said=" AND ".join([*within, f"official_id = {official}" if official else "true"]),
        told=" AND ".join([*within, _NAMING.format(official) if official else "true"]),
        limit=limit,
    )
    return tuple(map(_FOUND.record, query(data_dir, sql).rows))


def explain(session: Session, met: Sequence[Met], keys: Keys) -> None:
    """Keep what words are found by that were met for the first time."""
    for first in range(0, len(met), _WORDS):
        words = [keys(form, language) for form, language in met[first : first + _WORDS]]
        rows = ((key, word.form, True) for word in words for key in word.asked)
        answers = ((key, word.form, False) for word in words for key in word.answers)
        session.insert("search_keys", ("key", "form", "asked"), (*rows, *answers))


def explain_all(session: Session, names: Iterable[str], keys: Keys) -> None:
    """Keep anew what every word there is, and every spelling of a name, is found by."""
    session.insert("search_words", ("form", "language"), ((name, "") for name in names), "ON CONFLICT DO NOTHING")
    session.run("DELETE FROM search_keys")
    explain(session, [(form, language) for form, language in session.rows(_ALL)], keys)
    _sort_keys(session)


def is_explained(session: Session) -> bool:
    """Tell whether what words are found by was ever worked out."""
    return session.row("SELECT 1 FROM search_keys LIMIT 1") is not None


def _sort_keys(session: Session) -> None:
    for sql in _KEYS_SORTED:
        session.run(sql)


def _texts(read: ReadArticle) -> Iterator[tuple[str | None, ...]]:
    article = read.article
    yield article.article_id, None, article.language, article.title, article.text
    for said in {said.statement_id: said for said in read.reading.statements}.values():
        yield article.article_id, said.statement_id, article.language, said.speaker, said.text
