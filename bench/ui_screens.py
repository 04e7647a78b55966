"""What a press or a click costs until it is painted: threads, views, keys, finding, scrolling."""

import asyncio
import re
from dataclasses import dataclass

from playwright.async_api import Page, TimeoutError

from bench.figures import Figure, load_average
from bench.load import percentile
from bench.processes import Failed
from bench.sizes import Options
from bench.town import Town

PART = "Screens"
LONG_THREAD = 90_000_000
"""The customer who wrote ten thousand messages."""
_SHORTEST_REPORTED_MS = 16
"""The Event Timing API tells of nothing quicker; what it does not tell of counts as this."""
_FOUND_UP = 9_500


def at_most(
    name: str, measured: float, target: float | None, *, unit: str = "ms", note: str = "", before: float | None = None
) -> Figure:
    """`before`: the load average before it began, if other things were measured since."""
    return Figure(
        part=PART,
        name=name,
        unit=unit,
        measured=measured,
        aim="at most",
        target=target,
        note=note,
        load_average=load_average() if before is None else before,
    )


# Threads -------------------------------------------------------------------------------------------------------------

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


async def measure_threads(page: Page, town: Town, options: Options) -> list[Figure]:
    before = load_average()
    await page.mouse.move(5, 5)
    names = await visible_names(page)
    await open_thread(page, names[-1])  # loads the code of the thread, which is lazy
    fresh = sorted([await open_thread(page, name) for name in names[1:5]])
    ready: list[float] = []
    for name in names[5:8]:
        await page.get_by_role("option").filter(has_text=name).first.hover()
        await asyncio.sleep(0.5)
        ready.append(await open_thread(page, name))
    await town.write(1, contacts=1, first=LONG_THREAD)
    await town.settle()
    await page.mouse.move(5, 5)
    await page.goto(f"{town.serving.url}/inbox")
    await page.get_by_role("option").first.wait_for()
    await open_thread(page, names[0])
    long_ms = await open_thread(page, f"Customer {LONG_THREAD}")
    found_ms = await _find_far_up(page, options)
    count = options.sizes.ui_messages
    return [
        at_most("opening a thread, prefetched", percentile(sorted(ready), 0.5), 50, before=before),
        at_most("opening a thread", percentile(fresh, 0.5), 200, before=before),
        at_most(f"opening a thread of {count:,} messages", long_ms, 300, before=before),
        at_most(f"a word {min(_FOUND_UP, count * 19 // 20):,} messages up, last letter to sight", found_ms, 300),
    ]


async def visible_names(page: Page) -> list[str]:
    texts = await page.get_by_role("option").all_inner_texts()
    found = [match[0] for text in texts if (match := re.search(r"Customer \d+", text))]
    found = [name for name in found if name != f"Customer {LONG_THREAD}"]
    if len(found) < 9:
        raise Failed(f"only {len(found)} conversations are to be seen")
    return found


async def open_thread(page: Page, name: str) -> float:
    took = float(await page.evaluate(_OPEN, name))
    if took < 0:
        raise Failed("a thread did not open within ten seconds")
    await asyncio.sleep(0.3)
    return took


_FIND = """([typed, wanted]) => new Promise((resolve) => {
    const field = document.querySelector('[role=search] input[type=text]');
    const began = performance.now();
    const look = () => {
        if (performance.now() - began > 10000) return resolve(-1);
        const all = [...document.querySelectorAll('[role=log] article')];
        const place = all.find((one) => one.textContent.includes(wanted))?.getBoundingClientRect();
        if (!place || place.top < 0 || place.bottom > innerHeight) return requestAnimationFrame(look);
        requestAnimationFrame(() => resolve(performance.now() - began));
    };
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, typed);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    look();
})"""


