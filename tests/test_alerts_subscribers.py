from __future__ import annotations

import pytest

from alerts.channels import apprise
from flows.config.settings import load_settings
from flows.problems import UsageProblem

MAIL = '[channels.email]\nhost = "smtp.example.org"\nfrom = "t@example.org"\n'


def settings_from(folder, text):
    """Load a configuration."""
    path = folder / "talkwatch.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, sending=True)


def subscriber(folder, keys, more=""):
    """Return the one subscriber of a configuration."""
    return settings_from(folder, f'[[subscribers]]\nname = "desk"\n{keys}\n{more}').subscribers[0]


@pytest.mark.parametrize(
    ("channel", "keys"),
    [
        pytest.param("email", {"to": "desk@example.org"}, id="e-mail"),
        pytest.param("slack", {"webhook_url": "https://hooks.example/1"}, id="a hook"),
        pytest.param("slack", {"token": "xoxb-1", "to": "#talks"}, id="a bot"),
        pytest.param("webhook", {"url": "https://x.example/in", "secret": "s3cret"}, id="a webhook"),
        pytest.param("apprise", {"url": "ntfy://topic"}, id="Apprise"),
    ],
)
def test_each_channel_has_its_keys(tmp_path, channel, keys):
    """A subscriber has the keys of his channel, and none of them shows when he is printed."""
    lines = [f'{key} = "{value}"' for key, value in keys.items()]
    who = subscriber(tmp_path, f'channel = "{channel}"\n' + "\n".join(lines), MAIL)
    assert {key: getattr(who, key) for key in keys} == keys
    assert not [value for value in keys.values() if value in repr(who) + str(who)]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        pytest.param('channel = "email"\nto = "a@b.org, c@d.org"', "to is no e-mail address", id="two addresses"),
        pytest.param('channel = "email"\nto = "a@b.org"\ntoken = "x"', "token is no key of channel email", id="astray"),
        pytest.param('channel = "slack"', "needs webhook_url", id="no way to Slack"),
        pytest.param('channel = "slack"\nto = "#talks"', "needs the bot's token beside to", id="no token"),
        pytest.param('channel = "slack"\ntoken = "x"', 'needs to, for example "#talks"', id="no place for a bot"),
        pytest.param(
            'channel = "slack"\ntoken = "x"\nto = "#t"\nwebhook_url = "https://h.example/"',
            "keep one way",
            id="two ways",
        ),
        pytest.param('channel = "slack"\nwebhook_url = "ftp://h.example/"', "no http(s) address", id="no web address"),
        pytest.param('channel = "webhook"\nurl = "https://x.example/"', "needs secret", id="nothing to sign with"),
        pytest.param('channel = "webhook"\nsecret = "x"', "needs url", id="nowhere to post"),
        pytest.param('channel = "apprise"', 'needs url, for example "ntfy://topic"', id="nothing for Apprise"),
    ],
)
def test_a_subscriber_who_can_t_be_reached_is_a_mistake(tmp_path, keys, said):
    """What is missing or too much is said with the file, the line and what to write."""
    with pytest.raises(UsageProblem, match=r"talkwatch\.toml:\d+: ") as problem:
        subscriber(tmp_path, keys, MAIL)
    assert said in str(problem.value)


def test_apprise_is_an_extra(tmp_path, monkeypatch):
    """Where it is not installed the mistake names the extra."""
    monkeypatch.setattr(apprise, "find_spec", lambda _: None)
    with pytest.raises(UsageProblem, match=r"install talkwatch\[apprise\]"):
        subscriber(tmp_path, 'channel = "apprise"\nurl = "ntfy://topic"')


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        pytest.param("unsubscribe", "stop@example.org", True, id="an address"),
        pytest.param("unsubscribe", "stop@example.org, a@b.org", False, id="not two"),
        pytest.param("unsubscribe_url", "https://example.org/{subscriber}?k=1", True, id="https"),
        pytest.param("unsubscribe_url", "http://example.org/stop", False, id="not http, which RFC 8058 forbids"),
        pytest.param("unsubscribe_url", "https://example.org/a>, <https://x.example", False, id="no second address"),
        pytest.param("unsubscribe_url", "https://example.org/a b", False, id="no blank"),
    ],
)
def test_the_way_out_is_checked(tmp_path, key, value, right):
    """What stands in List-Unsubscribe is one address of each kind."""
    text = f'{MAIL}{key} = "{value}"\n'
    if right:
        assert getattr(settings_from(tmp_path, text).channels["email"], key) == value
    else:
        with pytest.raises(UsageProblem, match=key):
            settings_from(tmp_path, text)


def test_the_heartbeat_is_a_web_address(tmp_path):
    """Anything else is a mistake, and its value, which may be a secret, is not repeated."""
    with pytest.raises(UsageProblem, match="heartbeat_url is no http") as problem:
        settings_from(tmp_path, 'heartbeat_url = "s3cret"')
    assert "s3cret" not in str(problem.value)
    assert settings_from(tmp_path, 'heartbeat_url = "https://hc.example/s3cret"').heartbeat_url
