from __future__ import annotations

import re
import tomllib
from datetime import time, timedelta
from typing import get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from alerts.channels import CHANNELS
from alerts.rules import Rule
from alerts.subscribers import Subscriber
from flows.config import configuration
from flows.config.settings import load_settings
from flows.setup import prepared
from tests.answers_page import ANSWERED, page, with_seeds
from tests.conftest import ROOT
from warehouse.queries import query

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
ANALYSTS = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
TABLES = {
    "Top of the file": configuration.ConfigurationFile,
    "[schedule]": configuration.ScheduleTable,
    "[prefect]": configuration.PrefectTable,
    "[cluster]": configuration.ClusterTable,
    "[http]": configuration.HttpTable,
    "[reading]": configuration.ReadingTable,
    "[retention]": configuration.RetentionTable,
    "[fetch]": configuration.FetchTable,
    "[[feeds]]": configuration.FeedTable,
    "[[rules]]": Rule,
    "[[subscribers]]": Subscriber,
    "[watchlist]": configuration.WatchlistTable,
}
UNITS = {3600: "h", 60: "m", 1: "s"}
CHANNEL_TABLES = {f"[channels.{name}]": each.table for name, each in CHANNELS.items() if each.table.model_fields}
CHANNEL_KEYS = {f'channel = "{name}"': each.subscriber for name, each in CHANNELS.items()}


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def described(heading: str) -> dict[str, tuple[str, str]]:
    """Return the keys under a heading of docs/configuration.md with their default and what is said of them."""
    section = CONFIGURATION.partition(f"## {heading}\n")[2].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|(.*)\|$", section, re.MULTILINE)
    return {key: (default, said.strip()) for key, default, said in rows}


def tables_of(model: type[BaseModel]) -> dict[str, str]:
    """Return the headings that the tables of a configuration have, by their keys."""
    kinds = {name: field.annotation for name, field in model.model_fields.items()}
    single = {
        name: f"[{name}]" for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, BaseModel)
    }
    return single | {name: f"[[{name}]]" for name, kind in kinds.items() if get_origin(kind) is tuple}


def test_every_table_has_its_heading():
    """Each table of the configuration is a section of docs/configuration.md, and each such section is a table."""
    headings = {each for each in re.findall(r"^## (.*)$", CONFIGURATION, re.MULTILINE) if each.startswith("[")}
    tables = tables_of(configuration.ConfigurationFile)
    assert headings == {*tables.values(), *CHANNEL_TABLES}
    assert set(TABLES) == {"Top of the file", *tables.values()}


@pytest.mark.parametrize("heading", TABLES)
def test_every_setting_is_described(heading):
    """The tables of docs/configuration.md name exactly the keys there are, required ones as required."""
    rows = described(heading)
    fields = {field.alias or name: field for name, field in TABLES[heading].model_fields.items()}
    tables = {*tables_of(configuration.ConfigurationFile), "channels"} if heading == "Top of the file" else set()
    assert set(rows) == set(fields) - tables
    assert {key for key in rows if fields[key].is_required()} == {key for key in rows if rows[key][0] == "required"}


@pytest.mark.parametrize("heading", ["[[rules]]", "[[subscribers]]", *CHANNEL_TABLES, *CHANNEL_KEYS])
def test_keys_are_described_as_they_are_declared(heading):
    """The keys of rules, subscribers and every channel stand in docs/configuration.md in the words of their models."""
    model = {**TABLES, **CHANNEL_TABLES, **CHANNEL_KEYS}[heading]
    fields = model.model_fields.items()
    own = fields if heading in TABLES else [each for each in fields if each[0] not in Subscriber.model_fields]
    rows = described(heading)
    wanted = {field.alias or name: declared(field) for name, field in own}
    told = [
        f"| `{key}` | {' | '.join(row)} |"
        for key, row in wanted.items()
        if rows.get(key) not in {row, ("the file's", row[1])}
    ]
    assert not told, "\n".join([f"docs/configuration.md should have, under ## {heading}:", *told])
    assert set(rows) == set(wanted)


def declared(field: FieldInfo) -> tuple[str, str]:
    """Return a key's default and what is said of it, as the documents have them."""
    return ("required" if field.is_required() else written(field.default), field.description or "")


def written(default: object) -> str:
    """Return a default as the documents write it."""
    match default:
        case None:
            return "none"
        case bool():
            return f"`{default}`".lower()
        case time():
            default = f"{default:%H:%M}"
        case timedelta():
            seconds = int(default.total_seconds())
            unit = next(unit for unit in UNITS if (seconds and seconds % unit == 0) or unit == 1)
            default = f"{seconds // unit}{UNITS[unit]}"
        case tuple():
            default = list(default)
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def test_no_channel_is_described_that_is_not_there():
    """Every heading of docs/configuration.md about a channel is one of the registry's."""
    headings = re.findall(r"^## (channel = .*|\[channels\..*)$", CONFIGURATION, re.MULTILINE)
    assert set(headings) == {*CHANNEL_TABLES, *CHANNEL_KEYS}


def test_the_readme_s_configuration_is_valid(tmp_path, monkeypatch):
    """The configuration shown in the README is accepted as it stands, with its secret set."""
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    (shown,) = blocks(README, "toml")
    (tmp_path / "talkwatch.toml").write_text(shown, encoding="utf-8")
    assert tomllib.loads(shown)
    assert len(prepared(load_settings(tmp_path / "talkwatch.toml", sending=True)).rules) == 1


def test_the_watchlist_s_examples_are_valid(tmp_path):
    """The additions shown for [watchlist] are taken as they stand, in the configuration and in a file beside it."""
    section = CONFIGURATION.split("## [watchlist]\n")[1].split("\n## ")[0]
    inline, named, file = blocks(section, "toml")
    (tmp_path / "talks.toml").write_text(file, encoding="utf-8")
    for shown in (inline, named):
        (tmp_path / "talkwatch.toml").write_text(shown, encoding="utf-8")
        watchlist = prepared(load_settings(tmp_path / "talkwatch.toml")).watchlist
        assert watchlist.official("Okafor").official_id == "amara-okafor"
        assert "the Sultan’s envoy" in watchlist.official("Steve Witkoff").aliases
        assert watchlist.topic("fishing-rights")


@pytest.mark.slow
def test_every_query_for_analysts_runs(tmp_path):
    """Each query of docs/analysts.md, and of the README, runs on the seed articles, and answers what is shown."""
    configuration = with_seeds(tmp_path)
    answered = [found["sql"] for found in ANSWERED.finditer(ANALYSTS)]
    others = [each for each in blocks(ANALYSTS, "sql") if each not in answered]
    assert len(answered) > 10
    for sql in (*others, *re.findall(r'talkwatch sql "(.*?)"', README)):
        assert query(tmp_path / "var", sql).columns, sql
    assert page(configuration) == ANALYSTS, "`make answers` writes what is answered now; look at what has changed"
