"""Draws every screen of the demo, light, dark, and on a phone of 390 × 844, and writes the page that shows them.

python -m tests.browser.make_screens
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, sync_playwright

from tests.browser.make_readme_picture import sign_up
from tests.browser.product import Product, running_product
from tests.chromium import find_chromium

DOCS = Path(__file__).parent.parent.parent / "docs"
FOLDER = DOCS / "images" / "screens"
_COLOURS = 96
_SETTLES_MS = 900

# Name, what it is called, address; "{chat}" is the first conversation of the view before it.
SCREENS = (
    ("inbox", "Inbox", "/inbox/open"),
    ("thread", "A conversation of mine", "/inbox/mine/{chat}"),
    ("closed", "A conversation whose window is closed", "/inbox/resolved/{chat}"),
    ("search", "Search", "/search?q=vase"),
    ("contacts", "Contacts", "/contacts"),
    ("companies", "Companies", "/companies"),
    ("board", "The board", "/board"),
    ("tasks", "Tasks", "/tasks"),
    ("live", "The live screen", "/live"),
    ("discussions", "Side discussions", "/discussions"),
    ("reviews", "To review", "/reviews"),
    ("finish", "Finish shift", "/finish"),
    *((f"settings-{name}", f"Settings: {name}", f"/settings/{name}") for name in (
        "profile", "sessions", "appearance", "writing", "keys", "notifications", "general", "people", "teams",
        "hours", "service", "privacy", "channels", "templates", "routing", "labels", "stages", "tasks", "fields",
        "replies", "macros", "rules", "automatic", "tokens", "webhooks", "deliveries",
    )),
    ("sign-in", "Sign in", "/signin"),
)  # fmt: skip
LOOKS: tuple[tuple[str, ViewportSize, Literal["light", "dark"]], ...] = (
    ("light", {"width": 1280, "height": 800}, "light"),
    ("dark", {"width": 1280, "height": 800}, "dark"),
    ("phone", {"width": 390, "height": 844}, "light"),
    ("phone-dark", {"width": 390, "height": 844}, "dark"),
)


def main() -> None:
    os.environ["THREADLINE_DEMO"] = "1"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _product() as product, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        state = _join(chromium, product)
        for look, size, scheme in LOOKS:
            view = chromium.new_context(
                base_url=product.url, viewport=size, color_scheme=scheme, locale="en-GB", storage_state=state,
                reduced_motion="reduce", has_touch=look.startswith("phone"),
            )  # fmt: skip
            page = view.new_page()
            for name, _, address in SCREENS:
                if name == "sign-in":
                    view.clear_cookies()
                _show(page, address)
                _keep(page, FOLDER / f"{name}-{look}.png")
            view.close()
    (DOCS / "screens.md").write_text(_page())


@contextmanager
def _product() -> Iterator[Product]:
    folder = Path(tempfile.mkdtemp(prefix="threadline-screens-", dir="/tmp"))
    folder.chmod(0o711)
    with running_product(folder / "data") as product:
        yield product


def _join(chromium: Browser, product: Product) -> StorageState:
    view = chromium.new_context(base_url=product.url, locale="en-GB")
    sign_up(view.new_page(), product)
    return view.storage_state()


def _show(page: Page, address: str) -> None:
    view, _, _ = address.partition("/{chat}")
    page.goto(view)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(_SETTLES_MS)
    if "{chat}" in address:
        page.get_by_role("listbox", name="Conversations").get_by_role("option").nth(1).click()
        page.wait_for_timeout(_SETTLES_MS)


def _keep(page: Page, file: Path) -> None:
    page.screenshot(path=file)
    Image.open(file).convert("P", palette=Image.Palette.ADAPTIVE, colors=_COLOURS).save(file, optimize=True)


def _page() -> str:
    lines = ["# Screens", "", "Drawn from the demo by `python -m tests.browser.make_screens`, and looked at.", ""]
    for name, title, _ in SCREENS:
        lines += [f"## {title}", "", *_row(name, "light", "dark"), "", *_row(name, "phone", "phone-dark"), ""]
    return "\n".join(lines)


def _row(name: str, first: str, second: str) -> list[str]:
    pictures = " | ".join(f"![{look}](images/screens/{name}-{look}.png)" for look in (first, second))
    return [f"| {first} | {second} |", "|---|---|", f"| {pictures} |"]


if __name__ == "__main__":
    main()
