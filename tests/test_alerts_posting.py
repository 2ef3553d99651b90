from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.channels.posting import Answer, receipt_of
from alerts.message_records import Blocked, Refused, Sent, TooBig, TryLater

LATER = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        pytest.param((200, 202, 204, 299), Sent, id="success"),
        pytest.param((300, 301, 302, 307, 308, 399), Blocked, id="a redirect, which is not followed"),
        pytest.param((401, 402, 403, 404, 405, 407, 410), Blocked, id="an address that is not ours to post to"),
        pytest.param((400, 406, 409, 422, 499), Refused, id="a message that is not taken"),
        pytest.param((413,), TooBig, id="a message that is not taken whole"),
        pytest.param((408, 425, 429, 500, 502, 503, 599), TryLater, id="trouble that may pass"),
    ],
)
def test_a_status_is_one_receipt(statuses, expected):
    """Each status up to the borders of its class is told as one kind of receipt."""
    assert {type(receipt_of(Answer(status=status, after=LATER, body=b""))) for status in statuses} == {expected}


def test_what_may_pass_is_tried_when_the_service_says():
    """The time that Retry-After asks for stands in the receipt, with the status and what more may be told."""
    receipt = receipt_of(Answer(status=503, after=LATER, body=b""), ": busy")
    assert receipt == TryLater(error="HTTP 503: busy", after=LATER, channel=True)
