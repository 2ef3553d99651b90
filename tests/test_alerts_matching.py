from __future__ import annotations

import itertools
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import matching
from alerts.compiled_rules import compile_rules
from alerts.matching import EVIDENCE_LIMIT, MOST_OFFICIALS, find_all_matches, find_matches
from alerts.records import Evidence, Match, Place, Scope
from alerts.rules import Rule
from extractors.officials.offices import Offices, PrintedOffices
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement, StatementKind
from tests.alert_examples import article, compiled, read, rule, said, span_of, watchlist

QUOTE = "“No ceasefire before talks,” Peskov said of Zelensky."
SAID = said(QUOTE, "No ceasefire before talks", by="Peskov")
SPLIT = "“No ceasefire,” Peskov said after a ceasefire call, “before talks with Putin.”"
SPLIT_SAID = said(SPLIT, "No ceasefire", "before talks with Putin", by="Peskov")
BETWEEN = "“No peace,” he said after a ceasefire call, “before talks.”"
BETWEEN_SAID = said(BETWEEN, "No peace", "before talks", by="he")
CLOSE = "Peskov spoke. The truce held. Zelensky spoke.\nKuleba left."


def matches(
    changes: dict[str, Any], own: Article, *statements: Statement, without: str | None = None
) -> tuple[Match, ...]:
    """Match a rule against an article as read."""
    return find_matches(compiled(**changes), own, read(own, *statements, without=without))


def scopes(found: tuple[Match, ...]) -> dict[str, Scope]:
    """Return the scope by official."""
    return {match.official_id: match.scope for match in found}


@pytest.mark.parametrize(
    ("scope", "text", "statements", "expected"),
    [
        pytest.param(
            "speaks", QUOTE, [SAID], {"dmitry-peskov": "speaks"}, id="speaks: phrase in the speaker's own words"
        ),
        pytest.param("speaks", QUOTE, [], {}, id="speaks: no statement, no match"),
        pytest.param(
            "speaks",
            SPLIT.replace("No ceasefire", "No peace"),
            [said(SPLIT.replace("No ceasefire", "No peace"), "No peace", "before talks with Putin", by="Peskov")],
            {},
            id="speaks: not what the reporter says between the parts",
        ),
        pytest.param(
            "statement",
            SPLIT,
            [SPLIT_SAID],
            {"dmitry-peskov": "speaks", "vladimir-putin": "statement"},
            id="statement: whoever is named in it, and its speaker",
        ),
        pytest.param(
            "statement",
            BETWEEN,
            [BETWEEN_SAID],
            {"dmitry-peskov": "statement"},
            id="statement: its speaker, unnamed in it",
        ),
        pytest.param(
            "statement", QUOTE, [SAID], {"dmitry-peskov": "speaks"}, id="statement: not who is named beside it"
        ),
        pytest.param(
            "sentence",
            QUOTE,
            [SAID],
            {"dmitry-peskov": "speaks", "volodymyr-zelenskyy": "sentence"},
            id="sentence: stronger scopes satisfy it and are recorded",
        ),
        pytest.param("sentence", CLOSE, [], {}, id="sentence: not the next one"),
        pytest.param(
            "paragraph",
            CLOSE,
            [],
            {"dmitry-peskov": "paragraph", "volodymyr-zelenskyy": "paragraph"},
            id="paragraph: to the line's end, not over it",
        ),
        pytest.param(
            "article",
            CLOSE,
            [],
            {"dmitry-peskov": "paragraph", "volodymyr-zelenskyy": "paragraph", "dmytro-kuleba": "article"},
            id="article: anywhere",
        ),
        pytest.param(
            "speaks",
            "Zelensky rejected Putin’s ceasefire offer.",
            [],
            {},
            id="speaks: an offer that is named is not spoken",
        ),
    ],
)
def test_scopes(scope: str, text: str, statements: list[Statement], expected: dict[str, str]) -> None:
    """A scope is the widest allowed; the strongest that holds is recorded."""
    changes = {"scope": Scope(scope), "keywords": ("ceasefire", "truce")}
    assert scopes(matches(changes, article(text), *statements)) == expected


