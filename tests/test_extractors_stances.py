"""What position words take, without the language model."""

import pytest

from extractors.stances import Stance, is_denial_of, is_silence, stance_of


@pytest.mark.parametrize(
    ("cue", "words", "negated", "expected"),
    [
        pytest.param("reject", "the plan", False, Stance.REJECT, id="the cue decides"),
        pytest.param("accept", "the plan", True, Stance.REJECT, id="not accepted is rejected"),
        pytest.param("rule", "a meeting", True, Stance.OFFER, id="not ruled out is left open"),
        pytest.param("deny", "it", True, Stance.NONE, id="not denied is nothing"),
        pytest.param("say", "anything at all", True, Stance.NONE, id="not said is nothing"),
        pytest.param("thank", "Qatar for its proposals", False, Stance.NONE, id="a courtesy"),
        pytest.param("say", "no talks unless they withdraw", False, Stance.CONDITION, id="conditions before refusals"),
        pytest.param("say", "We will not negotiate with him", False, Stance.REJECT, id="a refusal"),
        pytest.param("say", "It will face severe consequences", False, Stance.THREATEN, id="a threat"),
        pytest.param("say", "Kyiv must withdraw", False, Stance.DEMAND, id="a demand"),
        pytest.param("say", "We are ready to talk", False, Stance.OFFER, id="readiness"),
        pytest.param("say", "Kyiv isn’t ready to talk", False, Stance.ASSERT, id="another's unreadiness"),
        pytest.param(None, "Let them resume", False, Stance.ACCEPT, id="no cue at all"),
        pytest.param("say", "", False, Stance.ASSERT, id="no words"),
    ],
)
def test_words_take_a_stance(cue, words, negated, expected):
    """The cue decides before the words do, and a cue denied is another stance."""
    assert stance_of(cue, words, negated=negated) is expected


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


@pytest.mark.parametrize(
    ("cue", "negated", "expected"),
    [
        pytest.param("reject", False, True, id="rejected"),
        pytest.param("deny", False, True, id="denied"),
        pytest.param("rule", True, False, id="did not rule out"),
        pytest.param("accept", False, False, id="accepted"),
        pytest.param(None, False, False, id="no cue"),
    ],
)
def test_some_cues_deny_what_they_bring_in(cue, negated, expected):
    """Who rejects or denies a thing says the contrary, unless the cue itself is denied."""
    assert is_denial_of(cue, negated=negated) is expected
