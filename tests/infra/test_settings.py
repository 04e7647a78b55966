"""Configuration: read once, refused with the name of the setting and never its value."""

from dataclasses import fields
from pathlib import Path

import pytest

import threadline
from threadline.house import own_hosts
from threadline.infra.settings import Limits, SettingsError, load_settings

PACKAGE = Path(threadline.__file__).parent


def test_nothing_configured_is_the_embedded_database_on_the_loopback() -> None:
    settings = load_settings({"HOME": "/home/me"})
    assert (settings.database_url, settings.host, settings.port, settings.base_url) == (
        None,
        "127.0.0.1",
        8080,
        "http://localhost:8080",
    )


def test_flag_wins_over_environment_and_an_absent_flag_does_not() -> None:
    environment = {"THREADLINE_PORT": "9000", "THREADLINE_HOST": "10.0.0.1"}
    settings = load_settings(environment, port=9001, host=None)
    assert (settings.port, settings.host) == (9001, "10.0.0.1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THREADLINE_PORT", "abc-canary"),
        ("THREADLINE_PORT", "70000"),
        ("THREADLINE_DATABASE_URL", "mysql://canary@h/d"),
        ("THREADLINE_PUBLIC_URL", "canary.example.com"),
        ("THREADLINE_BUS_URL", "redis://canary"),
        ("THREADLINE_INSECURE_HTTP", "canary"),
        ("THREADLINE_LOG_LEVEL", "canary"),
        ("THREADLINE_ENVIRONMENT", "canary"),
        ("THREADLINE_BODY_BYTES", "canary"),
        ("THREADLINE_SIMULATORS", "canary"),
        ("THREADLINE_TRUSTED_PROXIES", "10.0.0.1 canary"),
        ("THREADLINE_TRUSTED_PROXIES", "canary:80"),
        ("THREADLINE_ALLOWED_PRIVATE_HOSTS", "canary"),
        ("THREADLINE_ALLOWED_PRIVATE_HOSTS", "http://canary:80/"),
        ("THREADLINE_ALLOWED_PRIVATE_HOSTS", "canary:port"),
        ("THREADLINE_CLAMD_URL", "http://canary"),
        ("THREADLINE_BLOBS_URL", "canary"),
        ("THREADLINE_BLOBS_URL", "ftp://canary/x"),
        ("THREADLINE_METRICS_TOKEN", "canary"),
    ],
)
def test_bad_setting_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        load_settings({name: value})
    assert "canary" not in caught.value.text


def test_every_limit_that_can_be_set_is_used() -> None:
    """A number that nobody reads promises what does not happen."""
    sources = [file.read_text() for file in PACKAGE.rglob("*.py") if file.name != "settings.py"]
    unused = [limit.name for limit in fields(Limits) if not any(f".{limit.name}" in source for source in sources)]
    assert unused == []


def test_networks_and_hosts_are_taken_as_they_stand() -> None:
    settings = load_settings(
        {
            "THREADLINE_TRUSTED_PROXIES": "10.0.0.1, fd00::/8",
            "THREADLINE_ALLOWED_PRIVATE_HOSTS": "crm.internal:8443 10.0.0.0/8,[fd00::1]:80",
        }
    )
    assert settings.trusted_proxies == ("10.0.0.1", "fd00::/8")
    assert settings.allowed_private_hosts == ("crm.internal:8443", "10.0.0.0/8", "[fd00::1]:80")


def test_limits_and_timers_come_by_environment() -> None:
    limits = load_settings({"THREADLINE_UNCERTAIN_WAIT_S": "0.5", "THREADLINE_FLUSH_BODIES": "10"}).limits
    assert (limits.uncertain_wait_s, limits.flush_bodies) == (0.5, 10)


def test_secrets_do_not_stand_in_the_representation() -> None:
    settings = load_settings(
        {"THREADLINE_DATABASE_URL": "postgresql://me:canary@h/d", "THREADLINE_MASTER_KEY": "canary",
         "THREADLINE_METRICS_TOKEN": "canary of many letters", "THREADLINE_BUS_URL": "nats://u:canary@h"}
    )  # fmt: skip
    assert "canary" not in repr(settings)


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql+asyncpg://h/d", "postgresql://h/d"])
def test_spellings_of_a_database_url_are_one(url: str) -> None:
    assert load_settings({"THREADLINE_DATABASE_URL": url}).database_url == "postgresql://h/d"


def test_public_url_is_what_people_see() -> None:
    settings = load_settings({"THREADLINE_PUBLIC_URL": "https://desk.example.com/", "THREADLINE_HOST": "0.0.0.0"})
    assert (settings.base_url, settings.is_https) == ("https://desk.example.com", True)


def test_practice_channels_find_their_simulator() -> None:
    settings = load_settings({"THREADLINE_SIMULATORS": "one=http://127.0.0.1:1/,two=http://127.0.0.1:2"})
    assert settings.simulator_url("one") == "http://127.0.0.1:1"
    assert settings.simulator_url("three") is None
    assert settings.simulator_token_file("one") == Path(settings.data_dir) / "simulator" / "one.token"


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://me@Desk.Example.com:8443/x", "desk.example.com"), ("http://[2001:db8::1]:80", "2001:db8::1")],
)
def test_own_name_is_known_however_the_public_url_is_written(url: str, host: str) -> None:
    assert own_hosts(load_settings({"THREADLINE_PUBLIC_URL": url})) == [host]