@pytest.mark.parametrize(
    ("scope", "title", "text", "place"),
    [
        pytest.param("sentence", "Peskov on ceasefire", "Rain fell.", Place.TITLE, id="the title is a sentence"),
        pytest.param(
            "sentence", "Ceasefire", "Peskov spoke.", None, id="the title's phrase and the text's name are apart"
        ),
        pytest.param("paragraph", "Ceasefire", "Peskov spoke.", None, id="the title is a paragraph of its own"),
        pytest.param("article", "Ceasefire", "Peskov spoke.", Place.TITLE, id="the title is part of the article"),
        pytest.param("article", "Peskov", "A ceasefire.", Place.TEXT, id="a name in the title counts for the article"),
        pytest.param("speaks", "Peskov: no ceasefire", "Rain fell.", None, id="nobody speaks in a title"),
        pytest.param(
            "sentence",
            "Peskov on ceasefire",
            "Peskov wants a ceasefire.",
            Place.TEXT,
            id="the text goes before the title",
        ),
    ],
)
def test_title(scope: str, title: str, text: str, place: Place | None) -> None:
    """The title is a sentence and a paragraph of its own in every scope."""
    found = matches({"scope": Scope(scope)}, article(text, title=title))
    assert [match.place for match in found] == ([place] if place else [])


def test_what_is_in_no_sentence_never_matches() -> None:
    """A caption's phrase and a caption's name are not the article's, and no excerpt runs over a caption."""
    text = "Peskov spoke.\nPhoto: Peskov and Putin at ceasefire talks\nA truce held. Zelensky spoke."
    changes = {"keywords": ("ceasefire", "truce"), "scope": Scope.ARTICLE}
    found = matches(changes, article(text), without="Photo")
    assert {match.official_id: match.keyword for match in found} == {
        "dmitry-peskov": "truce",
        "volodymyr-zelenskyy": "truce",
    }
    assert all(proof.span != span_of(text, "ceasefire") for match in found for proof in match.evidence)


@pytest.mark.parametrize(
    ("scope", "text", "excluded"),
    [
        pytest.param("sentence", "Peskov on the ceasefire and hockey.", "hockey", id="in the match's own sentence"),
        pytest.param("sentence", "Peskov on the ceasefire. Hockey news.", None, id="not in the next sentence"),
        pytest.param(
            "sentence",
            "Peskov on the ceasefire and hockey. Peskov on a ceasefire.",
            None,
            id="a clean match wins over a cancelled one",
        ),
        pytest.param("paragraph", "Peskov spoke. A ceasefire. Hockey.", "hockey", id="in the paragraph, in that scope"),
        pytest.param("paragraph", "Peskov spoke. A ceasefire.\nHockey.", None, id="not in the next paragraph"),
        pytest.param("article", "Peskov spoke.\nA ceasefire.\nHockey.", "hockey", id="in the article, in that scope"),
        pytest.param(
            "article", "Peskov on a ceasefire.\nHockey.", "hockey", id="by the rule's scope, not the one that holds"
        ),
    ],
)
def test_exclude(scope: str, text: str, excluded: str | None) -> None:
    """An excluded phrase cancels a match where it stands near, and is its evidence."""
    (match,) = matches({"scope": Scope(scope), "exclude": ("hockey",)}, article(text))
    assert match.excluded_by == excluded
    assert [proof.what for proof in match.evidence].count("exclude") == (excluded is not None)


@pytest.mark.parametrize(
    ("scope", "text", "statements", "excerpt"),
    [
        pytest.param(
            "sentence", "Rain fell. Peskov on a ceasefire. Snow.", [], "Peskov on a ceasefire.", id="the sentence"
        ),
        pytest.param(
            "paragraph",
            "Rain fell. Peskov spoke. It snowed. A ceasefire. Hail.",
            [],
            "Peskov spoke. It snowed. A ceasefire.",
            id="from the one to the other",
        ),
        pytest.param("article", "Peskov spoke.\nA ceasefire.", [], "A ceasefire.", id="the phrase's own"),
        pytest.param(
            "paragraph", "Peskov spoke." + " Rain." * 300 + " A ceasefire.", [], "A ceasefire.", id="no endless stretch"
        ),
        pytest.param(
            "speaks",
            "He came. “Go home. No ceasefire now.” So Peskov said. Hail.",
            [
                said(
                    "He came. “Go home. No ceasefire now.” So Peskov said. Hail.",
                    "Go home. No ceasefire now",
                    by="Peskov",
                )
            ],
            "“Go home. No ceasefire now.”",
            id="the sentences a statement spans",
        ),
    ],
)
def test_excerpt_is_whole_sentences_verbatim(scope: str, text: str, statements: list[Statement], excerpt: str) -> None:
    """The excerpt is what stands at its span: whole sentences that hold phrase and official."""
    (match,) = matches({"scope": Scope(scope)}, article(text), *statements)
    assert match.excerpt == excerpt == match.excerpt_span.slice(text)