async def _find_far_up(page: Page, options: Options) -> float:
    """In the open thread; the median of several words."""
    count = options.sizes.ui_messages
    first = count - min(_FOUND_UP, count * 19 // 20)
    await page.get_by_role("listbox", name="Conversations").focus()
    await page.keyboard.press("Shift+f")
    await page.get_by_role("textbox", name="Find in this conversation").wait_for()
    times: list[float] = []
    for n in range(first, first + 5):
        took = float(await page.evaluate(_FIND, [f"{n:08d}", f"bench {n:08d}"]))
        if took < 0:
            raise Failed(f"message {n} of the long thread was not found")
        times.append(took)
        await page.evaluate(_FIND, [f"{count - 1:08d}", f"bench {count - 1:08d}"])
    await page.keyboard.press("Escape")
    return percentile(sorted(times), 0.5)


# Views, keys, search -------------------------------------------------------------------------------------------------

_VIEWS = ("unassigned", "waiting", "open", "resolved")
_SWITCH = """async (view) => {
    const list = () => document.querySelector('[role=listbox]');
    const shown = () => [...list().querySelectorAll('[role=option]')].map((one) => one.id).join();
    const before = shown();
    const started = performance.now();
    document.querySelector(`nav a[href="/inbox/${view}"]`).click();
    const isThere = () => location.pathname.startsWith(`/inbox/${view}`) && shown() !== '' && shown() !== before;
    while (!isThere()) {
        if (performance.now() - started > 10000) return -1;
        await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
}"""
WATCH_KEYS = """() => {
    window.benchKeys = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            if (entry.name === 'keydown') window.benchKeys.push([entry.duration, entry.startTime]);
    }).observe({ type: 'event', durationThreshold: 16 });
    window.benchTasks = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.benchTasks.push(entry.duration);
    }).observe({ type: 'longtask' });
    window.benchShifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.startTime < (window.benchSwitchedAt ?? -1000) + 500) continue;  // one's own doing
            const told = entry.sources.map(({ node }) => (node?.outerHTML ?? '').slice(0, 120)).join(' | ');
            window.benchShifts.push([entry.value, told]);
        }
    }).observe({ type: 'layout-shift' });
}"""


@dataclass(frozen=True, slots=True)
class Keys:
    times: list[float]
    """Milliseconds from each press to its paint, ascending."""
    longest_task: float

    @property
    def note(self) -> str:
        median = percentile(self.times, 0.5)
        return (
            f"of {len(self.times)} keys; p50 {median:.0f}, longest {self.times[-1]:.0f} ms;"
            f" longest task {self.longest_task:.0f} ms"
        )


async def read_keys(page: Page, count: int) -> Keys:
    """After `WATCH_KEYS` and so many presses."""
    await asyncio.sleep(0.5)
    reported = [float(took) for took, _ in await page.evaluate("() => window.benchKeys")]
    tasks = [float(one) for one in await page.evaluate("() => window.benchTasks")]
    return Keys(sorted(reported + [_SHORTEST_REPORTED_MS] * max(0, count - len(reported))), max(tasks, default=0))


async def measure_screens(page: Page, town: Town, options: Options) -> list[Figure]:
    conversations = f"{options.sizes.ui_conversations:,} conversations"
    await _resolve_some(town)
    return [
        await _measure_views(page, town, conversations),
        await _measure_presses(page, town, conversations),
        await _measure_search(page, town, options),
    ]


async def _resolve_some(town: Town) -> None:
    """So that each view has other rows at its top."""
    answer = await town.ask("GET", "/conversations?view=open&order=newest&limit=50")
    items = answer["items"]
    assert isinstance(items, list)
    for item in items[10:30]:
        await town.ask("PATCH", f"/conversations/{item['id']}", {"state": "resolved"})


async def _measure_views(page: Page, town: Town, conversations: str) -> Figure:
    before = load_average()
    await page.goto(f"{town.serving.url}/inbox/resolved")
    await page.get_by_role("option").first.wait_for()
    times: list[float] = []
    for turn in range(6):
        for view in _VIEWS:
            took = float(await page.evaluate(_SWITCH, view))
            if took < 0 and turn:
                continue  # the same rows in the same order: nothing to be seen changed
            times.append(took)
            await asyncio.sleep(0.2)
    shown = sorted(took for took in times if took >= 0)
    if len(shown) < 8:
        raise Failed(f"only {len(shown)} switches of views were seen")
    note = f"of {len(shown)} switches; p50 {percentile(shown, 0.5):.0f} ms; the first of each asks the server"
    return at_most(f"a view switch, {conversations}, p95", percentile(shown, 0.95), 150, note=note, before=before)


_STEPS = [*"jjjjjjjjjjkkkkkjjjjj", "x", "x", "Shift+p", "Shift+p", "w", "w", "y", "p", "Escape"]
_OPENING = ("a", "l", "?", "Control+k", "Space")
"""Keys that open something over the page, which Escape closes."""
_IS_OVER = "() => document.querySelector('[role=dialog], [role=menu], [role=combobox]') !== null"


async def _measure_presses(page: Page, town: Town, conversations: str) -> Figure:
    """One after the other as a quick person presses them; each counts until the next paint that it causes."""
    before = load_average()
    await page.goto(f"{town.serving.url}/inbox/open")
    await page.get_by_role("option").first.wait_for()
    await _press_all(page)  # loads what is lazy
    await page.evaluate(WATCH_KEYS)
    count = sum([await _press_all(page) for _turn in range(3)])
    keys = await read_keys(page, count)
    name = f"a key press, {conversations}, p98"
    return at_most(name, percentile(keys.times, 0.98), 100, note=keys.note, before=before)


async def _press_all(page: Page) -> int:
    """How many were pressed."""
    await page.get_by_role("listbox", name="Conversations").focus()
    for key in _STEPS:
        await page.keyboard.press(key)
        await asyncio.sleep(0.12)
    for key in _OPENING:
        await page.keyboard.press("j")
        await page.locator("[role=log] article").first.wait_for()
        await page.keyboard.press(key)
        try:
            await page.wait_for_function(_IS_OVER, timeout=10_000)
        except TimeoutError:
            raise Failed(f"{key} opened nothing") from None
        await page.keyboard.press("Escape")
        await page.wait_for_function(f"() => !({_IS_OVER})()")
    await page.keyboard.press("e")
    await asyncio.sleep(0.3)
    return len(_STEPS) + 3 * len(_OPENING) + 1


_SEARCH = """([typed, wanted]) => new Promise((resolve) => {
    const field = document.querySelector('main input[type=search], input[type=search]');
    const began = performance.now();
    const look = () => {
        if (performance.now() - began > 10000) return resolve(-1);
        const marks = [...document.querySelectorAll('a[data-hit] mark')];
        if (!marks.some((one) => one.textContent.includes(wanted))) return requestAnimationFrame(look);
        requestAnimationFrame(() => resolve(performance.now() - began));
    };
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, typed);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    look();
})"""
_PAUSE_MS = 200
"""So long typing must rest before the page asks (frontend/src/app/search/SearchPage.tsx)."""


async def _measure_search(page: Page, town: Town, options: Options) -> Figure:
    before = load_average()
    await page.goto(f"{town.serving.url}/search?q=00000001")
    await page.locator("a[data-hit]").first.wait_for()
    times: list[float] = []
    for n in range(2, 22):
        typed = ("glaze ", "blue saturday ", "")[n % 3] + f"{n:08d}"
        took = float(await page.evaluate(_SEARCH, [typed, f"{n:08d}"]))
        if took < 0:
            raise Failed(f"{typed} was not found")
        times.append(took - _PAUSE_MS)
    times.sort()
    total = options.sizes.ui_conversations + options.sizes.ui_messages
    note = f"p50 {percentile(times, 0.5):.0f} ms; without the {_PAUSE_MS} ms for which typing must rest"
    name = f"first page of a search, {total:,} messages, p95"
    return at_most(name, percentile(times, 0.95), 100, note=note, before=before)


# Scrolling -----------------------------------------------------------------------------------------------------------

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


async def measure_scrolling(page: Page, town: Town, options: Options) -> list[Figure]:
    before = load_average()
    await page.goto(f"{town.serving.url}/inbox/open")
    await page.get_by_role("option").first.wait_for()
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
            load_average=before,
        ),
        at_most("scrolling the list, longest frame", frames[-1], 100, before=before),
    ]
