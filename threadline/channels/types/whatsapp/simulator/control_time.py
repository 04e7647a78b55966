"""Control face, over the whole: knobs, faults, the clock, draining, and the log of what was accepted."""

from __future__ import annotations

import asyncio
import datetime

import msgspec

from . import outcomes
from .api import Ask, find
from .http import Response
from .knobs import HookFault, Knobs, SendFault
from .state import (
    Message,
)
from .wire import JSON, as_bool, as_number
from .world import PENDING_KINDS, World

MAX_LOG_PAGE = 100_000


# knobs and faults


def get_knobs(ask: Ask) -> JSON:
    return msgspec.to_builtins(ask.world.knobs)


def turn_knobs(ask: Ask) -> JSON:
    world = ask.world
    wanted = msgspec.convert({**msgspec.to_builtins(world.knobs), **ask.body}, Knobs, strict=False)
    was_holding = world.knobs.hold_statuses
    for name in wanted.__struct_fields__:
        setattr(world.knobs, name, getattr(wanted, name))
    if was_holding and not wanted.hold_statuses:
        outcomes.release_held(world)
    world.delivery.resume()
    return msgspec.to_builtins(world.knobs)


def add_send_fault(ask: Ask) -> JSON:
    ask.world.knobs.send_faults.append(msgspec.convert(ask.body, SendFault))
    return msgspec.to_builtins(ask.world.knobs.send_faults[-1])


def clear_send_faults(ask: Ask) -> JSON:
    ask.world.knobs.send_faults.clear()
    return {"success": True}


def add_hook_fault(ask: Ask) -> JSON:
    ask.world.knobs.hook_faults.append(msgspec.convert(ask.body, HookFault))
    return msgspec.to_builtins(ask.world.knobs.hook_faults[-1])


def clear_hook_faults(ask: Ask) -> JSON:
    ask.world.knobs.hook_faults.clear()
    return {"success": True}


# time


def get_clock(ask: Ask) -> JSON:
    now = ask.world.now()
    text = datetime.datetime.fromtimestamp(now, datetime.UTC).isoformat()
    return {"now": now, "iso": text, "frozen": ask.world.clock.is_frozen, "offset_s": ask.world.clock.offset_s}


async def move_clock(ask: Ask) -> JSON:
    """`{freeze: true|false}`, then `{advance_s}` or `{set: <unix or ISO>}`, doing everything due on the way.

    A set into the past only moves the hands.
    """
    world, body = ask.world, ask.body
    if "freeze" in body:
        if as_bool(body["freeze"]):
            world.clock.freeze()
        else:
            world.clock.run()
    target: float | None = None
    if "advance_s" in body:
        target = world.now() + float(body["advance_s"])
    elif "set" in body:
        wanted = body["set"]
        target = (
            float(wanted)
            if isinstance(wanted, int | float)
            else datetime.datetime.fromisoformat(str(wanted)).timestamp()
        )
    if target is not None and (target < world.now() or as_bool(body.get("jump"))):
        world.clock.set(target)
    elif target is not None:
        await world.advance(target)
    world.timers.rearm()
    return get_clock(ask)


def release(ask: Ask) -> JSON:
    """Let held statuses happen; the knob stays as it is unless `{hold: false}`."""
    if ask.body.get("hold") is False:
        ask.world.knobs.hold_statuses = False
    return {"released": outcomes.release_held(ask.world)}


async def drain(ask: Ask) -> JSON:
    """Wait until no webhook is undelivered and no outcome pending; `{timeout_s, advance?: true}` may move the clock."""
    world, body = ask.world, ask.body
    timeout_s = as_number(body.get("timeout_s")) or 30.0
    ends = asyncio.get_running_loop().time() + timeout_s
    is_drained = False
    while not is_drained and asyncio.get_running_loop().time() < ends:
        try:
            async with asyncio.timeout_at(ends):
                await _drain_step(world, moves_clock=as_bool(body.get("advance")))
        except TimeoutError:
            break
        pending = world.pending()
        is_drained = pending["undelivered_webhooks"] == 0 and pending["pending_outcomes"] == 0
    return {"drained": is_drained, **world.pending()}


