"""The stances of statements, whose act words tell of, modal verbs and conditions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.officials.countries import NamedCountry
from extractors.records import Span
from extractors.speech.stances import (
    OTHER,
    OWN,
    Modality,
    Stance,
    condition_in,
    is_close,
    is_own,
    is_silence,
    modality_of,
    stance_of,
    voiced,
)


@pytest.mark.parametrize(
    ("cue", "words", "negated", "expected"),
    [
        pytest.param("reject", "the plan", False, Stance.REJECT, id="the cue decides"),
        pytest.param("accept", "the plan", True, Stance.REJECT, id="not accepted is rejected"),
        pytest.param("rule out", "a meeting", True, Stance.OFFER, id="not ruled out is left open"),
        pytest.param("rule", "the law was void", False, Stance.ASSERT, id="a court that rules turns nothing down"),
        pytest.param("refuse", "to rule out a meeting", False, Stance.OFFER, id="refusing to rule out leaves open"),
        pytest.param("reject", "reports of secret talks", False, Stance.DENY, id="reports are denied, not turned down"),
        pytest.param("deny", "it", True, Stance.NONE, id="not denied is nothing"),
        pytest.param("doubt", "their will", True, Stance.ASSERT, id="not doubted is asserted"),
        pytest.param("say", "anything at all", True, Stance.NONE, id="not said is nothing"),
        pytest.param("thank", "Qatar for its proposals", False, Stance.NONE, id="a courtesy"),
        pytest.param("call for", "a truce", False, Stance.DEMAND, id="called for"),
        pytest.param(
            "say", "We are not going to impose sanctions", False, Stance.REJECT, id="not going to is no threat"
        ),
        pytest.param(
            "say", "We aren’t going to accept a truce", False, Stance.REJECT, id="aren't going to is will not"
        ),
        pytest.param("say", "We are no longer going to bomb the city", False, Stance.REJECT, id="no longer going to"),
        pytest.param("say", "We are going to impose sanctions", False, Stance.THREATEN, id="going to is a threat"),
        pytest.param(
            "say", "We will not walk away from the talks", False, Stance.ASSERT, id="who stays turns nothing down"
        ),
        pytest.param("say", "We won’t leave the negotiations", False, Stance.ASSERT, id="nor who will not leave"),
        pytest.param(
            "say", "We are never going to walk out of the talks", False, Stance.ASSERT, id="nor ever walk out"
        ),
        pytest.param("call", "to end the war", False, Stance.DEMAND, id="called to"),
        pytest.param("call", "the plan sensible", False, Stance.ASSERT, id="called a thing a thing"),
        pytest.param("ask", "⟨other⟩ to withdraw", False, Stance.DEMAND, id="asked somebody to"),
        pytest.param("ask", "whether ⟨other⟩ wanted to talk", False, Stance.NONE, id="asked whether"),
        pytest.param("ask", "Will you go to Istanbul?", False, Stance.NONE, id="asked a question"),
        pytest.param("insist", "⟨other⟩ withdraw its troops", False, Stance.DEMAND, id="insisted that others do"),
        pytest.param("insist", "⟨other⟩ was the aggressor", False, Stance.ASSERT, id="insisted that it is so"),
        pytest.param(
            "condemn", "⟨other⟩’s rejection of the plan", False, Stance.ASSERT, id="what is blamed is another's"
        ),
        pytest.param("agree", "to a truce unless shelled", False, Stance.CONDITION, id="accepted on a condition"),
        pytest.param("offer", "a truce if ⟨other⟩ left", False, Stance.CONDITION, id="offered on a condition"),
        pytest.param("refuse", "to talk until ⟨other⟩ left", False, Stance.CONDITION, id="refused until"),
        pytest.param("promise", "a crushing response", False, Stance.THREATEN, id="a promise that is a threat"),
        pytest.param("pledge", "never to recognize it", False, Stance.REJECT, id="a pledge that is a refusal"),
        pytest.param("say", "no talks unless they withdraw", False, Stance.CONDITION, id="conditions before refusals"),
        pytest.param("say", "We will not negotiate with him", False, Stance.REJECT, id="a refusal"),
        pytest.param("say", "It will face severe consequences", False, Stance.THREATEN, id="a threat"),
        pytest.param("say", "⟨own⟩ will respond to an attack", False, Stance.THREATEN, id="a response threatens"),
        pytest.param("say", "⟨own⟩ will respond to the proposal", False, Stance.ASSERT, id="an answer does not"),
        pytest.param("say", "⟨other⟩ will attack in spring", False, Stance.ASSERT, id="another's threat"),
        pytest.param("dismiss", "⟨other⟩’s repeated claims of a raid", False, Stance.DENY, id="whosever claims"),
        pytest.param("dismiss", "the plan amid claims of a raid", False, Stance.REJECT, id="claims that are beside"),
        pytest.param("accept", "no liability", False, Stance.REJECT, id="accepted no thing"),
        pytest.param("offer", "no concessions", False, Stance.REJECT, id="offered no thing"),
        pytest.param("invite", "talks until the age of 14", False, Stance.OFFER, id="an age is no condition"),
        pytest.param("accept", "a truce until Monday unless shelled", False, Stance.CONDITION, id="but unless is"),
        pytest.param("say", "we will not stop until they are home", False, Stance.ASSERT, id="a vow is no condition"),
        pytest.param("say", "we will not sign until they are home", False, Stance.CONDITION, id="a refusal until is"),
        pytest.param("say", "as it can only be, because they know", False, Stance.ASSERT, id="only as it is"),
        pytest.param("say", "talks can only begin after a truce", False, Stance.CONDITION, id="only after"),
        pytest.param("say", "I hope we'll see them act", False, Stance.ASSERT, id="to see somebody act"),
        pytest.param("say", "Maybe, we'll see", False, Stance.DOUBT, id="to wait and see"),
        pytest.param("say", "he wanted nothing to do with the deal", False, Stance.REJECT, id="nothing to do with it"),
        pytest.param("say", "it would be welcomed by ⟨other⟩", False, Stance.ASSERT, id="welcomed by others"),
        pytest.param("say", "they are not only interested in talks", False, Stance.ASSERT, id="not only"),
        pytest.param("say", "he was prepared to step back", False, Stance.THREATEN, id="ready to leave"),
        pytest.param("say", "⟨other⟩ must withdraw", False, Stance.DEMAND, id="a demand"),
        pytest.param("say", "⟨other⟩ demands guarantees", False, Stance.ASSERT, id="another's demand"),
        pytest.param("say", "We are ready to talk", False, Stance.OFFER, id="readiness"),
        pytest.param("say", "⟨own⟩ isn’t ready to talk", False, Stance.REJECT, id="unreadiness"),
        pytest.param("say", "⟨other⟩ isn’t ready to talk", False, Stance.ASSERT, id="another's unreadiness"),
        pytest.param("say", "⟨own⟩ is ready for war", False, Stance.ASSERT, id="readiness for the worst"),
        pytest.param("say", "⟨own⟩ would not send troops", False, Stance.REJECT, id="what one will not do"),
        pytest.param("say", "⟨other⟩ would not send troops", False, Stance.ASSERT, id="what others will not do"),
        pytest.param(
            "say", "⟨own⟩ will not attack anybody", False, Stance.ASSERT, id="a promise of peace refuses nothing"
        ),
        pytest.param("say", "we won’t be there", False, Stance.ASSERT, id="nor does what will not be"),
        pytest.param("suggest", "a round of talks in Rome", False, Stance.OFFER, id="suggested a meeting"),
        pytest.param("suggest", "that talks had failed", False, Stance.ASSERT, id="suggested that it is so"),
        pytest.param("say", "no talks are planned", False, Stance.ASSERT, id="that there are no talks is a fact"),
        pytest.param("say", "there will be no talks", False, Stance.REJECT, id="that there will be none a refusal"),
        pytest.param("tell", "she rejects the plan", False, Stance.REJECT, id="the words act, where the cue does not"),
        pytest.param("tell", "⟨other⟩ rejects the plan", False, Stance.ASSERT, id="another's rejection"),
        pytest.param("tell", "the plan was rejected by ⟨other⟩", False, Stance.ASSERT, id="in the passive too"),
        pytest.param("say", "lawmakers rejected the plan", False, Stance.ASSERT, id="nor of who is no party"),
        pytest.param("say", "⟨own⟩ never refused talks", False, Stance.OFFER, id="never refused"),
        pytest.param("voice", "his readiness to talk", False, Stance.OFFER, id="a noun that acts"),
        pytest.param("note", "⟨other⟩’s readiness to talk", False, Stance.ASSERT, id="another's noun"),
        pytest.param("say", "⟨other⟩ won’t talk unless we leave", False, Stance.ASSERT, id="another's condition"),
        pytest.param("say", "we agree if ⟨other⟩ accepts", False, Stance.CONDITION, id="a condition for another"),
        pytest.param("say", "this is not true", False, Stance.DENY, id="a denial in the words"),
        pytest.param("pledge", "to punish whoever did it", False, Stance.THREATEN, id="a pledge of revenge"),
        pytest.param(
            "promise", "to fight to the end", False, Stance.ASSERT, id="a promise that offers nobody anything"
        ),
        pytest.param("pledge", "to end the war in a day", False, Stance.OFFER, id="a pledge that does"),
        pytest.param("ask", "not to be identified", False, Stance.NONE, id="who wants no name demands nothing"),
        pytest.param("say", "we support it, but it needs work", False, Stance.CONDITION, id="support with a but"),
        pytest.param("say", "we support it", False, Stance.ACCEPT, id="support without"),
        pytest.param(
            "say", "⟨own⟩ is prepared to stop the war once all hostages are home", False, Stance.CONDITION, id="once"
        ),
        pytest.param(
            "say", "if the hostages come home, ⟨own⟩ will accept it", False, Stance.CONDITION, id="an if before"
        ),
        pytest.param("say", "if it rains, ⟨other⟩ will accept it", False, Stance.ASSERT, id="another's if"),
        pytest.param("warn", "against excessive demands", False, Stance.ASSERT, id="demands that are only spoken of"),
        pytest.param(
            "say",
            "it had made “excessive and outrageous” demands on it",
            False,
            Stance.ASSERT,
            id="demands of others in quotation marks",
        ),
        pytest.param("say", 'these are "maximalist" demands', False, Stance.ASSERT, id="in straight ones"),
        pytest.param(
            "say",
            "we will withdraw from the negotiations if they go on",
            False,
            Stance.THREATEN,
            id="a threat to leave the talks",
        ),
        pytest.param(
            "warn", "⟨own⟩ would walk out of all further talks", False, Stance.THREATEN, id="to walk out of them"
        ),
        pytest.param(
            "say", "we would suspend the nuclear talks if it goes on", False, Stance.THREATEN, id="to suspend them"
        ),
        pytest.param(
            "say", "the other will leave the negotiating table", False, Stance.ASSERT, id="another’s threat to leave"
        ),
        pytest.param("say", "we will end the week of talks in Doha", False, Stance.ASSERT, id="what only ends"),
        pytest.param("note", "nobody can meet their demands", False, Stance.ASSERT, id="demands of others"),
        pytest.param("say", "we demand guarantees", False, Stance.DEMAND, id="demands that are made"),
        pytest.param(
            "say", "the other insists on a partial deal", False, Stance.ASSERT, id="what the other side wants"
        ),
        pytest.param("tell", "I want you to know that I stand by you", False, Stance.ASSERT, id="a turn of phrase"),
        pytest.param("say", "the demand for gas is growing", False, Stance.ASSERT, id="demand of buyers"),
        pytest.param("say", "it must be said that it rains", False, Stance.ASSERT, id="what must only be said"),
        pytest.param("say", "they did not need to be told", False, Stance.ASSERT, id="no need"),
        pytest.param("say", "that is what we want", False, Stance.ASSERT, id="what is wanted, and not by whom"),
        pytest.param("say", "anyone who is unwilling to talk loses", False, Stance.ASSERT, id="anyone’s unwillingness"),
        pytest.param("say", "it must have been a mistake", False, Stance.ASSERT, id="a guess"),
        pytest.param("say", "⟨other⟩ is time to end the war", False, Stance.DEMAND, id="it is time to end something"),
        pytest.param("suggest", "he was prepared to step back", False, Stance.THREATEN, id="readiness to step back"),
        pytest.param(
            "tell", "We’re more than open to walking away", False, Stance.THREATEN, id="openness to walk away"
        ),
        pytest.param("say", "it’s time to say who did it", False, Stance.ASSERT, id="or only to speak of it"),
        pytest.param(
            "warn",
            "against making “unrealistic demands” in talks",
            False,
            Stance.ASSERT,
            id="what is absurd in others’ demands",
        ),
        pytest.param("say", "a truce is unrealistic", False, Stance.REJECT, id="what is absurd in the thing"),
        pytest.param(
            "say", "the terms are negotiated by both, as it can only be", False, Stance.ASSERT, id="what can only be"
        ),
        pytest.param("say", "we can only hope for a truce", False, Stance.ASSERT, id="what one can only hope"),
        pytest.param("say", "peace can only come if they leave", False, Stance.CONDITION, id="what can only come if"),
        pytest.param(
            "say",
            "talks had not been advanced before the announcement",
            False,
            Stance.ASSERT,
            id="what had not been before is over",
        ),
        pytest.param(
            "say",
            "there will not be a truce before they leave",
            False,
            Stance.CONDITION,
            id="what will not be before is a condition",
        ),
        pytest.param("call on", "other reporters for questions", False, Stance.ASSERT, id="whose turn it is"),
        pytest.param("offer", "tax breaks to investors", False, Stance.ASSERT, id="what customers are offered"),
        pytest.param("offer", "his help as a mediator", False, Stance.OFFER, id="what a party is offered"),
        pytest.param("dismiss", "135 employees", False, Stance.ASSERT, id="who is dismissed from work"),
        pytest.param("welcome", "the prime minister", False, Stance.NONE, id="a guest"),
        pytest.param(None, "Let them resume", False, Stance.ACCEPT, id="no cue at all"),
        pytest.param("say", "", False, Stance.ASSERT, id="no words"),
    ],
)
def test_words_take_a_stance(cue, words, negated, expected):
    """A cue that is an act decides, else the words do, as far as they are the speaker's; an act denied is another."""
    assert stance_of(cue, words, negated=negated) is expected


