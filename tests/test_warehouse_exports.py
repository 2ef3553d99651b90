from __future__ import annotations

import csv
import hashlib
import json
import signal
from datetime import UTC, datetime

import duckdb
import pytest

from tests.damage import DYING
from tests.warehouse_examples import NOW, python, read_article
from warehouse import articles, exports, places
from warehouse.exports import Wanted, export, export_compatible
from warehouse.places import PUBLISHED
from warehouse.published import publish
from warehouse.queries import QueryProblem
from warehouse.store import known_migrations, writing

MAY = datetime(2026, 5, 2, tzinfo=UTC)
ODD = {"title": "=Peskov speaks", "author": 'A "quoted", name'}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Return a data directory with articles of two months and one without a date in its copy."""
    folder = tmp_path_factory.mktemp("var")
    with writing(folder) as session:
        reads = [read_article("a1"), read_article("a2", published_at=MAY, **ODD), read_article("a3", published_at=None)]
        articles.save_articles(session, reads)
    publish(folder)
    return folder


def manifest(folder):
    """Return the manifest of an export."""
    return json.loads((folder / exports.MANIFEST).read_text("utf-8"))


def files_of(folder, table):
    """Return a table's files by the manifest, each with how many rows it has."""
    return {each["path"]: each["rows"] for each in manifest(folder)["tables"][table]["files"]}


def test_a_table_is_a_file_a_month(data_dir, tmp_path):
    """Every month of a table is a Parquet file that any program reads, with all its rows and the types they had."""
    made = export(data_dir, tmp_path / "out", Wanted())
    assert files_of(tmp_path / "out", "articles") == {
        "articles/month=2026-05/articles.parquet": 1,
        "articles/month=2026-11/articles.parquet": 2,
    }
    assert files_of(tmp_path / "out", "statements").get("statements/month=undated/statements.parquet") == 1
    read = f"SELECT title, published_at, month FROM read_parquet('{tmp_path}/out/articles/*/*.parquet') WHERE article_id = 'a2'"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        assert connection.execute(f"{read}").fetchall() == [("=Peskov speaks", MAY, "2026-05")]
    assert made.rows == sum(
        each["rows"] for table in manifest(tmp_path / "out")["tables"].values() for each in table["files"]
    )


