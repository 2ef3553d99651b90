"""Batches taken in as a pass takes them in: what is stored is read, the plan is made and written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from extractors.officials.countries import Countries
from extractors.officials.watchlist import load_watchlist
from flows.setup import Setup
from flows.steps.decide.matches import Batch
from flows.steps.decide.plan import Plan, decide, horizon
from flows.steps.record import recorded, worked_out, write
from flows.steps.relate import sketch
from tests.warehouse_examples import NOW
from warehouse.records import ReadArticle
from warehouse.runs import RunCounts
from warehouse.session import Session
from warehouse.situation import load
from warehouse.store import writing


@cache
def countries() -> Countries:
    """Return what the watchlist's countries are called."""
    return Countries(load_watchlist())


def batch_of(*reads: ReadArticle) -> Batch:
    """Return articles as a batch that no rule matches."""
    return Batch(sketches=tuple(sketch(each, countries()) for each in reads), matched=((),) * len(reads))


def take_in(session: Session, *reads: ReadArticle) -> Plan:
    """Take articles in without rules, a batch; return what was recorded of them."""
    batch = batch_of(*reads)
    situation = load(session, batch.sketches, horizon((), ()), NOW)
    plan = decide(situation, batch, NOW, rules=(), subscribers=())
    write(session, plan)
    return plan


def record(setup: Setup, found: Sequence[ReadArticle]) -> RunCounts:
    """Record articles that were read, a batch, with the rules there are; return what was counted."""
    batch = worked_out(setup, found)
    with writing(setup.data_dir) as session:
        return recorded(setup, session, batch)