@pytest.mark.parametrize("stance", Stance)
def test_every_stance_has_words(stance):
    """No word of the vocabulary is beyond reach."""
    said = ["we accept the plan", "we offer a truce", "you must go", "unless you go", "we reject it", "it is not true"]
    said += ["we will strike", "no sign of a deal", "it rains"]
    assert stance in {*(stance_of("say", words) for words in said), stance_of("thank", "them")}


@pytest.mark.parametrize(
    ("cue", "words", "negated", "expected"),
    [
        pytest.param("decline", "to comment on the talks", False, True, id="declined to comment"),
        pytest.param("decline", "to comment on the talks", True, False, id="did not decline to comment"),
        pytest.param("decline", "the invitation to Istanbul", False, False, id="declined a thing"),
        pytest.param("say", "the talks were over", True, True, id="did not say"),
        pytest.param("accept", "the proposal", True, False, id="did not accept is a position"),
        pytest.param("say", "the talks were over", False, False, id="said"),
    ],
)
def test_silence_is_told_from_speech(cue, words, negated, expected):
    """What was not said is no statement; a position denied is one."""
    assert is_silence(cue, words, negated=negated) is expected


def test_who_is_named_is_written_as_own_or_other():
    """Each of several stretches keeps its other words; names outside them count not."""
    text = "Kyiv said Russia met Ukraine. So Moscow waits."
    named = [NamedCountry(Span(text.index(name), text.index(name) + len(name)), code) for name, code in PLACES]
    spans = [Span(10, 28), Span(30, 45)]
    assert voiced(text, spans, named, "RU", is_direct=False) == f"{OWN} met {OTHER} So {OWN} waits"
    assert voiced(text, spans, named, None, is_direct=False) == "Russia met Ukraine So Moscow waits"


