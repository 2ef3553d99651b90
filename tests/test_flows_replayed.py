from __future__ import annotations

from datetime import timedelta

import pytest

from tests.newsroom import feed, newsroom
from tests.servers import Reply

pytestmark = pytest.mark.slow


def test_the_same_feed_again_sends_nothing(tmp_path):
    """The same bytes, served anew without a validator, make no article, no decision and no row of the outbox."""
    with newsroom(tmp_path) as room:
        items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river"}
        body = feed(room.outlet, items)
        room.outlet.reply("/rss.xml", Reply(body=body), Reply(body=body + b"\n"), Reply(body=body))
        tables = ("articles", "decisions", "alerts", "messages", "message_alerts", "follow_ups")
        seen = []
        for _ in range(3):
            room.run()
            seen.append([room.rows(f"select count(*) from {name}")[0][0] for name in tables])
            room.now += timedelta(minutes=45)
        assert seen[0] == seen[1] == seen[2]
        assert len(room.outlet.asked("/rss.xml")) == 3
        assert len(room.mail.mails) == 1
