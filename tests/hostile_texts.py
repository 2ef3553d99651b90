"""Texts made to be hard to read, of any length, each of one shape; names that begin with "ru:" or "uk:" say the language.

Marks, letters and blanks that look alike are meant.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice


def repeated(unit: str) -> Callable[[int], str]:
    """Return what makes a text of so many characters of one unit; {n} in it is its number."""
    return lambda chars: "".join(islice(iter(unit.replace("{n}", str(n)) for n in count()), chars // len(unit) + 1))[
        :chars
    ]


def nested(opening: str, inner: str, closing: str) -> Callable[[int], str]:
    """Return what makes a text of so many characters that opens to its middle and closes again."""

    def made(chars: int) -> str:
        depth = chars // (len(opening) + len(closing))
        return opening * depth + inner + closing * depth

    return made


SHAPES: dict[str, Callable[[int], str]] = {
    "sentences": repeated("Peskov said on Monday that talks go on. "),
    "sentences without names": repeated("It rained all day in the hills. "),
    "short sentences": repeated("He did. "),
    "paragraphs": repeated("Peskov said on Monday that talks go on.\n\n"),
    "one-word paragraphs": repeated("Peskov\n\n"),
    "lines": repeated("Peskov said so\n"),
    "talks": repeated("Talks between Russia and Ukraine will be held in Istanbul on Monday. "),
    "talks in one sentence": repeated("talks between Russia and Ukraine in Istanbul on Monday, "),
    "dates": repeated("On 3 March 2026 and on Monday. "),
    "quotation pairs": repeated("“A ceasefire is near,” said Peskov. "),
    "quotation pairs, no speaker": repeated("“A ceasefire.” "),
    "straight quotation pairs": repeated('"A ceasefire is near," he said. '),
    "single quotation pairs": repeated("‘A ceasefire is near,’ he said. "),
    "pairs in one sentence": repeated("“a truce” and "),
    "opened quotations": repeated("“A ceasefire is near. "),
    "closed quotations": repeated("A ceasefire is near.” "),
    "straight marks alone": repeated('" '),
    "apostrophes": repeated("'tis the minister's "),
    "quotations over paragraphs": repeated("“A ceasefire is near.\n\n"),
    "nested quotations": nested("“a ", "ceasefire", " b” "),
    "brackets": repeated("(a ceasefire) "),
    "opened brackets": repeated("(a ceasefire "),
    "nested brackets": nested("(a ", "ceasefire", ") "),
    "square brackets": repeated("[a truce "),
    "dashes": repeated("a truce — so Peskov — "),
    "chain of said": repeated("Peskov said that Lavrov said that "),
    "said alone": repeated("said "),
    "said, no blanks between": repeated("said,"),
    "who said": repeated("Peskov, who said that Lavrov, who said that "),
    "according to": repeated("according to Peskov according to Lavrov "),
    "names": repeated("Dmitry Peskov, Sergei Lavrov, "),
    "unknown names": repeated("Aaron Baker{n} and Carl Dover{n} said. "),
    "one name, said he": repeated("Mr Baker{n} said so. He said so too. "),
    "roles": repeated("the foreign minister of Turkey and "),
    "offices": repeated("Russian Foreign Minister "),
    "capitals": repeated("Moscow Kyiv Ankara "),
    "datelines": repeated("KYIV, March 4 (Reuters) — Peskov said so.\n\n"),
    "dateline upon dateline": repeated("KYIV (Reuters) — "),
    "labels": repeated("Peskov: yes, a truce.\n"),
    "captions": repeated("Photo: Reuters / Dmitry Peskov\n\n"),
    "bullets": repeated("• a ceasefire\n"),
    "not": repeated("not "),
    "neither nor": repeated("neither a truce nor "),
    "and": repeated("truce and "),
    "commas": repeated("truce, "),
    "colons": repeated("truce: "),
    "full stops": repeated(". "),
    "points": repeated("."),
    "abbreviations": repeated("U.S. Mr. "),
    "initials": repeated("J. R. "),
    "one word": repeated("a"),
    "hyphens": repeated("cease-fire-"),
    "digits": repeated("1"),
    "numbers": repeated("1,000.5 "),
    "blanks": repeated("a    "),
    "line ends": repeated("a\n"),
    "empty paragraphs": repeated("\n\n"),
    "combining marks": repeated("a\u0301\u0302"),
    "soft hyphens": repeated("cease\u00adfire "),
    "holders of offices": repeated("Foreign Minister Ann Low{n} met. "),
    "offices in apposition": repeated("Ann Low{n}, the foreign minister of Turkey, met the foreign minister. "),
    "emoji": repeated("🕊 truce "),
    "addresses": repeated("https://a.example/b?c=d&"),
    "phrase after phrase": repeated("ceasefire talks peace deal truce "),
    "halves of phrases": repeated("security "),
    "ru: sentences": repeated("Песков сказал, что переговоры идут. "),
    "ru: quotation pairs": repeated("«Перемирие близко», — сказал Песков. "),
    "ru: opened quotations": repeated("«Перемирие близко "),
    "ru: nested quotations": nested("«а ", "перемирие", " б» "),
    "ru: chain of said": repeated("Песков сказал, что Лавров сказал, что "),
    "ru: said alone": repeated("сказал "),
    "ru: that": repeated("что, "),
    "ru: reported": repeated("Об этом сообщил Песков. "),
    "ru: paragraphs": repeated("Песков: да.\n\n"),
    "ru: dashes": repeated("— Да, — сказал он. "),
    "ru: names": repeated("Дмитрий Песков и Сергей Лавров, "),
    "ru: bare offices": repeated("Лавров и Песков приехали. Министр заявил, что ждет. "),
    "uk: sentences": repeated("Зеленський сказав, що переговори тривають. "),
}
