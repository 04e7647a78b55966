"""Calm under events: writing in five chats while fifty a second arrive, two hundred agents, and a tab's memory."""

import asyncio
import random
import re
from collections.abc import Sequence

from playwright.async_api import CDPSession, Page

from bench.figures import Figure, load_average
from bench.idle import name_of
from bench.load import percentile
from bench.processes import Failed, cpu_of, descendants
from bench.sizes import Options
from bench.slopes import slope_of
from bench.town import Town
from bench.ui_screens import WATCH_KEYS, at_most, read_keys

_EVENTS_PER_S = 50
_CHATS = 5
_SWITCHES = 20
_CONTACTS = 200
_SENTENCE = "we are looking into it and come back to you before noon, thank you for your patience so far, "


# Writing -------------------------------------------------------------------------------------------------------------

_SWITCH = """async (id) => {
    const link = [...document.querySelectorAll('section[aria-labelledby=my-chats-title] a')]
        .find((one) => one.getAttribute('href').endsWith(id));
    const name = link.querySelector('span.truncate').textContent;
    const started = window.benchSwitchedAt = performance.now();
    link.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: 'mouse' }));
    link.click();
    const box = () => document.querySelector(`[aria-label="Answer to ${name}"]`);
    while (!box() || !document.querySelector('[role=log] article')) {
        if (performance.now() - started > 10000) return -1;
        await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    const took = performance.now() - started;
    box().focus();
    box().setSelectionRange(box().value.length, box().value.length);
    return took;
}"""
_BOX = 'textarea[aria-label^="Answer to"]'
_TALL = "Yes.\n" * 24
_DRAFT = """() => document.querySelector('textarea[aria-label^="Answer to"]').value"""


async def measure_writing(page: Page, town: Town, options: Options) -> list[Figure]:
    """Two thousand characters in twenty pieces, each in another of my five chats than the one before.

    Meanwhile messages arrive, among them some of these five, and a colleague gets, gives and takes conversations.
    """
    before = load_average()
    colleague = await town.invite("Jonas")
    chats = await _take_five(town)
    await page.goto(f"{town.serving.url}/inbox/open")
    await page.locator("section[aria-labelledby=my-chats-title] a").nth(_CHATS - 1).wait_for()
    for chat in chats:  # loads the code and the threads, and lets the box grow, which moves what is above it
        await _switch(page, chat)
        await page.locator(_BOX).fill(_TALL)
    metrics = await page.context.new_cdp_session(page)
    await metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.evaluate(WATCH_KEYS)
    length = 100 if options.sizes.ui_s > 5 else 10
    stop = asyncio.Event()
    others = asyncio.create_task(_hand_over(town, colleague, chats, stop))
    seconds = _SWITCHES * length / 20
    writing = asyncio.create_task(
        town.write(int(seconds * _EVENTS_PER_S), contacts=_CONTACTS, per_second=_EVENTS_PER_S)
    )
    wanted = dict.fromkeys(chats, _TALL)
    switches: list[float] = []
    costs: list[float] = []
    for turn in range(_SWITCHES):
        chat = chats[turn % _CHATS]
        before_s = await _thread_s(metrics)
        switches.append(await _switch(page, chat))
        costs.append((await _thread_s(metrics) - before_s) * 1000)
        piece = (_SENTENCE * 3)[turn : turn + length]
        await page.keyboard.type(piece, delay=15)
        wanted[chat] += piece
    await writing
    stop.set()
    changes = await others
    lost = [await _lost(page, chat, text) for chat, text in wanted.items()]
    keys = await read_keys(page, _SWITCHES * length)
    shifts = [(float(value), str(told)) for value, told in await page.evaluate("() => window.benchShifts")]
    shifted = sum(value for value, _ in shifts)
    switches.sort()
    costs.sort()
    told = f"; most by {max(shifts)[1][:200]}" if shifts else ""
    under = f"at {_EVENTS_PER_S} events/s"
    return [
        at_most(
            f"{_SWITCHES} switches among {_CHATS} chats {under}, p95",
            percentile(switches, 0.95),
            50,
            note=f"p50 {percentile(switches, 0.5):.0f} ms; CPU of the page's thread p50 {percentile(costs, 0.5):.0f},"
            f" p95 {percentile(costs, 0.95):.0f} ms",
            before=before,
        ),
        at_most(
            f"characters of {_SWITCHES * length:,} lost or in another chat, {under}",
            float(sum(lost)),
            0,
            unit="",
            note=f"beside {changes} assignments and hand-overs",
            before=before,
        ),
        at_most(f"key to paint while writing {under}, p98", percentile(keys.times, 0.98), 100, note=keys.note),
        at_most(f"layout shift while writing {under}", shifted, 0, unit="", note=f"{len(shifts)} shifts{told}"),
    ]


