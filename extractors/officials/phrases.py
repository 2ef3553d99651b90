"""Names and phrases found in text, word by word. Names as names are written, phrases in any form. Knows no watchlist.

Of a name case counts, spelling variants and Cyrillic case endings do not; of a phrase neither inflection, case, hyphens
nor quote marks do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Generic, TypeVar

from extractors.officials.exceptions import EXCEPT, Hit, meant
from extractors.records import Span
from extractors.text.languages import main_language
from extractors.text.lemmas import Inflection, inflection, may_be_of
from extractors.text.words import Token, Trie, fold, forms, is_cyrillic, remembered, tokens, without_possessive

Target = TypeVar("Target")

# Capitals that may stand beside a name or title in a headline or sentence without being part of a name.
_NO_NAME_WORDS = """
about accepts accuses addresses admits after against agrees amid and announces appeals april are arrives as asks at
august backs before blames blasts but by calls can claims condemns confirms could criticizes december declares
defends demands denies denounces discusses dismisses during expects february for friday from gets gives goes had
hails has have heads her hints his holds hopes i in insists into is its january july june lands leaves makes march
may meets met might monday must near no not november october of offers on or over plans pledges praises proposes
reacts reiterates rejects reveals rules said saturday says seeks sees september sets should signals signs slams
speaks suggests sunday takes talks tells thanks that their threatens thursday to told travels tuesday turns under
urges visits vows wants warns was wednesday welcomes were who will wins wishes with would yet
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_BLANK = r"[^\S\n\r\v\f\x1c-\x1f\x85\u2028\u2029]"
_WITHIN = re.compile(rf"{_BLANK}{{1,8}}|[-‐‑–]")
_AFTER_ABBREVIATION = re.compile(rf"\.{_BLANK}?")
_PLURAL_POSSESSIVE = re.compile(rf"['’]{_BLANK}")
_ABBREVIATION = 2  # letters at most ("U.S.", "St. Petersburg"), or one of these
_ABBREVIATIONS = {"Mrs", "Gen", "Sen"}
# Case endings of Russian and Ukrainian names, longest first; a stem keeps three letters ("Путина", "Зеленскому").
_CASES = "ией ією ием ієм ого ому ему его ові еві єві ия ию ии ія ію ії ою ым им ім ом ем єм їм ой ый ий ій"
_CASES += " а я у ю ы и і ї е є о й ь"
_ENDINGS = tuple(_CASES.split())
_STEM = 3


@dataclass(frozen=True, slots=True)
class TextWords:
    """A text as words: their keys for names, and whether nothing but a blank, hyphen or initial's dot follows each.

    `language` is the text's; None is English.
    """

    text: str
    words: tuple[Token, ...]
    keys: tuple[tuple[str, ...], ...]
    runs_on: tuple[bool, ...]
    language: str | None = None

    def __len__(self) -> int:
        """Count the words."""
        return len(self.words)

    def span(self, first: int, last: int) -> Span:
        """Return the characters from one word to another, without the last one's possessive."""
        end = self.words[last].end
        word = self.words[last].text
        return Span(self.words[first].start, end - 2 if is_possessive(word) else end)

    def reads_as_name(self, at: int) -> bool:
        """Tell whether the word begins with a capital that a title, headline or sentence would not give it."""
        word = self.words[at].text
        return word[0].isupper() and fold(word).lower() not in _NO_NAME


@dataclass(frozen=True, slots=True)
class FoundName(Generic[Target]):
    """What is called by the words `first` to `last`, both included."""

    targets: tuple[Target, ...]
    first: int
    last: int