PLACES = (("Kyiv", "UA"), ("Russia", "RU"), ("Ukraine", "UA"), ("Moscow", "RU"))


def test_who_is_called_he_in_one_s_own_words_is_another():
    """In direct speech "he" is somebody else, unless one's own side was named before."""
    text = "He lies"
    assert voiced(text, [Span(0, 7)], [], "RU", is_direct=True) == f"{OTHER} lies"
    assert voiced(text, [Span(0, 7)], [], "RU", is_direct=False) == "He lies"
    assert voiced("It lies", [Span(0, 7)], [], "RU", is_direct=True) == f"{OTHER} lies"
    assert voiced("his country agrees", [Span(0, 18)], [], "RU", is_direct=False) == f"{OWN} agrees"
    assert voiced("his country agrees", [Span(0, 18)], [], "RU", is_direct=True) == "his country agrees"
    assert voiced("and our government agrees", [Span(0, 25)], [], "RU", is_direct=True) == f"and {OWN} agrees"
    text = "Putin says he lies"
    named = [NamedCountry(Span(0, 5), "RU")]
    assert voiced(text, [Span(0, 18)], named, "RU", is_direct=True) == f"{OWN} says he lies"


@pytest.mark.parametrize(
    ("words", "own"),
    [
        pytest.param(f"{OWN} ready", True, id="one's country"),
        pytest.param(f"{OTHER} ready", False, id="another"),
        pytest.param("we are ready", True, id="we"),
        pytest.param("you are ready", False, id="you"),
        pytest.param("he was ready", True, id="he, in reported speech, is who speaks"),
        pytest.param(f"{OTHER} said it was ready", False, id="unless another was named"),
        pytest.param(f"{OTHER} left. We are ready", True, id="another sentence is another matter"),
        pytest.param(f"{OWN} told {OTHER}’s envoy that we are ready", True, id="the last who is named"),
        pytest.param(f"for {OTHER} ready", None, id="after a preposition nobody acts"),
        pytest.param(f"a plan of the {OTHER} ready", None, id="nor after its article"),
        pytest.param("the table is ready", None, id="nobody"),
    ],
)
def test_an_act_has_its_actor(words, own):
    """The last subject before the act in its sentence acts."""
    assert is_own(words, words.index("ready")) is own


