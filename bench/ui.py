"""The screens, in a real Chromium against the real product: sizes of the files, paints, threads, scrolling, memory."""

import asyncio
import re
import subprocess
import time
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import msgspec
from playwright.async_api import Page, async_playwright

from bench.figures import Figure, load_average
from bench.idle import CHROMIUM_ARGUMENTS
from bench.load import Plan, Saw, percentile
from bench.processes import ROOT, Child, Failed
from bench.serving import Serving, open_serving
from bench.sizes import Options
from tests.chromium import find_chromium
from threadline.infra.postgres import EmbeddedPostgres

PART = "Screens"
_EVENTS_PER_S = 20
_SHORTEST_REPORTED_MS = 16
"""The Event Timing API tells of nothing quicker; what it does not tell of counts as this."""
_LONG_THREAD = 90_000_000
"""The customer who wrote ten thousand messages."""


@dataclass(frozen=True, slots=True)
class _Town:
    """Who writes: the number, its callback, and what its webhooks are signed with."""

    serving: Serving
    number: str
    account: str
    secret: str
    path: str

    async def write(self, count: int, *, contacts: int, first: int = 0, per_second: float | None = None) -> None:
        plan = Plan(
            port=self.serving.port,
            paths=[self.path],
            numbers=[self.number],
            account=self.account,
            secret=self.secret,
            count=count,
            connections=16,
            contacts=contacts,
            first_contact=first,
            per_second=per_second,
            run=uuid4().hex[:8],
        )
        load = await Child.begin("bench.load", plan)
        await load.ready()
        load.go()
        saw = msgspec.json.decode(await load.answer(), type=Saw)
        if not saw.is_clean:
            raise Failed(f"webhooks were answered {saw.statuses}")


async def measure(options: Options) -> list[Figure]:
    figures = _budgets()
    async with open_serving() as serving:
        serving.start()
        await serving.wait_until_ready()
        cookie = await serving.set_up()
        town = await _find_town(serving)
        # The first that waits and, before it is opened, the newest: at the top of the list in every order.
        await town.write(options.sizes.ui_messages, contacts=1, first=_LONG_THREAD)
        await town.write(options.sizes.ui_conversations, contacts=options.sizes.ui_conversations)
        await _settle(serving)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS, "--enable-precise-memory-info"]
            )
            context = await browser.new_context(viewport={"width": 1440, "height": 900})
            name, value = cookie.split("=", 1)
            await context.add_cookies([{"name": name, "value": value, "url": serving.url}])
            page = await context.new_page()
            for step in (_measure_start, _measure_threads, _measure_keys, _measure_scrolling, _measure_heap):
                figures += await step(page, town, options)
            await browser.close()
    return figures


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
    return [
        Figure(part=PART, name=name, unit="kB", measured=float(size), aim="at most", target=float(budget))
        for name, size, budget in rows
    ]


def _at_most(name: str, measured: float, target: float, *, unit: str = "ms", note: str = "") -> Figure:
    return Figure(
        part=PART,
        name=name,
        unit=unit,
        measured=measured,
        aim="at most",
        target=target,
        note=note,
        load_average=load_average(),
    )


async def _measure_start(page: Page, town: _Town, options: Options) -> list[Figure]:
    cold = await _load(page, town)
    warm = await _load(page, town)
    return [
        _at_most("inbox usable after navigation, cold", cold, 1500),
        _at_most("inbox usable after navigation, warm", warm, 500),
    ]


async def _load(page: Page, town: _Town) -> float:
    """Milliseconds from the navigation to the first rows."""
    await page.goto(f"{town.serving.url}/inbox")
    await page.get_by_role("option").first.wait_for()
    return float(await page.evaluate("() => performance.now()"))


_OPEN = """async (name) => {
    const rows = [...document.querySelectorAll('[role=listbox] [role=option]')];
    const row = rows.find((one) => one.innerText.split('\\n').includes(name));
    const started = performance.now();
    row.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: 'mouse' }));
    row.click();
    const isThere = () => document.querySelector(`[aria-label="Answer to ${name}"]`) !== null
        && document.querySelector('[role=log] [role=article], [role=log] article') !== null;
    while (!isThere()) {
        if (performance.now() - started > 10000) return -1;
        await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
}"""


async def _measure_threads(page: Page, town: _Town, options: Options) -> list[Figure]:
    await page.mouse.move(5, 5)
    names = await _visible_names(page)
    await _open(page, names[-1])  # loads the code of the thread, which is lazy
    fresh = sorted([await _open(page, name) for name in names[1:5]])
    ready: list[float] = []
    for name in names[5:8]:
        await page.get_by_role("option").filter(has_text=name).first.hover()
        await asyncio.sleep(0.5)
        ready.append(await _open(page, name))
    await town.write(1, contacts=1, first=_LONG_THREAD)
    await _settle(town.serving)
    await page.mouse.move(5, 5)
    await _load(page, town)
    await _open(page, names[0])
    long_ms = await _open(page, f"Customer {_LONG_THREAD}")
    return [
        _at_most("opening a thread, prefetched", percentile(sorted(ready), 0.5), 50),
        _at_most("opening a thread", percentile(fresh, 0.5), 200),
        _at_most(f"opening a thread of {options.sizes.ui_messages:,} messages", long_ms, 300),
    ]