async def _drain_step(world: World, *, moves_clock: bool) -> None:
    await world.settle()
    due = world.timers.next_due_of(PENDING_KINDS)
    if due is None:
        return
    if moves_clock:
        await world.advance(max(due, world.now()))
    else:
        await asyncio.sleep(min(max(due - world.now(), 0.005), 0.1))


# the log


def read_log(ask: Ask) -> Response:
    """Everything that was accepted, in order: `after` is a position, `compact=1` leaves only what reconciling needs."""
    world, query = ask.world, ask.query
    start = int(query.get("after", "0"))
    limit = min(int(query.get("limit", "1000")), MAX_LOG_PAGE)
    chosen = world.send_log[start : start + limit]
    number_id = query.get("number_id")
    messages = [world.messages[key] for key in chosen]
    if number_id is not None:
        messages = [message for message in messages if message.number_id == number_id]
    if query.get("compact") == "1":
        items: list[object] = [[message.biz, message.id, message.to or message.user_key] for message in messages]
    else:
        items = [_log_entry(world, message) for message in messages]
    end = start + len(chosen)
    return Response(
        200,
        msgspec.json.encode(
            {"items": items, "next": end if end < len(world.send_log) else None, "total": len(world.send_log)}
        ),
    )


def _log_entry(world: World, message: Message) -> JSON:
    return {
        "wamid": message.id,
        "number_id": message.number_id,
        "to": message.to,
        "user_id": message.user_key,
        "type": message.type,
        "body": message.payload,
        "biz_opaque_callback_data": message.biz,
        "accepted_at": message.at,
        "fault": message.fault,
        "status": message.progress,
        "error_code": message.error_code,
    }


def clear_log(ask: Ask) -> JSON:
    """Forget what was accepted so far (the messages stay with their users) and the observed rates."""
    world = ask.world
    count = len(world.send_log)
    world.send_log.clear()
    world.rates.clear()
    world.attempts.clear()
    world.state.counts.clear()
    return {"cleared": count}


def counters(ask: Ask) -> JSON:
    """Sums over the log: by state, type and fault; sends that came twice by their callback data; the fastest second."""
    world = ask.world
    by_state: dict[str, int] = {}
    by_type: dict[str, int] = {}
    by_fault: dict[str, int] = {}
    copies: dict[str, int] = {}
    for message_id in world.send_log:
        message = world.messages[message_id]
        by_state[message.progress] = by_state.get(message.progress, 0) + 1
        by_type[message.type] = by_type.get(message.type, 0) + 1
        if message.fault is not None:
            by_fault[message.fault] = by_fault.get(message.fault, 0) + 1
        if message.biz is not None:
            copies[message.biz] = copies.get(message.biz, 0) + 1
    duplicates = {biz: count for biz, count in copies.items() if count > 1}
    return {
        "accepted": len(world.send_log),
        "by_status": by_state,
        "by_type": by_type,
        "by_fault": by_fault,
        "without_callback_data": len(world.send_log) - sum(copies.values()),
        "distinct": len(copies),
        "duplicates": duplicates,
        "counts": world.state.counts,
        "max_in_1s": {number_id: rate.max_in_1s for number_id, rate in world.rates.items()},
        "attempts": dict(world.attempts),
        **world.pending(),
    }


def get_message(ask: Ask) -> JSON:
    message = find(ask.world.messages, ask.path["message_id"])
    return {
        **_log_entry(ask.world, message),
        "direction": message.direction,
        "reactions": message.reactions,
        "is_window_open": message.is_window_open,
        "category": message.category,
    }


def snapshot(ask: Ask) -> Response:
    """The whole state as it would be written, and the size of every conversation."""
    world = ask.world
    sizes = {key: len(ids) for key, ids in world.threads.items()}
    state = msgspec.to_builtins(world.snapshot_state())
    return Response(200, msgspec.json.encode({**state, "threads": sizes, "pending": world.pending()}))
