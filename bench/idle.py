"""The second start, and what everything weighs while nothing happens."""

import asyncio
import time
from pathlib import Path

from playwright.async_api import async_playwright

from bench.figures import Figure, load_average
from bench.processes import cpu_of, descendants, pss_mb
from bench.serving import Serving, open_serving
from bench.sizes import Options
from tests.chromium import find_chromium

PART = "Idle, on the second start"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


async def measure(options: Options) -> list[Figure]:
    async with open_serving() as serving:
        serving.start()
        await serving.wait_until_ready()
        cookie, _ = await serving.set_up()
        await asyncio.to_thread(serving.process.stop, 40)
        before = load_average()
        page_s, inbox_s = await _start_again(serving, cookie)
        await serving.wait_until_ready()
        await asyncio.sleep(options.sizes.idle_s)
        return [*_start_figures(page_s, inbox_s, before), *_memory(serving, before), _processor(serving, before)]


async def _start_again(serving: Serving, cookie: str) -> tuple[float, float]:
    """Seconds until the sign-in page is served, and until a browser that was signed in can use its inbox."""
    name, value = cookie.split("=", 1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context()
        await context.add_cookies([{"name": name, "value": value, "url": serving.url}])
        page = await context.new_page()
        serving.start()
        page_s = await serving.wait_for_page()
        await page.goto(f"{serving.url}/inbox")
        await page.get_by_role("listbox", name="Conversations").wait_for(timeout=30_000)
        await page.wait_for_function(_LIST_IS_LOADED, timeout=30_000)
        inbox_s = time.perf_counter() - serving.started_at
        await browser.close()
        return page_s, inbox_s


_LIST_IS_LOADED = """() => {
    const list = document.querySelector('[role=listbox]');
    return list !== null && list.parentElement.querySelector('[role=option], p') !== null;
}"""
"""Rows, or the sentence of an empty list: both come from the server's answer."""


def _start_figures(page_s: float, inbox_s: float, before: float) -> list[Figure]:
    return [
        Figure(
            part=PART,
            name="sign-in page served",
            unit="s",
            measured=page_s,
            aim="at most",
            target=1.5,
            load_average=before,
        ),
        Figure(
            part=PART, name="inbox usable", unit="s", measured=inbox_s, aim="at most", target=4.0, load_average=before
        ),
    ]


def _memory(serving: Serving, before: float) -> list[Figure]:
    weights = _weigh(serving)
    ours = {name: mb for name, mb in weights.items() if name not in ("simulator", "PostgreSQL")}
    heaviest = max(ours, key=lambda name: ours[name])
    note = ", ".join(f"{name} {mb:.0f}" for name, mb in weights.items())
    return [
        Figure(
            part=PART,
            name=f"PSS of the heaviest process ({heaviest})",
            unit="MB",
            measured=ours[heaviest],
            aim="at most",
            target=130,
            load_average=before,
        ),
        Figure(
            part=PART,
            name="PSS of all processes, simulator and PostgreSQL apart",
            unit="MB",
            measured=sum(ours.values()),
            aim="at most",
            target=280,
            note=note,
            load_average=before,
        ),
    ]


def _weigh(serving: Serving) -> dict[str, float]:
    weights: dict[str, float] = {}
    for pid in descendants(serving.process.pid):
        name = name_of(pid)
        weights[name] = weights.get(name, 0.0) + pss_mb(pid)
    return weights


def name_of(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
    if "postgres" in words[0]:
        return "PostgreSQL"
    return next((word for word in words if word in ("web", "worker", "simulator")), "supervisor")


def _processor(serving: Serving, before: float) -> Figure:
    """What everything costs while nothing happens; informs only."""
    started_at = time.perf_counter()
    pids = descendants(serving.process.pid)
    used = cpu_of(pids)
    time.sleep(5)
    share = (cpu_of(pids) - used) / (time.perf_counter() - started_at)
    return Figure(
        part=PART, name="CPU of everything, idle", unit="% of a core", measured=share * 100, load_average=before
    )
