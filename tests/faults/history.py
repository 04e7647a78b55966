"""The history checker (R40): three sets must agree exactly when quiet has come.

What was accepted (`town.Ledger`), what is stored (rows), and what the provider got (the simulator's log). Each check
is a function that yields a sentence for everything that is wrong; `check_history` runs them all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from tests.faults.house import House
from tests.faults.town import Ledger
from threadline.core.message import Status

GOT_THROUGH = (Status.SENT, Status.DELIVERED, Status.READ, Status.PLAYED)
_SHOWN_AS = {"sent": Status.SENT, "delivered": Status.DELIVERED, "read": Status.READ, "played": Status.PLAYED}


@dataclass(frozen=True, slots=True)
class StoredMessage:
    id: UUID
    conversation_id: UUID
    seq: int
    direction: str
    provider_id: str | None
    client_id: UUID | None
    text: str
    sort_at: datetime
    status: Status | None
    is_uncertain: bool
    copies: int


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    id: UUID
    message_id: UUID
    conversation_id: UUID
    seq: int
    part: int
    status: Status
    provider_id: str | None
    is_copy: bool
    is_held: bool
    is_uncertain: bool
    try_no: int
    error_code: str | None


@dataclass(frozen=True, slots=True)
class StoredConversation:
    id: UUID
    contact_id: UUID
    last_seq: int
    incoming_count: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A send that the simulator accepted: the customer has it."""

    wamid: str
    attempt_id: UUID
    at: float
    fault: str | None
    status: str


@dataclass(frozen=True, slots=True)
class History:
    ledger: Ledger
    messages: Sequence[StoredMessage]
    attempts: Sequence[StoredAttempt]
    conversations: Sequence[StoredConversation]
    arrivals: Sequence[Arrival]
    unfinished_deliveries: Sequence[str]
    failed_items: int
    events_of_message: Counter[tuple[str, UUID]]
    feed_gaps: Sequence[str]

    @property
    def incoming(self) -> list[StoredMessage]:
        return [one for one in self.messages if one.direction == "incoming"]

    @property
    def outgoing(self) -> list[StoredMessage]:
        return [one for one in self.messages if one.direction == "outgoing"]

    def attempts_by_message(self) -> dict[UUID, list[StoredAttempt]]:
        found: dict[UUID, list[StoredAttempt]] = defaultdict(list)
        for attempt in self.attempts:
            found[attempt.message_id].append(attempt)
        return found

    def arrivals_by_attempt(self) -> dict[UUID, list[Arrival]]:
        found: dict[UUID, list[Arrival]] = defaultdict(list)
        for arrival in self.arrivals:
            found[arrival.attempt_id].append(arrival)
        return found


async def read_history(house: House, ledger: Ledger) -> History:
    """Take it when nothing moves any more: after `House.settle`."""
    messages = await house.query(
        "select id, conversation_id, seq, direction, provider_id, client_id, coalesce(content->>'text', '') as text,"
        " sort_at, status, is_uncertain, copies from messages order by conversation_id, seq"
    )
    attempts = await house.query(
        "select id, message_id, conversation_id, seq, part, status, provider_id, is_copy, is_held,"
        " uncertain_at is not null as is_uncertain, try_no, error_code from attempts order by id"
    )
    conversations = await house.query("select id, contact_id, last_seq, incoming_count from conversations")
    deliveries = await house.query("select state, error, count(*) from deliveries where state <> 'done' group by 1, 2")
    failed = await house.query("select count(*) as count from failed_items")
    events = await house.query(
        "select kind, message_id, count(*) as count from events"
        " where kind in ('message_received', 'message_queued') group by 1, 2"
    )
    log = await house.control("log?limit=100000")
    return History(
        ledger=ledger,
        messages=[_message(row) for row in messages],
        attempts=[_attempt(row) for row in attempts],
        conversations=[StoredConversation(*row) for row in conversations],
        arrivals=[_arrival(item) for item in log["items"]],
        unfinished_deliveries=[f"{row['count']} {row['state']} {row['error']}" for row in deliveries],
        failed_items=failed[0]["count"],
        events_of_message=Counter({(row["kind"], row["message_id"]): row["count"] for row in events}),
        feed_gaps=await _find_feed_gaps(house),
    )