async def _take_five(town: Town) -> list[str]:
    """Five of those who write in what follows become the admin's."""
    await town.write(_CONTACTS * 6, contacts=_CONTACTS)
    await town.settle()
    session = await town.ask("GET", "/session")
    agent = session["agent"]
    assert isinstance(agent, dict)
    answer = await town.ask("GET", f"/conversations?view=open&order=newest&limit={_CHATS}")
    items = answer["items"]
    assert isinstance(items, list)
    for item in items:
        await town.ask("PATCH", f"/conversations/{item['id']}", {"assignee_id": agent["id"]})
    return [str(item["id"]) for item in items]


async def _switch(page: Page, chat: str) -> float:
    took = float(await page.evaluate(_SWITCH, chat))
    if took < 0:
        raise Failed("a chat did not open within ten seconds")
    return took


async def _thread_s(session: CDPSession) -> float:
    """CPU seconds of the page's main thread so far."""
    found = (await session.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in found if one["name"] == "TaskDuration")


async def _lost(page: Page, chat: str, wanted: str) -> int:
    await _switch(page, chat)
    held = str(await page.evaluate(_DRAFT))
    return 0 if held == wanted else max(1, abs(len(wanted) - len(held)))


async def _hand_over(town: Town, colleague: str, chats: Sequence[str], stop: asyncio.Event) -> int:
    """Conversations beside the five: to the colleague, to nobody, resolved and open again."""
    answer = await town.ask("GET", "/conversations?view=open&order=newest&limit=50")
    items = answer["items"]
    assert isinstance(items, list)
    others = [str(item["id"]) for item in items if item["id"] not in chats]
    among, count = random.Random(1), 0
    bodies = [{"assignee_id": colleague}, {"assignee_id": None}, {"state": "resolved"}, {"state": "open"}]
    while not stop.is_set():
        await town.ask("PATCH", f"/conversations/{among.choice(others)}", bodies[count % len(bodies)])
        count += 1
        await asyncio.sleep(0.2)
    return count


# Two hundred agents --------------------------------------------------------------------------------------------------

# The newest message that the rows show is noted as soon as they were painted. A row tells of another message several
# times a second, so what counts for one is when the list shows it or a later one. All who write have a row in sight:
# providers tell times in seconds, so those who wrote in the same one stand in no order of arrival. They have no drafts,
# which rows show instead.
_IN_SIGHT = 10
_FIRST_IN_SIGHT = 1_000
_WATCH_ROWS = """(count) => {
    window.benchSeen = [];
    const list = document.querySelector('[role=listbox]');
    const rows = () => [...list.querySelectorAll('[role=option]')].map((row) => [row.id, row.textContent]);
    const said = ([id, text]) => [id, ...(text.match(/bench (\\d{8})/) ?? [])];
    const old = new Set(rows().map((row) => said(row).join()));
    const newest = () => {
        let found = -1;
        for (const row of rows()) {
            const number = Number(said(row)[2] ?? -1);
            if (number < count && !old.has(said(row).join())) found = Math.max(found, number);
        }
        return found;
    };
    new MutationObserver(() => {
        const found = newest();
        const last = window.benchSeen.at(-1);
        if (found < 0 || (last && last[0] >= found)) return;
        requestAnimationFrame(() => setTimeout(() => {
            window.benchSeen.push([found, performance.timeOrigin + performance.now()]);
        }));
    }).observe(list, { subtree: true, childList: true, characterData: true });
}"""


