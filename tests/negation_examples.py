"""Sentences with the right answer to "is the phrase negated?", by kind: the given one or two, then siblings.

A row is a sentence with the phrases in it marked: [ceasefire] is not negated, {ceasefire} is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.records import Span

KINDS = {
    "and after without": """
        We want peace without preconditions and a [ceasefire].
        They came without conditions and a [ceasefire] followed.
        A summit without delay and a [ceasefire] are needed.
        He wants talks without mediators and a [truce] by Easter.
        We offer a deal without strings and a [ceasefire] at once.
        We hope for a year without war and a lasting [ceasefire].
        """,
    "nothing hinders": """
        Nothing stands in the way of a [ceasefire].
        Nothing prevents a [ceasefire].
        No obstacles to a [ceasefire] remain.
        We have no objections to a [ceasefire].
        Nobody can stop the [ceasefire] now.
        There is nothing wrong with a [ceasefire].
        """,
    "either way": """
        Whether or not there is a [ceasefire], we go on.
        We go on whether there is a [ceasefire] or not.
        It is not clear whether a [ceasefire] will hold.
        We will help, if not with a [ceasefire], with food.
        They did not say when the [talks] would begin.
        He does not know how the [ceasefire] came about.
        """,
    "not against": """
        We are not against a [ceasefire].
        We have nothing against a [ceasefire].
        He did not rule out a [ceasefire].
        Kyiv never opposed a [ceasefire].
        Neither side has rejected a [ceasefire].
        He stopped short of ruling out a [ceasefire].
        No one in Kyiv opposes a [ceasefire].
        """,
    "praise by denial": """
        Not only a [ceasefire] but a lasting peace is needed.
        They need nothing less than a [ceasefire].
        There is no doubt that a [ceasefire] will come.
        There is no alternative to a [ceasefire].
        A [ceasefire] is not enough.
        A [ceasefire] cannot wait.
        """,
    "no of another noun": """
        No deal has stopped a [ceasefire] yet.
        No date was given for the [ceasefire].
        No shot was fired during the [ceasefire].
        No violations of the [ceasefire] were seen.
        No country has done more for a [ceasefire].
        No soldier has broken the [ceasefire].
        """,
    "more than": """
        Nobody wants a [ceasefire] more than we do.
        No one needs a [ceasefire] more than Ukraine.
        Nothing would help a [ceasefire] as much as time.
        A [ceasefire] has never been closer.
        A [ceasefire] was never more needed than now.
        Never has a [ceasefire] been so close.
        """,
    "until": """
        We will not stop until there is a [ceasefire].
        There can be no {talks} until a [ceasefire] holds.
        They cannot go home until a [ceasefire] is signed.
        He will not sleep before a [ceasefire] is reached.
        No aid will come until the [ceasefire] begins.
        We are not leaving until the [talks] are over.
        """,
    "no reason why": """
        I see no reason why a [ceasefire] should fail.
        There is no reason to reject a [ceasefire].
        There is no reason why the [talks] should not go on.
        I do not see why a [ceasefire] should fail.
        There is no question a [ceasefire] is near.
        It is no secret that a [ceasefire] is wanted.
        """,
    "apposition": """
        A [ceasefire], not a {victory}, is the aim.
        A [victory], not a {ceasefire}, is the aim.
        He wants a [truce], not a {ceasefire}.
        Peace talks, not a {ceasefire}, come first.
        A [ceasefire], he said, not a {surrender}.
        He wants a [victory] rather than a {ceasefire}.
        """,
    "a condition": """
        Without a [ceasefire] there can be no {talks}.
        Peace without a [ceasefire] is a dream.
        There will be no {talks} without a [ceasefire].
        Talks cannot begin without a [ceasefire].
        If there is no [ceasefire], sanctions will follow.
        He said that without a [ceasefire] Russia would face sanctions.
        """,
    "left without": """
        The talks ended without a {ceasefire}.
        The envoys left without a {ceasefire}.
        Another day passed without a {ceasefire}.
        The summit closed without a {truce}.
        The delegations went home without a {deal}.
        We are still without a {ceasefire}.
        """,
    "unless": """
        No {ceasefire} unless Russia withdraws.
        There will be no {ceasefire} until Russia withdraws.
        Unless Russia withdraws, there will be no {ceasefire}.
        Unless they withdraw there will be no {ceasefire}.
        Moscow will not accept a {ceasefire} unless Kyiv leaves.
        No {talks} unless there is a [ceasefire].
        """,
    "refusing": """
        We oppose a {ceasefire}.
        He ruled out a {ceasefire}.
        He rejected the idea of a {ceasefire} out of hand.
        Moscow turned down a {ceasefire}.
        We are against a {ceasefire}.
        They called the {talks} off.
        Putin dismissed the call for an immediate {ceasefire}.
        They declined to discuss a {ceasefire}.
        """,
    "impossible": """
        A {ceasefire} is impossible.
        A {ceasefire} is off the table.
        A {ceasefire} is unacceptable to us.
        It is impossible to agree to a {ceasefire}.
        A {ceasefire} is out of reach.
        A {ceasefire} is a long way off.
        A {ceasefire}, he said, is unthinkable.
        A {ceasefire} was never discussed.
        A {ceasefire} on these terms is not an option.
        """,
    "no": """
        There will be no {ceasefire} on these terms.
        There is no sign of a {ceasefire}.
        There is no talk of an immediate 30-day {ceasefire}.
        No side will accept a {ceasefire}.
        No agreement was reached on a {ceasefire}.
        There is no longer a {ceasefire}.
        """,
    "neither": """
        Neither a {ceasefire} nor a {truce} was discussed.
        Neither side wants a {ceasefire}.
        Neither Kyiv nor Moscow wants a {ceasefire}.
        They discussed neither a {ceasefire} nor {talks}.
        None of the sides wants a {ceasefire}.
        Nobody believes in a {ceasefire}.
        """,
    "too early": """
        It is too early to speak of a {ceasefire}.
        It is too soon for a {ceasefire}.
        It is premature to talk of a {ceasefire}.
        Talk of a {ceasefire} is premature.
        It is not too late for a [ceasefire].
        He thinks it too early to discuss a {ceasefire}.
        """,
    "yet to": """
        Moscow has yet to agree to a {ceasefire}.
        A {ceasefire} has yet to be agreed.
        The sides are yet to sign a {ceasefire}.
        The Kremlin has not yet agreed to a {ceasefire}.
        A {ceasefire} is not yet in place.
        We are far from a {ceasefire}.
        """,
    "not": """
        We will not accept a {ceasefire}.
        Putin doesn’t want a {ceasefire}.
        I do not think that a {ceasefire} is possible.
        He never agreed to a {ceasefire}.
        They failed to agree on a {ceasefire}.
        The {ceasefire} did not come.
        """,
    "of another thing": """
        Iran rejects excessive demands at the [negotiating table].
        Hamas rejected the proposals put forward by [mediators].
        The EU announced new [sanctions] on May 20 against Russia.
        [Sanctions] against Russia will not be lifted.
        There will be no lifting of [sanctions].
        [Sanctions] do not contribute to peace.
        The [negotiators] rejected the demand.
        The [sanctions] are not producing results.
        But the {negotiations} have not begun.
        """,
    "nothing negates": """
        The [ceasefire] holds.
        If a [ceasefire] is not agreed, sanctions will follow.
        Peskov denied breaking the [ceasefire].
        During the [ceasefire] they did not move.
        A [ceasefire] is not impossible.
        A [ceasefire] does not mean peace.
        The [ceasefire] must not be broken.
        """,
}
_MARKED = re.compile(r"\[([^\]]+)\]|\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, and where its phrases stand, each with whether it is negated."""

    sentence: str
    phrases: tuple[tuple[Span, bool], ...]


def _example(row: str) -> Example:
    phrases, sentence, end = [], "", 0
    for found in _MARKED.finditer(row):
        sentence += row[end : found.start()]
        words = found[1] or found[2]
        phrases.append((Span(len(sentence), len(sentence) + len(words)), found[2] is not None))
        sentence, end = sentence + words, found.end()
    return Example(sentence + row[end:], tuple(phrases))


EXAMPLES = tuple(_example(row.strip()) for rows in KINDS.values() for row in rows.strip().splitlines())