class NameIndex(Generic[Target]):
    """Names and what they name; a longer name hides the shorter ones inside it."""

    def __init__(self) -> None:
        """Begin with no names."""
        self._root: Trie[Target] = Trie()

    def add(self, name: str, target: Target) -> None:
        """Let `name` name `target`: as written, in capitals, or with its last word in capitals ("Dmitry PESKOV")."""
        words = [_written(token.text) for token in tokens(name)]
        for spelling in _name_spellings(words):
            node = self._root.at(spelling)
            if words and target not in node.ends:
                node.ends.append(target)

    def longest(self, text: TextWords, first: int) -> FoundName[Target] | None:
        """Return the longest name that begins at the word `first`."""
        nodes, found = [self._root], None
        if self._root.after.keys().isdisjoint(text.keys[first]):
            return None
        for at in range(first, len(text)):
            reached = [(key, node.after[key]) for node in nodes for key in text.keys[at] if key in node.after]
            if named := [node for _, node in reached if node.ends]:
                found = FoundName(tuple(target for node in named for target in node.ends), first, at)
            ends = is_possessive(text.words[at].text)
            nodes = [node for key, node in reached if not ends or is_possessive(key)]
            if not nodes or not text.runs_on[at]:
                break
        return found

    def find(self, text: TextWords) -> Iterator[FoundName[Target]]:
        """Yield the names from left to right, none overlapping another."""
        reached = 0
        for at in self.beginnings(text):
            if at >= reached and (found := self.longest(text, at)):
                yield found
                reached = found.last + 1

    def beginnings(self, text: TextWords) -> list[int]:
        """Return the words that a name may begin with, in order."""
        firsts = self._root.after.keys()
        return [at for at, keys in enumerate(text.keys) if not firsts.isdisjoint(keys)]


def read_words(text: str, language: str | None = None) -> TextWords:
    """Return `text` as words to look names and phrases up in."""
    words = tokens(text)
    runs_on = [
        text[left.end : right.start] == " " or _name_runs_on(text, left, right) for left, right in pairwise(words)
    ]
    keys = tuple([_name_keys(word.text) for word in words])
    return TextWords(text, words, keys, (*runs_on, False)[: len(words)], language)


def is_possessive(word: str) -> bool:
    """Tell whether a word as printed ends in 's."""
    return word.endswith(("'s", "’s", "'S", "’S", "ʼs"))


def _name_runs_on(text: str, left: Token, right: Token) -> bool:
    between = text[left.end : right.start]
    if between.startswith("."):
        is_abbreviation = len(left.text) <= _ABBREVIATION or left.text in _ABBREVIATIONS
        return is_abbreviation and _AFTER_ABBREVIATION.fullmatch(between) is not None
    if between.startswith(("'", "’")):
        return left.text[-1] == "s" and _PLURAL_POSSESSIVE.fullmatch(between) is not None
    return _WITHIN.fullmatch(between) is not None


@remembered
def _name_keys(word: str) -> tuple[str, ...]:
    """Return what a word of a text may stand for: itself, itself without 's, and its stem in Cyrillic."""
    folded = fold(word)
    plain = without_possessive(folded)
    return tuple({folded, plain, name_stem(plain)} if is_cyrillic(plain) else {folded, plain})


def _written(word: str) -> str:
    """Return the key of a word of a name: initials in Cyrillic (НАТО) have no endings."""
    plain = fold(word)
    return name_stem(plain) if is_cyrillic(plain) and not plain.isupper() else plain


def name_stem(word: str) -> str:
    """Return a word without the ending of a Russian or Ukrainian name's case."""
    lower = word.lower()
    for ending in _ENDINGS:
        if lower.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def given_key(name: str) -> str:
    """Return what a first name is known by: its letters without marks, of a Slavic one no ending of a case."""
    return name_stem(fold(name)) if is_cyrillic(name) else fold(name)


def _name_spellings(words: Sequence[str]) -> set[tuple[str, ...]]:
    shouted = tuple(word.upper() for word in words)
    spellings = {tuple(words), shouted, (*words[:-1], *shouted[-1:])}
    return spellings | {(each[0].capitalize(), *each[1:]) for each in spellings if each and each[0].islower()}


_MARKS = "\"'“”„‟«»‘’‚‛`´\\[\\]"
# Between two words of a phrase stand blanks (no line's end) and quote marks, or one hyphen; no stop, comma or dash.
_SOFT = re.compile(rf"[{_MARKS}]*[-‐‑–][{_MARKS}]*|(?:{_BLANK}|[{_MARKS}])+")
_EXACTLY = "="
_GAP = "*"
_GAP_WORDS = 3
_ANY = ("",)


