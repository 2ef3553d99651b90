"""A text as the tagger reads it, and what the tagger makes of it: how likely each word is said, a cue, a source.

A small trained network beside the rules; `docs/extraction.md` says what it was trained on. Decides nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.quotations import Quotation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    Numbers = NDArray[np.int64]
    Likelihoods = NDArray[np.float32]

# Pieces of a word at a time, and how many of them two neighbouring windows share: as the network was trained.
WINDOW, SHARED = 256, 48
FIRST, PARTING = 101, 102  # the model's marks for the beginning, and for the end and between paragraphs
NETWORK, WORDS = "tagger.onnx", "tagger_words.json"
_EVEN = 0.5
_SHARP = 0.8  # how much likelier a word is said than its neighbour where the one ends and the other begins
_FIRST, _NEAR = 0.8, 6  # agreement of what begins where a longer stretch begins, give or take so many characters
_ANEW = 0.9  # likelihood from which a statement begins where another ends: the network cuts too often
_BROKEN = re.compile(r"[\ud800-\udfff]")  # halves of a character, which are no text to the library
_PLAIN = str.maketrans("“”„«»‘’", '"""""\'\'')  # marks of one kind, character by character


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of the words of some paragraphs, in order: what they are, and where they stand in the text.

    `starts` and `ends` are offsets, after each paragraph twice its end; `casing` is 0 to 3 for small letters, a
    capital first, capitals, and neither; `quoted` 1 between quotation marks.
    """

    ids: Numbers
    casing: Numbers
    quoted: Numbers
    starts: Numbers
    ends: Numbers

    def __len__(self) -> int:
        """Count the pieces."""
        return len(self.ids)

    def windows(self) -> Iterator[slice]:
        """Yield the windows in which the network reads them: at most `WINDOW` pieces with the marks at both ends."""
        size = WINDOW - 2
        for at in range(0, max(1, len(self) - SHARED), size - SHARED):
            yield slice(at, min(at + size, len(self)))


def pieces_of(text: str, paragraphs: Sequence[Span], quotations: Sequence[Quotation], words: Tokenizer) -> Pieces:
    """Cut paragraphs of a text into the pieces that the network knows; `quotations` are in order."""
    import numpy as np  # noqa: PLC0415 - takes 0.1 s and 13 MB, and most passes read nothing

    ids, starts, ends = [], [], []
    for paragraph in paragraphs:
        # One by one: a batch would start threads, which a process that forks must not have.
        encoding = words.encode(_BROKEN.sub("?", paragraph.slice(text).translate(_PLAIN)), add_special_tokens=False)
        ids += [*encoding.ids, PARTING]
        starts += [*(start + paragraph.start for start, _ in encoding.offsets), paragraph.end]
        ends += [*(end + paragraph.start for _, end in encoding.offsets), paragraph.end]
    opens = [each.outer.start for each in quotations]
    casing = [_case(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    quoted = [start < end and _is_quoted(start, opens, quotations) for start, end in zip(starts, ends, strict=True)]
    return Pieces(*(np.array(each, dtype=np.int64) for each in (ids, casing, quoted, starts, ends)))


def _case(piece: str) -> int:
    if not piece or piece.islower():
        return 0
    if piece.isupper():
        return 2 if len(piece) > 1 else 1
    return 1 if piece[0].isupper() else 3


def _is_quoted(place: int, opens: Sequence[int], quotations: Sequence[Quotation]) -> bool:
    at = bisect_right(opens, place) - 1
    return at >= 0 and quotations[at].outer.start <= place < quotations[at].outer.end


@dataclass(frozen=True, slots=True)
class Tagged:
    """Neighbouring words that are tagged as one thing, and how likely they are that, by the mean of their pieces."""

    span: Span
    likelihood: float


class Tags:
    """What the tagger makes of the pieces of a text, and of stretches of it."""

    def __init__(self, pieces: Pieces, found: NDArray[np.float32]) -> None:
        """Take the pieces, and for each the six numbers of the network: [pieces, 6]."""
        import numpy as np  # noqa: PLC0415 - as above

        self._starts, self._ends = pieces.starts, pieces.ends
        content = np.exp(found[:, :3] - found[:, :3].max(axis=1, keepdims=True))
        content /= content.sum(axis=1, keepdims=True)
        is_word = pieces.starts < pieces.ends
        self._begins, self._said = content[:, 1] * is_word, (content[:, 1] + content[:, 2]) * is_word
        self._speech, self._cue, self._source = (is_word / (1 + np.exp(-found[:, at])) for at in (3, 4, 5))

    def likelihood(self, span: Span) -> float:
        """Return how likely the words of a stretch are said."""
        return _mean(self._said[self._within(span)])

    def same(self, span: Span) -> tuple[Tagged | None, float]:
        """Return which of what is said a stretch shares most with, and how much of both together both cover."""
        room = span.end - span.start
        near = self.contents(Span(max(0, span.start - room), span.end + room))
        shares = [(_share(span, each.span), each) for each in near]
        share, stretch = max(shares, key=itemgetter(0), default=(0.0, None))
        return stretch, share

    def agreement(self, span: Span) -> float:
        """Return how much of a stretch and of what is said there both cover, less as far as that is unsure; 0 to 1.

        The first of two things that are heard as one agrees: "said X but cautioned Y".
        """
        stretch, share = self.same(span)
        if stretch is None:
            return 0.0
        begins = abs(stretch.span.start - span.start) <= _NEAR and span.end <= stretch.span.end
        return max(share, _FIRST if begins else 0.0) * stretch.likelihood**2

    def is_sharp(self, place: int) -> bool:
        """Tell a place between two words of which one is said beyond doubt and the other is not."""
        after = int(self._starts.searchsorted(place))
        if after == 0 or after == len(self._starts) or self._ends[after - 1] > place or self._is_joined(after):
            return False
        return abs(float(self._said[after]) - float(self._said[after - 1])) >= _SHARP

    def _is_joined(self, at: int) -> bool:
        """Tell two pieces of one word."""
        return bool(self._ends[at - 1] == self._starts[at])

    def naming(self, span: Span) -> float:
        """Return how likely the words of a stretch name a speaker."""
        return _mean(self._source[self._within(span)])

    def speech(self, span: Span) -> float:
        """Return how likely the words of a stretch, if they are anybody’s, are said rather than thought or wished."""
        return _mean(self._speech[self._within(span)])

    def contents(self, span: Span) -> list[Tagged]:
        """Return what is said within a stretch of the text, in order."""
        return self._stretches(span, self._said, self._begins)

    def cues(self, span: Span) -> list[Tagged]:
        """Return the words by which a stretch of the text reports something, in order."""
        return self._stretches(span, self._cue)

    def sources(self, span: Span) -> list[Tagged]:
        """Return the words that name a speaker within a stretch of the text, in order."""
        return self._stretches(span, self._source)

    def _within(self, span: Span) -> slice:
        return slice(int(self._starts.searchsorted(span.start)), int(self._ends.searchsorted(span.end, "right")))

    def _stretches(self, span: Span, likely: Likelihoods, begins: Likelihoods | None = None) -> list[Tagged]:
        within = self._within(span)
        inside = likely[within] > _EVEN
        opens = inside.copy()
        opens[1:] &= ~inside[:-1]
        if begins is not None:
            opens |= inside & (begins[within] > _ANEW)
        ends = inside.copy()
        ends[:-1] &= opens[1:] | ~inside[1:]
        return [
            self._stretch(within.start + first, within.start + last, likely)
            for first, last in zip(opens.nonzero()[0], ends.nonzero()[0], strict=True)
        ]

    def _stretch(self, first: int, last: int, likely: Likelihoods) -> Tagged:
        return Tagged(Span(int(self._starts[first]), int(self._ends[last])), _mean(likely[first : last + 1]))


def _share(one: Span, other: Span) -> float:
    both = min(one.end, other.end) - max(one.start, other.start)
    return max(0, both) / (max(one.end, other.end) - min(one.start, other.start))


def _mean(likely: Likelihoods) -> float:
    return float(likely.mean()) if len(likely) else 0.0


@dataclass(frozen=True, slots=True)
class Tagger:
    """The network and its vocabulary."""

    network: InferenceSession
    words: Tokenizer

    def tags(self, text: str, paragraphs: Sequence[Span], quotations: Sequence[Quotation]) -> Tags:
        """Return what the network makes of some paragraphs of a text; both in order. The same text, the same tags."""
        import numpy as np  # noqa: PLC0415 - as above

        pieces = pieces_of(text, paragraphs, quotations, self.words)
        found = np.zeros((len(pieces), 6), dtype=np.float32)
        for window in pieces.windows():
            # A window by itself: eight bits are scaled by all that is asked at once. Of what two share each has half.
            own = slice(window.start + (SHARED // 2 if window.start else 0), window.stop)
            found[own] = self._found(pieces, window)[own.start - window.start :]
        return Tags(pieces, found)

    def _found(self, pieces: Pieces, window: slice) -> Likelihoods:
        import numpy as np  # noqa: PLC0415 - as above

        asked = {
            "ids": np.concatenate([[FIRST], pieces.ids[window], [PARTING]])[None],
            "casing": np.pad(pieces.casing[window], 1)[None],
            "quoted": np.pad(pieces.quoted[window], 1)[None],
        }
        return np.asarray(self.network.run(["found"], asked)[0][0, 1:-1], dtype=np.float32)


@cache
def has_tagger() -> bool:
    """Tell whether the tagger’s files are installed."""
    return all(files("extractors").joinpath(name).is_file() for name in (NETWORK, WORDS))


@cache
def load_tagger() -> Tagger | None:
    """Load the tagger, or return the one this process has loaded already; None where its files are missing."""
    if not has_tagger():
        return None
    folder = files("extractors")
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - takes 0.2 s, for who does not read too
    from tokenizers import Tokenizer  # noqa: PLC0415 - the same

    options = SessionOptions()
    # One thread: processes share the cores, and threads would not outlive the fork.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    network = InferenceSession(folder.joinpath(NETWORK).read_bytes(), options, providers=["CPUExecutionProvider"])
    return Tagger(network, Tokenizer.from_str(folder.joinpath(WORDS).read_text(encoding="utf-8")))
