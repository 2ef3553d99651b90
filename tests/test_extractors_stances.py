"""What position words take, without the language model."""

import pytest

from extractors.speech.stances import Stance, is_silence, stance_of


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