async def _find_feed_gaps(house: House) -> list[str]:
    rows = await house.query(
        "select f.last_seq, count(e.seq) as count, count(distinct e.seq) as numbers, coalesce(max(e.seq), 0) as last"
        " from feed_counters f left join events e on e.workspace_id = f.workspace_id"
        " group by f.workspace_id, f.last_seq"
    )
    return [
        f"the feed counts to {row['last_seq']} and has {row['count']} events with {row['numbers']} numbers"
        for row in rows
        if not row["last_seq"] == row["count"] == row["numbers"] == row["last"]
    ]


def _message(row: Any) -> StoredMessage:
    values = dict(row)
    status = values.pop("status")
    return StoredMessage(**values, status=None if status is None else Status(status))


def _attempt(row: Any) -> StoredAttempt:
    values = dict(row)
    return StoredAttempt(**{**values, "status": Status(values["status"])})


def _arrival(item: Any) -> Arrival:
    return Arrival(
        wamid=item["wamid"],
        attempt_id=UUID(item["biz_opaque_callback_data"]),
        at=item["accepted_at"],
        fault=item["fault"],
        status=item["status"],
    )


def check_history(history: History) -> None:
    """Raises AssertionError with everything that is wrong."""
    wrong = [sentence for check in CHECKS for sentence in check(history)]
    shown = "\n".join(wrong[:40])
    assert not wrong, f"{len(wrong)} things are wrong in the history:\n{shown}"


# In ------------------------------------------------------------------------------------------------------------------


def check_all_written_is_stored_once(history: History) -> Iterator[str]:
    """R1, R3: accepted = stored, nothing twice, nothing out of thin air."""
    stored = Counter(one.provider_id for one in history.incoming)
    texts = {one.provider_id: one.text for one in history.incoming}
    for wamid, written in history.ledger.written.items():
        if stored[wamid] == 0:
            yield f"lost: {written.text} ({wamid}) was accepted and is not stored"
        elif texts[wamid] != written.text:
            yield f"changed: {written.text} is stored as {texts[wamid]}"
    for provider_id, count in stored.items():
        if count > 1:
            yield f"stored {count} times: incoming {provider_id}"
        if provider_id not in history.ledger.written:
            yield f"stored and never written: incoming {provider_id}"


def check_one_conversation_per_contact(history: History) -> Iterator[str]:
    """R4."""
    customers = {written.phone for written in history.ledger.written.values()}
    if len(history.conversations) != len(customers):
        yield f"{len(customers)} customers have {len(history.conversations)} conversations"
    of_wamid = {one.provider_id: one.conversation_id for one in history.incoming}
    used: dict[str, set[UUID]] = defaultdict(set)
    for written in history.ledger.written.values():
        if written.wamid in of_wamid:
            used[written.phone].add(of_wamid[written.wamid])
    yield from (f"{phone} has messages in {len(ids)} conversations" for phone, ids in used.items() if len(ids) > 1)


def check_seq_is_gapless(history: History) -> Iterator[str]:
    """R5; and the counters of a conversation are the numbers of its rows."""
    by_conversation: dict[UUID, list[StoredMessage]] = defaultdict(list)
    for message in history.messages:
        by_conversation[message.conversation_id].append(message)
    for conversation in history.conversations:
        messages = by_conversation[conversation.id]
        if [one.seq for one in messages] != list(range(1, conversation.last_seq + 1)):
            yield f"conversation {conversation.id} counts to {conversation.last_seq}: {[one.seq for one in messages]}"
        incoming = sum(one.direction == "incoming" for one in messages)
        if incoming != conversation.incoming_count:
            yield f"conversation {conversation.id} has {incoming} incoming and counts {conversation.incoming_count}"


