from __future__ import annotations

import asyncio
import gzip
import zlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.config.configuration import FetchTable
from flows.web.fetch import fetch_outcomes
from flows.web.results import BodyTooLarge, FetchFailure, FetchReason, OddEncoding, Request, bounded_body, decompressor
from tests.servers import HttpServer, Reply
from tests.test_flows_fetching import fetched

SENT = b"Peskov said that the talks would go on. " * 50


def unpacked(encoding, *chunks, limit=10_000):
    """Return the body that arrives in these chunks."""

    async def arriving():
        for chunk in chunks:
            yield chunk

    return asyncio.run(bounded_body(arriving(), encoding, limit))


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        pytest.param("", SENT, id="nothing said"),
        pytest.param("identity", SENT, id="identity"),
        pytest.param("gzip", gzip.compress(SENT), id="gzip"),
        pytest.param("x-gzip", gzip.compress(SENT), id="its old name"),
        pytest.param(" GZip ", gzip.compress(SENT), id="whatever its case and spaces"),
        pytest.param("deflate", zlib.compress(SENT), id="deflate"),
        pytest.param("deflate", gzip.compress(SENT), id="gzip that calls itself deflate"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_was_asked_for_is_unpacked(encoding, packed, size):
    """A body arrives as it was sent, in whatever pieces it comes."""
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert unpacked(encoding, *chunks) == SENT


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(1, 50), st.sampled_from(["", "gzip"]))
def test_the_limit_is_the_last_byte_that_may_come(body, limit, size, encoding):
    """A body of as many bytes as the limit comes whole, a longer one not at all, however it is cut into chunks."""
    packed = gzip.compress(body) if encoding else body
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    if len(body) <= limit:
        assert unpacked(encoding, *chunks, limit=limit) == body
    else:
        with pytest.raises(BodyTooLarge, match="larger than"):
            unpacked(encoding, *chunks, limit=limit)


def test_a_bomb_is_not_unpacked_past_its_limit():
    """A decoder gives no more than it is asked for, so what is too large is never held in memory."""
    with pytest.raises(BodyTooLarge, match=r"^larger than 0\.5 MB$"):
        unpacked("gzip", gzip.compress(bytes(1_000_000)), limit=500_000)
    unpack = decompressor("gzip")
    assert len(unpack(gzip.compress(bytes(1_000_000)), 10)) == 10
    assert len(unpack(b"", 20)) == 20


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd", "z" * 41])
def test_what_was_not_asked_for_is_named_in_short(encoding):
    """An encoding that nobody asked for is refused before its body is touched, and its name cannot fill a log."""
    with pytest.raises(OddEncoding) as caught:
        unpacked(encoding, SENT)
    assert str(caught.value) == f"Content-Encoding {encoding[:40]} was not asked for"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["99999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_what_a_host_asks_for_is_a_day_at_most(status, asked):
    """A host that wants to be left alone for years, in seconds or until a date, is left alone for a day."""
    with HttpServer() as server:
        server.reply("/", Reply(status, (("Retry-After", asked),)))
        outcome = fetched(server)
    assert isinstance(outcome, FetchFailure)
    assert outcome.wait == timedelta(days=1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(Reply(500), FetchReason.STATUS, id="a status"),
        pytest.param(Reply(304), FetchReason.UNASKED, id="not modified, unasked"),
        pytest.param(Reply(301, (("Location", "/"),)), FetchReason.REDIRECTS, id="a loop"),
        pytest.param(Reply(302, (("Location", "gopher://outside/"),)), FetchReason.ODD_SCHEME, id="no http"),
        pytest.param(Reply(302, (("Location", "http://a.example:port/"),)), FetchReason.BROKEN, id="no address"),
        pytest.param(Reply(302, (("Location", "http://10.0.0.1/"),)), FetchReason.PRIVATE, id="inside"),
        pytest.param(Reply(302, (("Location", "http://nowhere.invalid/"),)), FetchReason.UNREACHABLE, id="unknown"),
        pytest.param(Reply(headers=(("Content-Encoding", "br"),)), FetchReason.BROKEN, id="an odd encoding"),
        pytest.param(Reply(body=bytes(20), sent=10), FetchReason.BROKEN, id="half a body"),
        pytest.param(Reply(reset=True), FetchReason.BROKEN, id="no answer"),
        pytest.param(Reply(body=bytes(1_100_000)), FetchReason.TOO_LARGE, id="a long body"),
        pytest.param(Reply(headers=(("X", "x" * 300_000),)), FetchReason.TOO_LARGE, id="a long header"),
        pytest.param(Reply(headers=(("X", "x"),) * 1_001), FetchReason.TOO_LARGE, id="many headers"),
    ],
)
def test_what_goes_wrong_is_told_by_a_reason(reply, reason):
    """What is decided on is a reason, whatever the words are."""
    with HttpServer() as server:
        server.reply("/", reply)
        outcome = fetched(server, max_body_mb=1)
    assert isinstance(outcome, FetchFailure)
    assert outcome.reason is reason
    assert not outcome.permanent


def test_what_is_no_address_is_not_asked_for_again():
    """A feed that lists what is no address is not to blame for ever."""
    request = Request(key="k", url="http://outside.example:port/", accept="*/*")
    (outcome,) = fetch_outcomes([request], FetchTable.model_validate({}))
    assert isinstance(outcome, FetchFailure)
    assert (outcome.reason, outcome.permanent) == (FetchReason.NO_ADDRESS, True)