_Phrases = Trie[str]


@dataclass(frozen=True, slots=True)
class _Words:
    """A text as words, and what each may stand for in its language."""

    text: str
    words: Sequence[Token]
    keys: Callable[[str], tuple[str, ...]]

    def runs_on(self, at: int) -> bool:
        """Tell whether nothing keeps a word and the next from being one phrase."""
        return at + 1 < len(self.words) and _runs_on(self.text, self.words[at], self.words[at + 1])

    def run_on(self, first: int, last: int) -> bool:
        """Tell whether nothing keeps the words from `first` to `last` from being one phrase."""
        return all(self.runs_on(at) for at in range(first, last))

    def letter(self, at: int) -> str:
        """Return the first letter of a word, none past the last."""
        return _folded(self.words[at].text[0]) if at < len(self.words) else ""

    def joined(self, at: int) -> tuple[str, ...]:
        """Return the keys of a word written as one with the next."""
        return self.keys(self.words[at].text + self.words[at + 1].text)


class PhraseIndex:
    """Phrases by key, looked up word by word: time grows with the text, not with the number of phrases.

    Words are compared in the language of the text. A word after = in a phrase stands exactly so but for its case:
    "=talks" is neither "talk" nor "talked". Where * stands between words up to three others may stand, none of them
    behind a comma or stop. A phrase after ! means something else: what of its key shares a word with it is not found
    ("!trade truce"), nor what takes it up ("the truce").
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Index the phrases of each key; one without a word in it is never found."""
        self._phrases = {key: tuple(wordings) for key, wordings in phrases.items()}
        self._by_language: dict[str, _OneLanguage] = {}

    def has_words_of(self, language: str | None, keys: Iterable[str]) -> bool:
        """Tell whether a phrase of one of these keys may stand in a text of a language."""
        return any(is_of(wording, language) for key in keys for wording in self._phrases.get(key, ()))

    def find(self, text: str, words: Sequence[Token] | None = None, *, language: str | None = None) -> tuple[Hit, ...]:
        """Return the hits by start: of one key at one start only the longest, of different keys all.

        `words` are the text's tokens, where they are known already; a text of no known language is in English.
        """
        code = main_language(language)
        if code not in self._by_language:
            self._by_language[code] = _OneLanguage(self._phrases, inflection(code))
        return self._by_language[code].find(text, tokens(text) if words is None else words)


class _OneLanguage:
    """The phrases of an index as words of one language."""

    def __init__(self, phrases: Mapping[str, Iterable[str]], inflection: Inflection) -> None:
        self._root: _Phrases = Trie()
        self._inflection = inflection
        for key, wordings in phrases.items():
            for wording in wordings:
                own = EXCEPT + key if wording.startswith(EXCEPT) else key
                for words in _spellings(wording, inflection):
                    self._add(words, own)
        self._halves: dict[str, set[str]] = {}
        for first in self._root.after:
            for half, following in _halves(first):
                self._halves.setdefault(half, set()).add(following)
        self._keys = remembered(self._keys_of)
        self._begins = remembered(self._beginning)

    def _add(self, words: Sequence[str], key: str) -> None:
        ends = self._root.at(words).ends
        if key not in ends:
            ends.append(key)

    def find(self, text: str, words: Sequence[Token]) -> tuple[Hit, ...]:
        """Return the hits by start."""
        read, begins = _Words(text, words, self._keys), self._begins
        likely = [(at, following) for at, word in enumerate(read.words) if (following := begins(word.text))]
        firsts = (at for at, following in likely if following is _ANY or read.letter(at + 1) in following)
        return meant(text, [hit for first in firsts for hit in self._hits(read, first)])

    def _keys_of(self, word: str) -> tuple[str, ...]:
        """Return what a word of a text may stand for in a phrase: its keys in the language, and itself."""
        return *self._inflection.of_text(word), _exact(word)

    def _beginning(self, word: str) -> Collection[str]:
        """Return the letters that may follow this word where a phrase begins; none where no phrase begins with it.

        Any, where the word is itself a phrase's; else it may be one with the next, as "cease" with "fire".
        """
        own = not self._root.after.keys().isdisjoint(self._keys(word))
        return _ANY if own else self._halves.get(fold(word.casefold()), ())

    def _hits(self, text: _Words, first: int) -> Iterator[Hit]:
        ends: dict[str, int] = {}
        reached = [(self._root, first)]
        while reached:
            node, at = reached.pop()
            for key in node.ends:
                ends[key] = max(ends.get(key, 0), at)
            if node.after and at < len(text.words) and (at == first or text.runs_on(at - 1)):
                reached += _steps(node, text, at)
        for key, end in sorted(ends.items()):
            yield Hit(key=key, span=Span(text.words[first].start, _end(text.words[end - 1])))