def test_the_manifest_has_each_column_and_the_digest_of_each_file(data_dir, tmp_path):
    """What is in the folder explains itself, and can be checked."""
    export(data_dir, tmp_path / "out", Wanted(tables=["articles", "officials"]))
    told = manifest(tmp_path / "out")["tables"]
    assert list(told) == ["articles", "officials"]
    assert {"name": "url", "type": "VARCHAR", "comment": "Address of the article."} in told["articles"]["columns"]
    for file in told["articles"]["files"]:
        content = (tmp_path / "out" / file["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])


def test_the_manifest_says_of_which_state_it_is(data_dir, tmp_path):
    """Which schema the tables have, and how many changes the copy holds: two numbers, by which an export is known."""
    export(data_dir, tmp_path / "out", Wanted(tables=["articles"]))
    with duckdb.connect(data_dir / PUBLISHED, read_only=True) as connection:
        (changes,) = connection.execute("SELECT version FROM changes").fetchone()
    told = manifest(tmp_path / "out")
    newest = known_migrations()[-1].version
    assert newest != changes
    assert (told["schema"], told["changes"]) == (newest, changes)


def test_csv_opens_in_excel(data_dir, tmp_path):
    """CSV says that it is UTF-8, and no cell of it is a formula."""
    export(data_dir, tmp_path / "out", Wanted(tables=["articles"], output_format="csv"))
    path = tmp_path / "out" / "articles/month=2026-05/articles.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert (row["title"], row["author"], row["published_at"]) == (
        "'=Peskov speaks",
        ODD["author"],
        "2026-05-02T00:00:00Z",
    )


def test_a_line_of_jsonl_is_a_row(data_dir, tmp_path):
    """JSON has an object a line, with lists as lists and times with their zone."""
    export(data_dir, tmp_path / "out", Wanted(tables=["articles"], output_format="jsonl", since=NOW.replace(month=6)))
    (path,) = files_of(tmp_path / "out", "articles")
    rows = [json.loads(line) for line in (tmp_path / "out" / path).read_text("utf-8").splitlines()]
    assert sorted(row["article_id"] for row in rows) == ["a1", "a3"]
    assert rows[0]["sentences"][0] == {"start_char": 0, "end_char": 16}


def test_what_was_cut_off_goes_on(data_dir, tmp_path, monkeypatch):
    """An export that is killed leaves whole files and no manifest; the next one writes what is missing, and no more."""
    moved = places.put_in_place
    left = ["articles", "mentions"]

    def dies(fresh, target):
        if target.parent.parent.name == "statements":
            raise SystemError("killed")
        moved(fresh, target)

    with monkeypatch.context() as dying:
        dying.setattr(places, "put_in_place", dies)
        with pytest.raises(SystemError):
            export(data_dir, tmp_path / "out", Wanted(tables=[*left, "statements"]))
    assert not (tmp_path / "out" / exports.MANIFEST).exists()
    assert not list((tmp_path / "out").rglob("*.new"))
    made = export(data_dir, tmp_path / "out", Wanted(tables=[*left, "statements"]))
    assert (made.kept, made.files) == (4, 7)
    again = export(data_dir, tmp_path / "fresh", Wanted(tables=[*left, "statements"]))
    assert (made.rows, again.kept) == (again.rows, 0)
    assert not (tmp_path / "out" / exports.UNFINISHED).exists()


# Dies before the file of that number has its name.
DIES = f"""{DYING}
from warehouse import exports, places

done = places.put_in_place
left = [None] * int(sys.argv[3])
places.put_in_place = lambda *files: left.pop() or (done(*files) if left else die())
exports.export(Path(sys.argv[1]), Path(sys.argv[2]), exports.Wanted(tables=["articles"]))
"""


@pytest.mark.parametrize("number", [pytest.param(1, id="its first note"), pytest.param(2, id="its first file")])
def test_a_kill_at_the_beginning_is_in_no_later_export_s_way(data_dir, tmp_path, number):
    """Killed before there is anything to go on from, the folder is known as an export's and filled by the next."""
    with python(DIES, data_dir, tmp_path / "out", number) as dying:
        assert dying.wait(30) == -signal.SIGKILL
    assert list((tmp_path / "out").rglob("*.new"))
    export(data_dir, tmp_path / "out", Wanted(tables=["articles"]))
    assert (tmp_path / "out" / exports.MANIFEST).exists()
    assert not list((tmp_path / "out").rglob("*.new"))


def test_an_export_takes_the_place_of_the_one_before(data_dir, tmp_path):
    """What the new manifest does not name is gone; nothing else in the folder is touched."""
    export(data_dir, tmp_path / "out", Wanted(tables=["articles"]))
    (tmp_path / "out" / "notes.txt").write_text("mine")
    export(data_dir, tmp_path / "out", Wanted(tables=["articles"], since=NOW.replace(month=6)))
    found = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert found == ["articles/month=2026-11/articles.parquet", "manifest.json", "notes.txt"]


@pytest.mark.parametrize(
    ("held", "wanted", "said"),
    [
        pytest.param("notes.txt", Wanted(), "holds other things than an export", id="a folder of something else"),
        pytest.param("manifest.json", Wanted(), "is no manifest of an export", id="another program's manifest"),
        pytest.param(
            None, Wanted(tables=["nothing"]), "no table nothing; there are alerts, article_rev", id="no table"
        ),
    ],
)
def test_what_cannot_be_exported_is_said_before_anything_is_written(data_dir, tmp_path, held, wanted, said):
    """A folder with other things in it, and a table that is not there, are mistakes."""
    if held:
        (tmp_path / held).write_text("{}")
    with pytest.raises(QueryProblem, match=said):
        export(data_dir, tmp_path, wanted)
    assert [path.name for path in tmp_path.iterdir()] == ([held] if held else [])


def test_a_compatible_file_too_begins_where_it_is_told_to(data_dir, tmp_path):
    """Of a table with times it has the rows since then."""
    export_compatible(data_dir, tmp_path / "x.duckdb", Wanted(since=datetime(2026, 6, 1, tzinfo=UTC)))
    with duckdb.connect(tmp_path / "x.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT article_id FROM articles ORDER BY ALL").fetchall() == [("a1",), ("a3",)]


def test_an_older_duckdb_opens_a_compatible_file(data_dir, tmp_path):
    """A file for DuckDB 1.4 has its storage version, the tables under their names, and what their columns mean."""
    made = export_compatible(data_dir, tmp_path / "x.duckdb", Wanted())
    with duckdb.connect(tmp_path / "x.duckdb", read_only=True) as connection:
        (tags,) = connection.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'x'").fetchone()
        rows = connection.execute("SELECT article_id FROM articles ORDER BY ALL").fetchall()
        comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'articles' AND column_name = 'url'"
        assert connection.execute(comment).fetchone() == ("Address of the article.",)
    assert tags["storage_version"].startswith("v1.4")
    assert (rows, made.rows > 3) == ([("a1",), ("a2",), ("a3",)], True)
    assert [path.name for path in tmp_path.iterdir()] == ["x.duckdb"]
