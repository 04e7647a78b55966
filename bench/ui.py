"""The screens, in a real Chromium against the real product: `make bench-ui`.

Sizes of the files, the start, threads, views, keys and search among a hundred thousand conversations, twenty switches,
writing under events, two hundred agents, and the memory of a tab.
"""

import math
import re
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Error, Page, async_playwright

from bench.figures import Figure, load_average
from bench.idle import CHROMIUM_ARGUMENTS
from bench.processes import ROOT, Failed
from bench.serving import open_serving
from bench.sizes import Options
from bench.town import Town, find_town
from bench.ui_calm import measure_heap, measure_many, measure_writing
from bench.ui_screens import LONG_THREAD, at_most, measure_screens, measure_scrolling, measure_threads
from tests.chromium import find_chromium

_NAMES = 20
"""Times as many customers as conversations, so that hardly one is drawn twice."""


async def measure(options: Options) -> list[Figure]:
    figures = _budgets()
    async with open_serving() as serving:
        serving.start()
        await serving.wait_until_ready()
        town = await find_town(serving)
        # The first that waits and, before it is opened, the newest: at the top of the list in every order.
        await town.write(options.sizes.ui_messages, contacts=1, first=LONG_THREAD)
        count = options.sizes.ui_conversations
        await town.write(count, contacts=min(count * _NAMES, LONG_THREAD))
        await town.settle()
        async with _open_page(town) as page:
            for step in (_measure_start, measure_threads, measure_screens, measure_scrolling):
                figures += await _try(step, page, town, options)
        for step in (measure_writing, measure_many, measure_heap):
            async with _open_page(town) as page:
                figures += await _try(step, page, town, options)
    return figures


async def _try(
    step: Callable[[Page, Town, Options], Awaitable[list[Figure]]], page: Page, town: Town, options: Options
) -> list[Figure]:
    """What could not be measured is missed, and costs the others nothing."""
    try:
        return await step(page, town, options)
    except (Failed, Error) as error:
        reason = str(error).splitlines()[0]
        return [at_most(f"not measured: {step.__name__.strip('_')}", math.inf, 0, unit="", note=reason)]


@asynccontextmanager
async def _open_page(town: Town) -> AsyncIterator[Page]:
    """The admin's browser; the list shows the newest first."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS, "--enable-precise-memory-info"]
        )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await context.add_init_script("localStorage.setItem('threadline-order', '\"newest\"')")
        name, value = town.cookie.split("=", 1)
        await context.add_cookies([{"name": name, "value": value, "url": town.serving.url}])
        yield await context.new_page()
        await browser.close()


def _budgets() -> list[Figure]:
    """The sizes of the built files, from the script that guards them."""
    done = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "node"), "frontend/scripts/check-budgets.mjs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = re.findall(r"^(?:ok|OVER)\s+(.+?)\s+([\d.]+) kB of ([\d.]+) kB$", done.stdout, re.MULTILINE)
    if not rows:
        raise Failed(f"the budgets could not be read: {done.stderr or done.stdout}")
    return [at_most(name, float(size), float(budget), unit="kB") for name, size, budget in rows]


async def _measure_start(page: Page, town: Town, options: Options) -> list[Figure]:
    before = load_average()
    cold = await _load(page, town)
    warm = await _load(page, town)
    return [
        at_most("inbox usable after navigation, cold", cold, 1500, before=before),
        at_most("inbox usable after navigation, warm", warm, 500, before=before),
    ]


async def _load(page: Page, town: Town) -> float:
    """Milliseconds from the navigation to the first rows."""
    await page.goto(f"{town.serving.url}/inbox")
    await page.get_by_role("option").first.wait_for()
    return float(await page.evaluate("() => performance.now()"))