def test_no_excerpt_runs_over_a_caption() -> None:
    """A statement that goes on after a photo is shown by the phrase's own sentence."""
    text = "Peskov said: “Wait.\nPhoto: a flag\nNo ceasefire now.”"
    statement = said(text, "Wait.\nPhoto: a flag\nNo ceasefire now", by="Peskov")
    (match,) = matches({"scope": Scope.SPEAKS}, article(text), statement, without="Photo")
    assert match.excerpt == "No ceasefire now.”"


def test_evidence_of_a_statement_names_phrase_official_speaker_cue_and_words() -> None:
    """Each proof stands where its span says, the phrase first."""
    (match,) = matches({"scope": Scope.SPEAKS}, article(QUOTE), SAID)
    assert [(proof.what, proof.surface, proof.ref) for proof in match.evidence] == [
        ("keyword", "ceasefire", "ceasefire"),
        ("official", "Peskov", "dmitry-peskov"),
        ("speaker", "Peskov", "dmitry-peskov"),
        ("cue", "said", None),
        ("statement", "No ceasefire before talks", "s1"),
        ("words", "No ceasefire before talks", "s1"),
        ("sentence", QUOTE, None),
        ("quoted", "No ceasefire before talks", "s1"),
        ("negation", "No", None),
    ]
    assert match.utterance_id == "u1"


@pytest.mark.parametrize("kind", list(StatementKind))
def test_the_part_said_that_holds_the_phrase_is_named(kind: StatementKind) -> None:
    """Of a split statement the evidence has the part with the phrase, quoted or reported."""
    text = "Peskov said talks went on, he said, and a ceasefire was far."
    statement = said(text, "talks went on", "and a ceasefire was far", by="Peskov", kind=kind)
    (match,) = matches({"scope": Scope.SPEAKS}, article(text), statement)
    assert [proof.surface for proof in match.evidence if proof.what == "words"] == ["and a ceasefire was far"]


def test_keyword_is_the_rules_and_the_surface_the_articles() -> None:
    """The match has the phrase as the rule has it, its evidence as the article prints it."""
    (match,) = matches({}, article("Peskov on cease-fires."))
    assert (match.keyword, match.evidence[0].surface) == ("ceasefire", "cease-fires")


@pytest.mark.parametrize(
    ("within", "starts"),
    [
        pytest.param(None, [12], id="everything counts where nothing is said"),
        pytest.param(["Zelensky on a ceasefire"], [37], id="only a hit in a stretch counts"),
        pytest.param(["on a cease"], [], id="a hit that is only partly in a stretch does not count"),
        pytest.param([], [], id="in no stretch there is no hit, in the title neither"),
    ],
)
def test_only_fresh_stretches_count(within: list[str] | None, starts: list[int]) -> None:
    """With stretches named, hits elsewhere in the text and in the title are none; names count wherever they stand."""
    text = "Peskov on a ceasefire.\nZelensky on a ceasefire."
    own = article(text, title="Putin on a ceasefire")
    spans = None if within is None else [span_of(text, part) for part in within]
    officials = ("Peskov",) if within is None else ("any",)
    found = find_matches(compiled(officials=officials), own, read(own), within=spans)
    assert [match.evidence[0].span.start for match in found] == [*starts]
    assert all(match.place is Place.TEXT for match in found)


@pytest.mark.parametrize("keywords", [("ceasefire", "topic:ceasefire"), ("topic:ceasefire", "ceasefire")])
def test_of_two_keywords_at_one_place_the_rules_first_is_recorded(keywords: tuple[str, str]) -> None:
    """A phrase that two keywords share is recorded as the rule's first."""
    (match,) = matches({"keywords": keywords}, article("Peskov on a ceasefire."))
    assert match.keyword == keywords[0]


def test_rules_compiled_together_match_as_each_alone() -> None:
    """Looking through a text once for many rules finds for each what it would find by itself."""
    own = article("Peskov on a ceasefire. Zelensky on a truce and hockey.", title="Putin on a truce")
    rules = [
        rule(name="one"),
        rule(name="two", keywords=("truce", "hockey"), exclude=("hockey",)),
        rule(name="three", keywords=("topic:ceasefire",), officials=("Putin",), exclude=("truce",)),
    ]
    together = find_all_matches(compile_rules(rules, watchlist()), own, read(own))
    assert list(together) == [find_matches(compile_rules([each], watchlist())[0], own, read(own)) for each in rules]
    assert [len(found) for found in together] == [1, 2, 1]


