from __future__ import annotations

from itertools import groupby

import pytest

from tests.alert_desk import PARTIAL, Desk, copies, found, own_report
from tests.batches import take_in
from tests.statement_examples import read
from tests.story_examples import TASS
from tests.warehouse_examples import new_warehouse
from warehouse.session import Session
from warehouse.store import writing

WAITING = f"Europe promised new weapons, and Moscow was quick to answer.\n{PARTIAL} Peskov told this paper."


class Counted:
    """The statements of a session: which read and which write, in order."""

    def __init__(self, monkeypatch):
        """Listen to every session."""
        self.made: list[str] = []
        for name, kind in (("run", "W"), ("stage", "W"), ("rows", "R")):
            monkeypatch.setattr(Session, name, self.noting(getattr(Session, name), kind))

    def noting(self, call, kind):
        """Return a method that notes its kind."""

        def noted(session, *args, **more):
            self.made.append(kind)
            return call(session, *args, **more)

        return noted

    @property
    def turns(self) -> str:
        """Return the runs of reading and writing, a letter each."""
        return "".join(kind for kind, _ in groupby(self.made))


@pytest.mark.parametrize(
    ("rule", "before", "arrivals"),
    [
        pytest.param("", [], [found("a", TASS, outlet="TASS")], id="the first article"),
        pytest.param("", copies(3), [own_report(), *copies(6)[3:]], id="copies, and a report of one's own"),
        pytest.param("", copies(1), [found("c0", f"{TASS}\nHe left.", outlet="TASS")], id="a revision"),
        pytest.param(
            "min_independent = 2", copies(2), [found("z", WAITING, outlet="Z")], id="what waited for a source"
        ),
    ],
)
def test_a_batch_is_read_once_and_written_once(tmp_path, monkeypatch, rule, before, arrivals):
    """All that deciding needs is read in one go, and all that comes of it is written in one, whatever it comes to."""
    with Desk(tmp_path, rule=rule) as desk:
        if before:
            desk.take_in(*before)
            desk.send()
        counted = Counted(monkeypatch)
        assert desk.after(hours=1).take_in(*arrivals)
        assert counted.turns == "RW"
        assert len(counted.made) < 90


def test_what_an_utterance_was_counted_from_is_counted_anew(tmp_path):
    """The tables of stories and utterances follow what their articles say, also when a revision says it no more."""
    said = "There are no grounds for negotiations yet, and there will be none this winter"
    with writing(new_warehouse(tmp_path)) as session:
        take_in(session, read("a", said), read("b", said, hours=1))
        assert session.rows("SELECT reports, independent_sources FROM utterances") == [(2, 2)]
        take_in(session, read("b", "We have said all that we have to say about that", hours=1, seen=2))
        assert session.rows("SELECT text, reports FROM utterances ORDER BY text") == [
            (said, 1),
            ("We have said all that we have to say about that", 1),
        ]
        take_in(session, read("a", "Nothing of the kind has been said by anybody here", seen=3))
        assert session.rows("SELECT count(*) FROM utterances WHERE text = $1", [said]) == [(0,)]
        assert session.rows("SELECT sum(reports) FROM utterances") == session.rows("SELECT count(*) FROM statements")
        assert session.rows("SELECT sum(articles) FROM stories") == [(2,)]


def test_an_utterance_s_sources_are_those_of_its_articles_now(tmp_path):
    """An article that turns out to be a copy counts no more as a source of what it reports."""
    with Desk(tmp_path) as desk:
        first, second = copies(2)
        desk.take_in(second)
        desk.after(hours=1).take_in(first)
        assert desk.rows("SELECT reports, independent_sources FROM utterances") == [(2, 1)]
        assert desk.rows("SELECT articles, independent_sources FROM stories") == [(2, 1)]