@pytest.mark.parametrize(
    ("words", "close"),
    [
        pytest.param("we have also rejected", True, id="auxiliaries stand between"),
        pytest.param("we’ve rejected", True, id="or hang on the subject"),
        pytest.param("we saw, as all did, rejected", False, id="a comma parts them"),
        pytest.param("we have not rejected", False, id="what is not done is not close"),
        pytest.param("if we rejected", False, id="what is only supposed neither"),
        pytest.param("was rejected", False, id="nobody"),
    ],
)
def test_an_act_is_close_to_its_actor(words, close):
    """Between who acts and the act there is no other clause."""
    assert is_close(words, words.index("rejected")) is close


WORDS = [OWN, OTHER, "he", "we", "to", "if", "ready", ".", "”", "not", "’s", " "]


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.integers(0, 60))
def test_any_words_have_an_answer(words, at):
    """Whatever the words, none is close that is nobody's."""
    assert is_own(words, at) is not None or not is_close(words, at)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("talks must include Russia", Modality.MUST, id="must"),
        pytest.param("Kyiv has to withdraw", Modality.MUST, id="has to"),
        pytest.param("they ought to agree", Modality.SHOULD, id="ought to"),
        pytest.param("the talks would resume", Modality.WOULD, id="would"),
        pytest.param("it can’t be done", Modality.CAN, id="can"),
        pytest.param("they might meet", Modality.MAY, id="might"),
        pytest.param("we’ll see", Modality.WILL, id="will"),
        pytest.param("they met in May 2022", Modality.NONE, id="a month is no verb"),
    ],
)
def test_modal_verbs_are_grouped(words, expected):
    """Each modal verb, contracted or not, is one of seven."""
    assert modality_of(words) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("no talks unless Kyiv withdraws", "unless Kyiv withdraws", id="at the end"),
        pytest.param("If Kyiv agrees, we will come.", "If Kyiv agrees", id="at the beginning, up to the comma"),
        pytest.param("we come if they do. They know it.", "if they do", id="up to the full stop"),
        pytest.param("we come", None, id="none"),
    ],
)
def test_a_condition_ends_with_its_clause(text, expected):
    """The words of a condition run from its conjunction to the end of its clause."""
    found = condition_in(text, [Span(0, len(text))])
    assert (found.slice(text) if found else None) == expected