def test_a_pronoun_that_is_resolved_is_the_speaker() -> None:
    """A statement whose speaker was found by a pronoun is his, with the pronoun as evidence."""
    text = "“No ceasefire,” he said."
    (match,) = matches({"scope": Scope.SPEAKS}, article(text), said(text, "No ceasefire", by="he"))
    assert (match.official_id, match.evidence[1].surface) == ("dmitry-peskov", "he")


def test_one_match_an_official_and_the_rest_is_evidence_within_its_limit() -> None:
    """Fifty hits are one match, the earliest, and no more evidence than the limit."""
    (match,) = matches({}, article("Peskov on a ceasefire. " * 50))
    assert match.evidence[0].span.start == 12
    assert len(match.evidence) == EVIDENCE_LIMIT


def test_only_who_is_named_matches() -> None:
    """A country or an institution matches when the rule names it, and not for `any`."""
    own = article("The Zed League and Zedland want a ceasefire.")
    assert matches({}, own) == ()
    found = matches({"officials": ("Zed League", "Zedland")}, own)
    assert [(match.official_id, match.official) for match in found] == [
        ("zed-league", "Zed League"),
        ("zedland", "Zedland"),
    ]


WORDS = st.sampled_from(["Peskov", "Zelensky", "ceasefire", "truce", "hockey", "talks", ".", "\n", "said", "Zedland"])


@settings(deadline=None)
@given(
    words=st.lists(WORDS, max_size=40),
    title=st.lists(WORDS, max_size=6),
    scope=st.sampled_from(Scope),
    marks=st.tuples(st.integers(0, 200), st.integers(1, 60)),
)
def test_matches_hold_whatever_the_text(
    words: list[str], title: list[str], scope: Scope, marks: tuple[int, int]
) -> None:
    """One match an official at most; excerpt and evidence stand in the article; no scope wider than the rule's."""
    text, headline = " ".join(words), " ".join(title)
    own = article(text, title=headline)
    part = text[marks[0] : marks[0] + marks[1]]
    statements = [said(text, part, by="Peskov")] if part and "Peskov" in text else []
    found = matches({"scope": scope, "keywords": ("ceasefire", "truce"), "exclude": ("hockey",)}, own, *statements)
    assert len({match.official_id for match in found}) == len(found)
    for match in found:
        assert list(Scope).index(match.scope) <= list(Scope).index(scope)
        assert match.excerpt == match.excerpt_span.slice(text if match.place is Place.TEXT else headline)
        assert match.evidence[0].what == "keyword"
        assert match.excerpt_span.covers(match.evidence[0].span)
        assert all(stands(proof, text, headline) for proof in match.evidence)


def stands(proof: Evidence, text: str, title: str) -> bool:
    """Tell whether a proof's surface stands at its span."""
    return proof.span.slice(text if proof.place is Place.TEXT else title) == proof.surface


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        pytest.param(
            "Kremlin spokesman Peskov left. Peskov wants a ceasefire.", "Kremlin spokesman", id="before the name"
        ),
        pytest.param(
            "Peskov, the Kremlin’s spokesman, wants a ceasefire.", "Kremlin’s spokesman", id="set beside the name"
        ),
        pytest.param(
            "The Kremlin’s spokesman, Peskov, wants a ceasefire.", "Kremlin’s spokesman", id="the name set beside it"
        ),
        pytest.param(
            f"Kremlin spokesman Peskov left. {'Peskov came. ' * 12}Peskov wants a ceasefire.",
            "Kremlin spokesman",
            id="where he is named first, however far away",
        ),
        pytest.param("Peskov wants a ceasefire. Putin is Russia’s president.", None, id="another’s office"),
        pytest.param("Peskov, the Kremlin spokesman and Putin want a ceasefire.", None, id="a list"),
    ],
)
def test_evidence_has_the_office_as_the_article_prints_it(text: str, surface: str | None) -> None:
    """The last proof is the office beside one of the official’s names, at its place."""
    found = {match.official_id: match for match in matches({}, article(text))}["dmitry-peskov"]
    offices = [proof for proof in found.evidence if proof.what == "office"]
    assert [proof.surface for proof in offices] == ([surface] if surface else [])
    assert all(proof.span == span_of(text, proof.surface) for proof in offices)


def everybody(chars: int, *, end: str) -> tuple[Article, Reading]:
    """Return a text in which everyone of the roster stands beside phrases, four to a line, or to whatever ends so."""
    text, sentences, mentions = "", [], []
    people = itertools.cycle(watchlist().officials)
    for group in iter(lambda: list(itertools.islice(people, 4)), None):
        start = len(text)
        for person in group:
            span = Span(len(text), len(text) + len(person.name))
            mentions.append(Mention(kind=MentionKind.OFFICIAL, ref_id=person.official_id, name=person.name, surface=person.name, span=span))  # fmt: skip
            text += f"{person.name} on a ceasefire, "
        text += f"they say{end}"
        sentences.append(Span(start, len(text) - 1))
        if len(text) >= chars:
            break
    if end == ", ":
        sentences = [Span(0, len(text) - 1)]
    found = Reading(mentions=tuple(mentions), title_mentions=(), statements=(), sentences=tuple(sentences), extractor_version="x")  # fmt: skip
    return article(text), found