def _steps(node: _Phrases, text: _Words, at: int) -> Iterator[tuple[_Phrases, int]]:
    """Yield where the word at `at`, alone or joined with the next, leads, or in a gap the words up to it."""
    if (gap := node.after.get(_GAP)) is not None:
        yield from ((gap, at + passed) for passed in range(_GAP_WORDS + 1) if text.run_on(at, at + passed))
    yield from ((node.after[key], at + 1) for key in text.keys(text.words[at].text) if key in node.after)
    if text.runs_on(at):
        yield from ((node.after[key], at + 2) for key in text.joined(at) if key in node.after)


def is_of(wording: str, language: str | None) -> bool:
    """Tell whether all words of a phrase can stand in a text of a language."""
    return not wording.startswith(EXCEPT) and all(may_be_of(word.text, language) for word in tokens(wording))


def alternatives(pattern: str) -> Iterator[str]:
    """Yield the phrases of a pattern: of "(end|stop) (the|) war" all four."""
    parts = (part.split("|") for part in re.split("[()]", pattern))
    return (" ".join("".join(chosen).split()) for chosen in product(*parts))


@remembered
def _folded(letter: str) -> str:
    return fold(letter.casefold())[:1]


def _halves(key: str) -> Iterator[tuple[str, str]]:
    """Yield the first of two words that are a phrase's word when they are written as one, and the next one's letter."""
    for form in forms(key):
        yield from ((form[:end], form[end]) for end in range(1, len(form)))


def _spellings(wording: str, inflection: Inflection) -> Iterator[tuple[str, ...]]:
    """Yield a phrase's words as keys, then with two neighbours written as one: "cease fire", "ceasefire"."""
    words = tokens(wording)
    own = inflection.alone if len(words) == 1 else inflection.of_phrase
    keys = [(_exact(word.text),) if wording[: word.start].endswith(_EXACTLY) else own(word.text) for word in words]
    gaps = {at for at, (left, right) in enumerate(pairwise(words)) if _GAP in wording[left.end : right.start]}
    if keys:
        yield from product(*_with_gaps(keys, gaps))
    for at, (left, right) in enumerate(pairwise(words)):
        if at not in gaps and _EXACTLY not in wording[: right.start]:
            joined = [*keys[:at], inflection.of_phrase(left.text + right.text), *keys[at + 2 :]]
            yield from product(*_with_gaps(joined, {gap - (gap > at) for gap in gaps}))


def _with_gaps(keys: Sequence[Iterable[str]], gaps: Collection[int]) -> Iterator[Iterable[str]]:
    """Yield the keys of a phrase's words in order, a gap's behind each word that has one."""
    for at, own in enumerate(keys):
        yield own
        if at in gaps:
            yield (_GAP,)


def _exact(word: str) -> str:
    return _EXACTLY + without_possessive(fold(word)).lower()


def _runs_on(text: str, left: Token, right: Token) -> bool:
    """Tell whether nothing between two words keeps them from being one phrase; "U.S. aid" runs on, "war. Aid" not."""
    between = text[left.end : right.start]
    if between == " " or _SOFT.fullmatch(between):
        return True
    is_initial = len(left.text) == 1 and _AFTER_ABBREVIATION.fullmatch(between) is not None
    return is_initial and (between == "." or right.text[0].islower())


def _end(word: Token) -> int:
    """Return where a phrase that ends in this word ends: before the word's possessive."""
    return word.end - 2 if without_possessive(fold(word.text)) != fold(word.text) else word.end