def check_order_per_contact(history: History) -> Iterator[str]:
    """R5: what was written after the one before it had been accepted comes after it; the thread shows the provider's
    order where its times, whole seconds, tell it."""
    stored = {one.provider_id: one for one in history.incoming}
    by_phone: dict[str, list[str]] = defaultdict(list)
    for written in sorted(history.ledger.written.values(), key=lambda one: one.position):
        by_phone[written.phone].append(written.wamid)
    for phone, wamids in by_phone.items():
        there = [wamid for wamid in wamids if wamid in stored]
        for before, after in pairwise(there):
            first, second = stored[before], stored[after]
            if history.ledger.written[after].is_after_acknowledged and first.seq > second.seq:
                yield f"order of {phone}: {second.text} (seq {second.seq}) before {first.text} (seq {first.seq})"
            if first.sort_at.replace(microsecond=0) > second.sort_at.replace(microsecond=0):
                yield f"thread of {phone}: {second.text} is shown before {first.text}"


def check_deliveries_have_an_end(history: History) -> Iterator[str]:
    """R2."""
    yield from (f"deliveries left: {one}" for one in history.unfinished_deliveries)
    if history.failed_items:
        yield f"{history.failed_items} items failed"


# Out -----------------------------------------------------------------------------------------------------------------


def check_all_accepted_sends_are_stored_once(history: History) -> Iterator[str]:
    """R8: a 201 is a row; a repeated client id is the same row; what was given up is one row or none."""
    by_client = defaultdict(list)
    for message in history.outgoing:
        by_client[message.client_id].append(message)
    for client_id, sent in history.ledger.sent.items():
        stored = by_client[client_id]
        if len(stored) != 1:
            yield f"{sent.text} was answered 201 and is stored {len(stored)} times"
        elif (stored[0].id, stored[0].text) != (sent.message_id, sent.text):
            yield f"{sent.text} was answered with the id of another message"
    for client_id, messages in by_client.items():
        if client_id not in history.ledger.sent and client_id not in history.ledger.given_up:
            yield f"stored and never sent: {messages[0].text}"
        elif len(messages) > 1:
            yield f"stored {len(messages)} times: {messages[0].text}"


def check_order_of_accepted_sends(history: History) -> Iterator[str]:
    """Each conversation's client sends one after the other: the numbers must follow the answers."""
    seq_of = {one.id: one.seq for one in history.outgoing}
    last: dict[UUID, int] = {}
    for sent in history.ledger.sent.values():
        seq = seq_of.get(sent.message_id, 0)
        if seq <= last.get(sent.conversation_id, 0):
            yield f"{sent.text} has number {seq}, the one before it {last[sent.conversation_id]}"
        last[sent.conversation_id] = seq


def check_every_outgoing_has_an_end(history: History) -> Iterator[str]:
    """A provider id, a final failure, or an uncertain mark."""
    attempts = history.attempts_by_message()
    for message in history.outgoing:
        own = attempts[message.id]
        ends = any(one.provider_id or one.status is Status.FAILED or one.is_uncertain for one in own)
        if not own or not ends:
            yield f"no end: {message.text} is {message.status!r} with {len(own)} attempts"
        if message.status in (Status.QUEUED, Status.SENDING) and not message.is_uncertain:
            yield f"left behind: {message.text} is still {message.status!r}"


def check_what_arrived_is_settled(history: History) -> Iterator[str]:
    """R7: nothing that the simulator accepted is still uncertain, failed or unknown, and how far it got is known."""
    attempts = {one.id: one for one in history.attempts}
    for arrival in history.arrivals:
        attempt = attempts.get(arrival.attempt_id)
        if attempt is None:
            yield f"arrived, but no attempt is known: {arrival.wamid}"
        elif attempt.status not in GOT_THROUGH:
            mark = "uncertain" if attempt.is_uncertain else attempt.status.name.lower()
            yield f"arrived ({arrival.fault or 'no fault'}) and is {mark}: attempt {attempt.id}"
        elif attempt.provider_id != arrival.wamid:
            yield f"arrived as {arrival.wamid} and is known as {attempt.provider_id}"
        elif arrival.status in _SHOWN_AS and attempt.status is not _SHOWN_AS[arrival.status]:
            yield f"{arrival.status} at the provider, {attempt.status.name.lower()} here: attempt {attempt.id}"


