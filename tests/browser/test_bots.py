"""A bot answers first: the program that the documents print, run as it stands, and what people see of it."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider
from tests.browser.scene import eventually, shown

DOCUMENT = Path(__file__).parents[2] / "docs" / "write-a-bot.md"


@contextmanager
def running_bot(product: Product, token: str, folder: Path) -> Iterator[None]:
    """The program of the document, in a process of its own, with nothing but the token."""
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    source, output = folder / "bot.py", folder / "bot.txt"
    source.write_text(program)
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(source)],
            env={"DESK": product.url, "TOKEN": token, "PATH": os.environ["PATH"]},
            stdout=log,
            stderr=log,
        )
        try:
            yield
            assert process.poll() is None, output.read_text()
        finally:
            process.kill()
            process.wait()


def test_a_bot_answers_first_and_people_have_whom_it_cannot_help(
    desk: Desk, product: Product, provider: Provider, admin: Person, channel: dict[str, Any], tmp_path: Path
) -> None:
    page, bot = desk.page, f"Milo {secrets.token_hex(2)}"
    name = f"Care {secrets.token_hex(2)}"
    team = admin.post("/api/teams", {"name": name, "colour": "teal", "member_ids": [admin.agent_id]})
    try:
        token = _make_bot(desk, bot)
        token_id = next(one["id"] for one in admin.get("/api/tokens")["items"] if one["bot_name"] == bot)
        _choose(page, admin, bot, name, channel)

        # Nobody runs: the customer waits for the bot, and no agent is given them.
        menu, lost, taken = (provider.customer(f"{one} {secrets.token_hex(2)}") for one in ("Mona", "Lola", "Tess"))
        taken.says("Can I have the menu?")
        _pending(admin, taken)
        desk.open("/inbox/all").enter(taken)
        expect(page.locator("header").get_by_text(f"{bot} answers")).to_be_visible()
        expect(page.get_by_role("note").filter(has_text=f"{bot} answers here")).to_be_visible()
        _look(page, "waiting")
        desk.answer(taken, "I am a person.")
        desk.expect_line("took this from the bot")
        assert _row(admin, taken)["bot"] is None

        # What it finds when it starts, and what comes later.
        menu.says("The menu, please")
        _pending(admin, menu)
        with running_bot(product, token, tmp_path):
            shown(menu, "We have bowls, cups and plates.")
            eventually(lambda: _row(admin, menu)["waiting_since"] is None)
            assert _row(admin, menu)["bot"]["name"] == bot
            lost.says("My parcel is broken")
            eventually(lambda: _row(admin, lost).get("team_id") == team["id"])
        desk.open("/inbox/all").enter(lost)
        expect(desk.bubble("Asked what I do not know: my parcel is broken")).to_be_visible()
        desk.expect_line(f"{bot} handed this over")
        _look(page, "handed-over")
        desk.enter(menu)
        expect(desk.thread.get_by_role("article", name=re.compile(re.escape(bot)))).to_be_visible()

        # Gone: the customer who writes again does not wait for it.
        menu.says("And the hours?")
        eventually(lambda: _row(admin, menu)["waiting_since"] is not None)
        admin.delete(f"/api/tokens/{token_id}")
        eventually(lambda: _row(admin, menu)["state"] == "open")
        desk.expect_line(f"{bot} cannot answer any more")
        told = page.get_by_role("status").filter(has_text=f"The token of {bot} has ended")
        expect(told).to_be_visible()
        _look(page, "lost")
        told.get_by_role("link", name="Choose another bot").click()
        page.get_by_role("combobox", name=f"Bot that answers first on {channel['name']}").click()
        page.get_by_role("option", name="People only").click()
        expect(told).to_have_count(0)
    finally:
        admin.patch("/api/routing", {"first_answers": {channel["id"]: None}})
        admin.delete(f"/api/teams/{team['id']}")


def _make_bot(desk: Desk, bot: str) -> str:
    page = desk.open("/settings/tokens").page
    page.get_by_role("button", name="Create a token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(f"Key of {bot}")
    dialog.get_by_role("switch", name="The token of a bot").click()
    dialog.get_by_label("Name of the bot").fill(bot)
    _look(page, "token")
    dialog.get_by_role("button", name="Create a token").click()
    shown_once = page.get_by_role("textbox", name="Token", exact=True)
    expect(shown_once).to_be_visible()
    token = shown_once.input_value()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text(f"Bot {bot}")).to_be_visible()
    return token


def _choose(page: Page, admin: Person, bot: str, team: str, channel: dict[str, Any]) -> None:
    """Found by the search over the settings, saved at once, taken back by one press."""
    page.get_by_role("searchbox", name="Search settings").fill("bot answers")
    page.get_by_role("link", name="A bot answers first").click()
    choice = page.get_by_role("combobox", name=f"Bot that answers first on {channel['name']}")
    choice.click()
    page.get_by_role("option", name=bot).click()
    eventually(lambda: _first(admin) is not None)
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: _first(admin) is None)
    choice.click()
    page.get_by_role("option", name=bot).click()
    page.get_by_role("combobox", name="Hands over to").click()
    page.get_by_role("option", name=team).click()
    page.get_by_role("combobox", name="Or without its answer after").click()
    page.get_by_role("option", name="2 min").click()
    eventually(lambda: (_first(admin) or {}).get("after_min") == 2)
    page.get_by_role("combobox", name="Hands over to").scroll_into_view_if_needed()
    _look(page, "routing")


def _row(admin: Person, customer: Customer) -> dict[str, Any]:
    """Whatever its state; empty before it began."""
    rows = admin.get("/api/conversations?view=all&order=newest&limit=100")["items"]
    return next((one for one in rows if one["contact"]["name"] == customer.name), {})


def _pending(admin: Person, customer: Customer) -> None:
    eventually(lambda: _row(admin, customer).get("state") == "pending")


def _first(admin: Person) -> dict[str, Any] | None:
    return next(iter(admin.get("/api/routing")["first_answers"]), None)


def _look(page: Page, name: str) -> None:
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"bots-{name}-{theme}.png")
        assert contrast_problems_of(page) == []
    assert problems_of(page) + overflow_of(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=RESULTS / f"bots-{name}-phone.png")
    assert overflow_of(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
