"""The cheap gate: whether an article names anything that makes it worth the language model's time. Parses nothing."""

from __future__ import annotations

from collections.abc import Iterable

from extractors.officials.phrases import PhraseIndex
from extractors.officials.watchlist import Watchlist
from extractors.records import Depth, MentionKind, Reading
from extractors.speech.skimming import Skim, Skimmer, Unread

# A place or an institution by itself opens nothing: half of all news names one. A rule that names one has phrases too.
_WORTH_READING = {MentionKind.OFFICIAL, MentionKind.TOPIC}


class Gate:
    """Shut to an article that names no official, no topic and none of the rules' own phrases.

    Nothing is lost to the rules: none of them matches where none of its phrases stands.
    """

    def __init__(self, watchlist: Watchlist, phrases: Iterable[PhraseIndex] = ()) -> None:
        """Index the watchlist; `phrases` are those of every rule."""
        self._skimmer = Skimmer(watchlist)
        self._phrases = tuple({id(index): index for index in phrases}.values())

    def left_unread(self, article: Unread) -> Reading | None:
        """Return what little was read of an article that is to be read no further; None for one worth reading."""
        skim = self._skimmer.skim(article)
        if not article.is_english:
            return self._skimmer.reading(skim, Depth.NOT_ENGLISH)
        return None if self._opens(skim) else self._skimmer.reading(skim, Depth.LEFT_UNREAD)

    def _opens(self, skim: Skim) -> bool:
        if any(each.kind in _WORTH_READING for each in (*skim.mentions, *skim.title_mentions)):
            return True
        texts = (skim.words, skim.title_words)
        return any(index.find(words.text, words.words) for words in texts for index in self._phrases)