def steps(work: Callable[[], object]) -> int:
    """Count the calls, Python's own and the libraries', that some work takes."""
    counted = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(".\n", id="in paragraphs"),
        pytest.param(". ", id="in one paragraph"),
        pytest.param(", ", id="in one sentence"),
    ],
)
@pytest.mark.parametrize("scope", list(Scope))
def test_work_grows_as_the_text_does(scope, end):
    """Where everyone of the roster stands beside each phrase, twice the text is at most 2.2 times the work."""
    one = compiled(scope=scope, keywords=("ceasefire", "truce"))
    find_matches(one, *everybody(500, end=end))
    once, twice = (steps(lambda chars=chars: find_matches(one, *everybody(chars, end=end))) for chars in (4_000, 8_000))
    making = steps(lambda: everybody(4_000, end=end))
    assert twice - 2 * making <= 2.2 * (once - making)


def test_who_is_nearest_counts_where_all_are_named():
    """Of a list of everybody a rule takes the strongest ties only, and one at the very end is among them."""
    own, found = everybody(20_000, end=".\n")
    plain = re.sub("ceasefire", "walkabout", own.text)
    last = found.mentions[-1]
    text = plain[: last.span.start] + own.text[last.span.start :]
    matched = find_matches(compiled(scope=Scope.ARTICLE), article(text), found)
    assert len(matched) == MOST_OFFICIALS
    near = {match.official_id for match in matched if match.scope is Scope.SENTENCE}
    assert near == {mention.ref_id for mention in found.mentions[-4:]}


def test_two_thousand_rules_share_the_work_of_one_article():
    """Where the phrases of all rules stand beside everybody, all together look at little more than fifty do alone."""
    own, found = everybody(4_000, end=".\n")

    def many(count: int) -> int:
        rules = [
            Rule(name=f"rule {n}", keywords=("ceasefire",), officials=("any",), subscribers=("desk",))
            for n in range(count)
        ]
        ready = compile_rules(rules, watchlist())
        find_all_matches(ready[:1], own, found)
        return steps(lambda: find_all_matches(ready, own, found))

    assert many(400) <= 5 * many(50)
    few = find_all_matches(
        compile_rules(
            [Rule(name="one", keywords=("ceasefire",), officials=("any",), subscribers=("desk",))], watchlist()
        ),
        own,
        found,
    )
    assert len(few[0]) == MOST_OFFICIALS


def test_what_rules_have_in_common_is_found_out_once(monkeypatch):
    """However many rules name whoever stands there, offices are looked for once a line, and proofs made once a hit."""
    own, found = everybody(4_000, end=".\n")
    looked = Counter[str]()
    for module, name in ((Offices, "find"), (matching, "_proofs_of_nearness")):
        asked = getattr(module, name)

        def counted(*given, name: str = name, asked=asked):
            looked[name] += 1
            return asked(*given)

        monkeypatch.setattr(module, name, counted)

    def work(count: int) -> Counter[str]:
        looked.clear()
        find_all_matches(
            compile_rules(
                [
                    Rule(name=f"rule {n}", keywords=("ceasefire",), officials=("any",), subscribers=("desk",))
                    for n in range(count)
                ],
                watchlist(),
            ),
            own,
            found,
        )
        return Counter(looked)

    few = work(20)
    assert few == work(40)
    assert 0 < few["find"] <= len(own.text.splitlines())


def test_offices_of_a_line_are_those_beside_each_of_its_names():
    """Each of a line's names has its own office, before it or behind, the one that calls him too, and no other line's."""
    text = (
        "Russian Foreign Minister Sergei Lavrov met Marco Rubio, the U.S. secretary of state.\nLavrov left Hakan Fidan."
    )
    printed, offices = PrintedOffices(text), Offices(watchlist())
    names = ("Sergei Lavrov", "Marco Rubio", "Foreign Minister", "Hakan Fidan")
    spans = [printed.beside(offices, span_of(text, name)) for name in names]
    assert [span and span.slice(text) for span in spans] == [
        "Russian Foreign Minister",
        "U.S. secretary of state",
        "Russian Foreign Minister",
        None,
    ]
