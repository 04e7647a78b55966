"""Put off, woken, and no answer needed, through HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.web.conftest import Browser, Desk, set_up


async def _opened(browser: Browser) -> str:
    """A conversation whose customer waits; its address."""
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    return f"/api/conversations/{await desk.conversation(await desk.channel())}"


async def test_put_off_and_taken_up_again(browser: Browser) -> None:
    path = await _opened(browser)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    put_off = await browser.request("PUT", f"{path}/snooze", {"until": until.isoformat()})
    assert put_off.status == 200, put_off.raw
    assert put_off.json["state"] == "snoozed"
    assert datetime.fromisoformat(put_off.json["snoozed_until"]) == until
    assert (await browser.get("/api/views")).json["views"]["snoozed"]["total"] == 1
    assert [one["state"] for one in (await browser.get("/api/conversations?view=snoozed")).json["items"]] == ["snoozed"]
    woken = await browser.delete(f"{path}/snooze")
    assert (woken.status, woken.json["state"], woken.json["snoozed_until"]) == (200, "open", None)
    assert (await browser.patch(path, {"state": "resolved"})).status == 200
    refused = await browser.request("PUT", f"{path}/snooze", {"until": None})
    assert (refused.status, refused.json["reason"]) == (409, "snooze_resolved")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"until": "2020-01-01T09:00:00Z"}, "snooze_in_past"),
        ({"until": "tomorrow"}, None),
        ({"until": 1_900_000_000}, None),
        ({}, None),
    ],
)
async def test_a_time_that_is_none_or_over_is_refused(browser: Browser, body: Any, reason: str | None) -> None:
    path = await _opened(browser)
    refused = await browser.request("PUT", f"{path}/snooze", body)
    assert refused.status == 422
    if reason is not None:
        assert refused.json["reason"] == reason
    assert (await browser.get(path)).json["state"] == "open"


async def test_no_answer_needed_and_taken_back(browser: Browser) -> None:
    path = await _opened(browser)
    since = (await browser.get(path)).json["waiting_since"]
    assert since is not None
    assert (await browser.delete(f"{path}/waiting")).json["waiting_since"] is None
    assert (await browser.request("PUT", f"{path}/waiting")).json["waiting_since"] == since
    again = await browser.request("PUT", f"{path}/waiting")
    assert (again.status, again.json["reason"]) == (409, "went_on")
