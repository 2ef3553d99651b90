"""What of two wordings of one thing can be compared: their words, and those that make the opposite of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The words by which two wordings of one sentence turn out to say the opposite, apostrophes left out.
_TURNING = re.compile(
    r"no|not|never|nor|none|neither|nobody|nothing|without|cannot|cant|den(?:y|ied|ies)|refus\w+|reject\w*|ruled"
    r"|(?:do|does|did|is|are|was|were|has|have|had|wo|would|ca|could|should)nt"
)


def turning_words(plain: Iterable[str]) -> frozenset[str]:
    """Return those of the words of a passage, as `plain_words` has them, that turn a sentence around."""
    return frozenset(word for word in plain if _TURNING.fullmatch(word))