async def measure_many(page: Page, town: Town, options: Options) -> list[Figure]:
    """A browser and 199 sockets on the one web process: from the webhook that is due to the row that is painted."""
    before = load_average()
    sockets, seconds = options.sizes.sockets[0] - 1, options.sizes.steady_s * 2
    token = await town.make_token()
    await page.goto(f"{town.serving.url}/inbox/open")
    await page.get_by_role("option").first.wait_for()
    await page.mouse.move(5, 5)
    await page.evaluate(_WATCH_ROWS, int(seconds * _EVENTS_PER_S))
    await asyncio.sleep(0.5)
    pids = [pid for pid in descendants(town.serving.process.pid) if name_of(pid) == "web"]
    used = cpu_of(pids)
    starts_at, heard = await town.write_to_many(
        token,
        sockets=sockets,
        per_second=_EVENTS_PER_S,
        seconds=seconds,
        contacts=_IN_SIGHT,
        first=_FIRST_IN_SIGHT,
    )
    used = cpu_of(pids) - used
    await _wait_for_last(page, int(seconds * _EVENTS_PER_S) - 1)
    seen = [(int(number), float(at)) for number, at in await page.evaluate("() => window.benchSeen")]
    waits = waits_until_shown(seen, count=int(seconds * _EVENTS_PER_S), starts_at=starts_at)
    return [
        at_most(
            f"{sockets + 1} agents, {_EVENTS_PER_S} messages/s, webhook to pixel, p95",
            percentile(waits, 0.95),
            300,
            note=f"p50 {percentile(waits, 0.5):.0f}, longest {waits[-1]:.0f} ms; {len(seen) / seconds:.0f} paints"
            f" a second; HTTP to frame on the {sockets} sockets p95 {heard.p95_ms:.0f} ms; CPU of the web process"
            f" {used / (seconds * _EVENTS_PER_S) * 1e6:,.0f} µs a message, {used / heard.frames * 1e6:,.0f} µs a frame",
            before=before,
        )
    ]


async def _wait_for_last(page: Page, number: int) -> None:
    """A tab that lags shows it late, and the figure says how late; one that never does is told of below."""
    for _second in range(30):
        if await page.evaluate("() => window.benchSeen.at(-1)?.[0] ?? -1") >= number:
            return
        await asyncio.sleep(1)


def waits_until_shown(seen: Sequence[tuple[int, float]], *, count: int, starts_at: float) -> list[float]:
    """(newest number, when in milliseconds of the epoch) → milliseconds until each message, or a later one, was shown.

    Ascending. Raises Failed if the last one never was.
    """
    waits: list[float] = []
    number = 0
    for newest, at in seen:
        while number <= newest and number < count:
            waits.append(at - (starts_at + number / _EVENTS_PER_S) * 1000)
            number += 1
    if number < count:
        raise Failed(f"only {number} of {count} messages were painted")
    return sorted(waits)


# Memory --------------------------------------------------------------------------------------------------------------

_SAMPLES = 10


async def measure_heap(page: Page, town: Town, options: Options) -> list[Figure]:
    """Two events for each message: received, and how it was answered. Noted after each tenth and a collection."""
    before = load_average()
    count = options.sizes.ui_events // 2
    await page.goto(f"{town.serving.url}/inbox/open")
    await page.get_by_role("option").first.click()
    await page.get_by_role("textbox", name=re.compile("^Answer to")).wait_for()
    session = await page.context.new_cdp_session(page)
    await _write_tenth(town, count)  # what is loaded once is there
    heaps = [await _heap_mb(page, session)]
    nodes = [await _nodes(session)]
    for _sample in range(_SAMPLES):
        await _write_tenth(town, count)
        heaps.append(await _heap_mb(page, session))
        nodes.append(await _nodes(session))
    later = heaps[len(heaps) // 2 :]
    slope = slope_of([place / _SAMPLES for place in range(len(later))], later)
    events = f"{2 * count:,} events"
    note = f"from {heaps[0]:.1f} MB; {nodes[0]:,} nodes of the page, then {nodes[-1]:,}"
    return [
        at_most(f"heap, growth over {events}", heaps[-1] - heaps[0], 10, unit="MB", note=note, before=before),
        at_most(
            f"heap, slope of the second half, for {events}",
            slope.per_step,
            2,
            unit="MB",
            note=f"± {slope.give_or_take:.1f}; after a collection each: {', '.join(f'{one:.1f}' for one in heaps)} MB",
            before=before,
        ),
    ]


async def _write_tenth(town: Town, count: int) -> None:
    await town.write(max(1, count // _SAMPLES), contacts=_CONTACTS, per_second=min(500, count))
    await town.settle()
    await asyncio.sleep(1)


async def _heap_mb(page: Page, session: CDPSession) -> float:
    for _round in range(3):  # what only a finaliser frees goes with the next
        await session.send("HeapProfiler.collectGarbage")
    return float(await page.evaluate("() => performance.memory.usedJSHeapSize")) / 1e6


async def _nodes(session: CDPSession) -> int:
    return int((await session.send("Memory.getDOMCounters"))["nodes"])