def check_nothing_unseen_is_called_sent(history: History) -> Iterator[str]:
    arrived = history.arrivals_by_attempt()
    for attempt in history.attempts:
        if attempt.status in GOT_THROUGH and attempt.id not in arrived:
            yield f"called {attempt.status.name.lower()} and never arrived: attempt {attempt.id}"
    by_message = history.attempts_by_message()
    for message in history.outgoing:
        has_arrived = any(one.id in arrived for one in by_message[message.id])
        if message.status in GOT_THROUGH and not has_arrived:
            yield f"shown as {message.status!r} and never arrived: {message.text}"
        if has_arrived and message.status not in GOT_THROUGH:
            yield f"arrived and shown as {message.status!r}: {message.text}"
        if has_arrived and message.is_uncertain:
            yield f"arrived and still shown as uncertain: {message.text}"


def check_copies_are_marked(history: History) -> Iterator[str]:
    """R7: an attempt arrives once at most; of a message's attempts that arrived all but one are marked as copies, and
    the message shows them."""
    arrived = history.arrivals_by_attempt()
    by_message = history.attempts_by_message()
    for attempt_id, arrivals in arrived.items():
        if len(arrivals) > 1:
            yield f"unmarked copy: attempt {attempt_id} arrived {len(arrivals)} times"
    for message in history.outgoing:
        by_part: dict[int, list[StoredAttempt]] = defaultdict(list)
        for attempt in by_message[message.id]:
            if attempt.id in arrived:
                by_part[attempt.part].append(attempt)
        for part, attempts in by_part.items():
            unmarked = [one for one in attempts if not one.is_copy]
            if len(unmarked) > 1:
                yield f"unmarked copy: {message.text} part {part} arrived by {len(unmarked)} unmarked attempts"
            if len(attempts) > 1 and message.copies == 0:
                yield f"{message.text} arrived {len(attempts)} times and its message shows no copy"


def check_order_at_the_provider(history: History) -> Iterator[str]:
    """R5: first attempts arrive in the order of their numbers."""
    attempts = {one.id: one for one in history.attempts}
    last: dict[UUID, int] = {}
    for arrival in history.arrivals:
        attempt = attempts.get(arrival.attempt_id)
        if attempt is None or attempt.is_copy:
            continue
        if attempt.seq < last.get(attempt.conversation_id, 0):
            yield f"number {attempt.seq} arrived after {last[attempt.conversation_id]} in {attempt.conversation_id}"
        last[attempt.conversation_id] = max(attempt.seq, last.get(attempt.conversation_id, 0))


# The feed ------------------------------------------------------------------------------------------------------------


def check_feed(history: History) -> Iterator[str]:
    """R9, R16: numbers without gaps, and each message announced exactly once."""
    yield from history.feed_gaps
    expected = Counter({("message_received", one.id): 1 for one in history.incoming})
    expected |= Counter({("message_queued", one.id): 1 for one in history.outgoing})
    for (kind, message_id), count in (expected - history.events_of_message).items():
        yield f"{count} {kind} missing for message {message_id}"
    for (kind, message_id), count in (history.events_of_message - expected).items():
        yield f"{count} {kind} too many for message {message_id}"


def check_clients_met_nothing_strange(history: History) -> Iterator[str]:
    yield from history.ledger.complaints


CHECKS = (
    check_all_written_is_stored_once,
    check_one_conversation_per_contact,
    check_seq_is_gapless,
    check_order_per_contact,
    check_deliveries_have_an_end,
    check_all_accepted_sends_are_stored_once,
    check_order_of_accepted_sends,
    check_every_outgoing_has_an_end,
    check_what_arrived_is_settled,
    check_nothing_unseen_is_called_sent,
    check_copies_are_marked,
    check_order_at_the_provider,
    check_feed,
    check_clients_met_nothing_strange,
)
