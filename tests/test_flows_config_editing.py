from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.config.editing import Addition, with_tables, without_tables
from flows.problems import UsageProblem

# As people write it: kinds of tables by turns, remarks above, beside and below.
FILE = """\
# ours
data_dir = "var" # here

[[feeds]]  # the first
url = "https://a.example/rss"
outlet = "A [1]"

# what we want
[[rules]]
name = "truce"
keywords = ["truce"]
officials = "any"
subscribers = ["desk"]

[[feeds]]
url = "https://b.example/rss"
# its language
language = "uk"
outlet = "B"

# who is told
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://c.example/hook"
# the end
"""
FEED = Addition("feeds", {"url": "https://d.example/rss", "outlet": 'D "daily"'})


@pytest.fixture
def path(tmp_path):
    """The file."""
    file = tmp_path / "talkwatch.toml"
    file.write_text(FILE)
    return file


def test_a_table_is_added_after_the_last_of_its_kind(path):
    """All other lines stay as they stand, in their order."""
    edit = with_tables(path, [FEED])
    lines = edit.after.splitlines()
    assert [line for line in lines if line not in edit.shown] == [
        line for line in lines if line in FILE.splitlines() and line not in edit.shown
    ]
    at = lines.index('outlet = "B"')
    assert lines[at + 1 : at + 5] == ["", "[[feeds]]", 'url = "https://d.example/rss"', 'outlet = "D \\"daily\\""']
    assert edit.shown.splitlines() == ["+ [[feeds]]", '+ url = "https://d.example/rss"', '+ outlet = "D \\"daily\\""']
    assert path.read_text() == FILE, "nothing is written yet"
    path.chmod(0o640)
    edit.write()
    assert (path.read_text(), path.stat().st_mode & 0o777) == (edit.after, 0o640)


def test_a_table_of_a_new_kind_comes_at_the_end(path):
    """A single one too."""
    path.write_text(
        FILE.replace(
            'channel = "slack"\nwebhook_url = "https://c.example/hook"', 'channel = "email"\nto = "a@b.example"'
        )
    )
    server = Addition("channels.email", {"host": "mail.example", "from": "T <t@b.example>"}, is_single=True)
    after = with_tables(path, [server]).after
    assert after.endswith('# the end\n\n[channels.email]\nhost = "mail.example"\nfrom = "T <t@b.example>"\n')


@pytest.mark.parametrize("place", [0, 1])
def test_a_table_is_taken_out_and_nothing_else(path, place):
    """Remarks above it and below it stay."""
    after = without_tables(path, "feeds", [place]).after
    assert [feed["outlet"] for feed in tomllib.loads(after)["feeds"]] == [["B"], ["A [1]"]][place]
    assert all(remark in after for remark in ("# ours", "# here", "# what we want", "# who is told", "# the end"))


def test_the_last_of_a_kind_can_go(path):
    """Then there is no such table."""
    assert "feeds" not in tomllib.loads(without_tables(path, "feeds", [0, 1]).after)


@pytest.mark.parametrize(
    ("added", "why"),
    [
        pytest.param(
            Addition("feeds", {"url": "https://a.example/rss", "outlet": "A"}), "stands twice", id="what is there"
        ),
        pytest.param(Addition("feeds", {"url": "nowhere", "outlet": "A"}), "url", id="no address"),
        pytest.param(
            Addition("subscribers", {"name": "m", "channel": "email", "to": "a@b.example"}),
            "[channels.email]",
            id="no mail server",
        ),
    ],
)
def test_what_would_be_wrong_is_not_written(path, added, why):
    """It is said as in a file that a person wrote, with the line it would have."""
    with pytest.raises(UsageProblem) as wrong:
        with_tables(path, [added])
    assert why in str(wrong.value)
    assert f"{path}:" in str(wrong.value)


def test_tables_in_one_line_are_left_to_people(path):
    """What no line can be added to is refused, not guessed at."""
    path.write_text('feeds = [{url = "https://a.example/rss", outlet = "A"}]\n')
    with pytest.raises(UsageProblem, match="by hand"):
        with_tables(path, [FEED])
    with pytest.raises(UsageProblem, match="in one line"):
        without_tables(path, "feeds", [0])


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda name: name.isprintable() and name == name.strip()
)


@given(outlets=st.lists(NAMES, min_size=1, max_size=4), out=st.data())
def test_in_and_out_leave_the_file_as_it_was(tmp_path_factory, outlets, out):
    """Whatever feeds are called, those added are there, and taking them out again leaves every line that was."""
    file = tmp_path_factory.mktemp("edit") / "talkwatch.toml"
    file.write_text(FILE)
    added = [Addition("feeds", {"url": f"https://{n}.example/", "outlet": name}) for n, name in enumerate(outlets)]
    with_tables(file, added).write()
    assert [feed["outlet"] for feed in tomllib.loads(file.read_text())["feeds"]][2:] == outlets
    for place in sorted(out.draw(st.permutations(range(2, 2 + len(outlets)))), reverse=True):
        without_tables(file, "feeds", [place]).write()
    assert [line for line in file.read_text().splitlines() if line] == [line for line in FILE.splitlines() if line]