async def _visible_names(page: Page) -> list[str]:
    texts = await page.get_by_role("option").all_inner_texts()
    found = [match[0] for text in texts if (match := re.search(r"Customer \d+", text))]
    found = [name for name in found if name != f"Customer {_LONG_THREAD}"]
    if len(found) < 9:
        raise Failed(f"only {len(found)} conversations are to be seen")
    return found


async def _open(page: Page, name: str) -> float:
    took = float(await page.evaluate(_OPEN, name))
    if took < 0:
        raise Failed("a thread did not open within ten seconds")
    await asyncio.sleep(0.3)
    return took


_WATCH_KEYS = """() => {
    window.benchKeys = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            if (entry.name === 'keydown') window.benchKeys.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 });
    window.benchTasks = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.benchTasks.push(entry.duration);
    }).observe({ type: 'longtask' });
}"""


async def _measure_keys(page: Page, town: _Town, options: Options) -> list[Figure]:
    """Typing an answer while twenty messages a second arrive."""
    seconds = options.sizes.ui_s
    await page.get_by_role("textbox", name=re.compile("^Answer to")).click()
    await page.evaluate(_WATCH_KEYS)
    typed = "we are looking into it and come back to you "
    text = (typed * 100)[: int(seconds * 10)]
    writing = asyncio.create_task(town.write(int(seconds * _EVENTS_PER_S), contacts=50, per_second=_EVENTS_PER_S))
    await page.keyboard.type(text, delay=80)
    await writing
    await asyncio.sleep(0.5)
    reported = [float(one) for one in await page.evaluate("() => window.benchKeys")]
    tasks = [float(one) for one in await page.evaluate("() => window.benchTasks")]
    times = sorted(reported + [_SHORTEST_REPORTED_MS] * max(0, len(text) - len(reported)))
    note = (
        f"of {len(text)} keys, longest {times[-1]:.0f} ms; long tasks {len(tasks)}, longest {max(tasks, default=0):.0f}"
    )
    return [_at_most("key to paint at 20 messages/s, p98", percentile(times, 0.98), 100, note=note)]


_SCROLL = """async (seconds) => {
    const list = document.querySelector('[role=listbox]');
    const frames = [];
    let last = performance.now();
    const ends = last + seconds * 1000;
    while (last < ends) {
        list.scrollTop += 120;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
    }
    return frames.slice(2);
}"""


async def _measure_scrolling(page: Page, town: _Town, options: Options) -> list[Figure]:
    frames = sorted(float(one) for one in await page.evaluate(_SCROLL, min(options.sizes.ui_s, 8)))
    median = percentile(frames, 0.5)
    return [
        Figure(
            part=PART,
            name="scrolling the list, median",
            unit="fps",
            measured=1000 / median,
            target=55,
            note=f"p99 {percentile(frames, 0.99):.0f} ms a frame",
            load_average=load_average(),
        ),
        _at_most("scrolling the list, longest frame", frames[-1], 100),
    ]


async def _measure_heap(page: Page, town: _Town, options: Options) -> list[Figure]:
    """Two events for each message: received, and how it was answered."""
    count = options.sizes.ui_messages // 2
    session = await page.context.new_cdp_session(page)

    async def heap_mb() -> float:
        await session.send("HeapProfiler.collectGarbage")
        return float(await page.evaluate("() => performance.memory.usedJSHeapSize")) / 1e6

    before = await heap_mb()
    await town.write(count, contacts=200, per_second=min(500, count))
    await _settle(town.serving)
    await asyncio.sleep(3)
    grown = await heap_mb() - before
    return [_at_most(f"heap, growth after {2 * count:,} events", grown, 10, unit="MB", note=f"from {before:.1f} MB")]


async def _find_town(serving: Serving) -> _Town:
    """The practice number of the sandbox."""
    known = msgspec.json.decode((serving.folder / "simulator" / "whatsapp.sandbox.json").read_bytes(), type=dict)
    rows = await _query(serving, "select key from endpoints limit 1")
    return _Town(
        serving, str(known["number_id"]), str(known["account_id"]), str(known["app_secret"]), f"/hooks/{rows[0]['key']}"
    )


async def _settle(serving: Serving) -> None:
    """Everything that was written stands in its conversation."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        rows = await _query(
            serving, "select exists (select from deliveries where state = 'open' and channel_id is not null) as is_open"
        )
        if not rows[0]["is_open"]:
            return
        await asyncio.sleep(0.2)
    raise Failed("the messages were not received in two minutes")


async def _query(serving: Serving, statement: str) -> list[asyncpg.Record]:
    server = EmbeddedPostgres(serving.folder)
    await asyncio.to_thread(server.start)  # adopts the one that runs
    try:
        connection = await asyncpg.connect(server.url)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()
    finally:
        await asyncio.to_thread(server.stop)
