"""What becomes of a message after the 200: failure, or sent, delivered, read, played, each at its time (§9.3)."""

from __future__ import annotations

from . import hooks, media, pricing
from .ids import country_of
from .state import Conversation, Direction, Message, Number, Progress, Reading, Template, User, conversation_key
from .world import World

ORDER = (Progress.SENT, Progress.DELIVERED, Progress.READ, Progress.PLAYED)
RANK = {
    Progress.ACCEPTED: 0,
    Progress.HELD: 0,
    Progress.SENT: 1,
    Progress.DELIVERED: 2,
    Progress.READ: 3,
    Progress.PLAYED: 4,
}
MEDIA_TYPES = frozenset({"image", "video", "audio", "document", "sticker"})


def install(world: World) -> None:
    world.timers.on("outcome", lambda data: begin(world, data[0]))
    world.timers.on("status", lambda data: advance(world, data[0], Progress(data[1])))
    world.timers.on("typing", lambda data: stop_typing(world, data[0], data[1]))
    world.timers.on("expire", lambda data: expire(world, data[0]))


def judge(
    world: World, number: Number, user: User, conversation: Conversation, message: Message, template: Template | None
) -> int:
    """The code with which this message will fail, decided when it was accepted; 0 if it will arrive."""
    knobs = world.knobs
    if not user.is_on_whatsapp:
        return 131026
    if number.id in user.blocks:
        return knobs.blocked_by_user_code
    if user.key in number.blocked:
        return 130403
    if message.group_id is not None:
        return 0
    if template is None and not message.is_window_open and not knobs.ignores_window:
        return 131047
    if template is not None and template.category == "MARKETING":
        code = _judge_marketing(world, number, user, message)
        if code:
            return code
    if user.is_in_experiment:
        return 130472
    if not message.is_window_open and not _fits_tier(world, number, user):
        return knobs.tier_exceeded_code
    account = world.account_of(number)
    if not account.is_payment_ok and not message.is_free_entry and not _is_free_without_payment(world, number, message):
        return 131042
    return 0


def _judge_marketing(world: World, number: Number, user: User, message: Message) -> int:
    if number.account_id in user.stopped_marketing:
        return 131050
    if user.country == "US" and country_of(user.phone) == "US":
        return 131049
    is_capped = user.is_marketing_capped or world.rng.random() < world.knobs.marketing_cap
    return 131049 if is_capped and not message.is_window_open else 0


def _fits_tier(world: World, number: Number, user: User) -> bool:
    """Whether one more unique user outside a window still fits the portfolio's rolling 24 hours."""
    portfolio = world.portfolio_of_number(number)
    if portfolio.tier < 0:
        return True
    since = world.now() - 86400
    if portfolio.reached.get(user.key, 0.0) > since:
        return True
    if len(portfolio.reached) >= portfolio.tier:
        portfolio.reached = {key: at for key, at in portfolio.reached.items() if at > since}
    return len(portfolio.reached) < portfolio.tier


def _is_free_without_payment(world: World, number: Number, message: Message) -> bool:
    account = world.account_of(number)
    if message.category != "service":
        return False
    if not world.charges_replies(account):
        return True
    return world.knobs.free_allowance_without_payment and pricing.has_allowance(world, account, number)


def start(world: World, message: Message, delay_s: float) -> None:
    """Set the outcome going, or keep it while statuses are held back."""
    if world.knobs.hold_statuses:
        message.progress = Progress.HELD
        world.state.held.append(message.id)
    else:
        world.timers.add(world.now() + delay_s, "outcome", message.id)


def release_held(world: World) -> int:
    """Let the statuses that were held back happen now; returns how many messages they belong to."""
    held, world.state.held = world.state.held, []
    now = world.now()
    for message_id in held:
        message = world.messages.get(message_id)
        if message is not None and message.progress is Progress.HELD:
            message.progress = Progress.ACCEPTED
            world.timers.add(now, "outcome", message_id)
    return len(held)


def begin(world: World, message_id: str) -> None:
    """The message leaves the provider, or fails. Links are fetched first; held ones wait for their template."""
    message = world.messages.get(message_id)
    if message is None or message.progress is not Progress.ACCEPTED:
        return
    if message.is_paced:
        return
    if message.error_code:
        fail(world, message, message.error_code)
        return
    if message.type in MEDIA_TYPES and message.direction is Direction.INCOMING:
        code = media.check_sent(world, message)
        if code is None:
            world.spawn(_fetch_and_begin(world, message))
            return
        if code:
            fail(world, message, code)
            return
    advance(world, message.id, Progress.SENT)


async def _fetch_and_begin(world: World, message: Message) -> None:
    if await media.fetch_link(world, message):
        advance(world, message.id, Progress.SENT)
    else:
        fail(world, message, 131053)


def advance(world: World, message_id: str, progress: Progress) -> None:
    """One step, told to the business, and the next one set going."""
    message = world.messages.get(message_id)
    if message is None or message.progress not in RANK or RANK[progress] <= RANK[message.progress]:
        return
    number = world.state.numbers[message.number_id]
    user = world.state.users[message.user_key]
    message.progress = progress
    match progress:
        case Progress.SENT:
            _left(world, number, user, message)
        case Progress.DELIVERED:
            _arrived(world, message)
        case Progress.READ:
            _was_read(world, user, message)
        case Progress.PLAYED:
            hooks.emit_status(world, message, "played")
        case Progress.ACCEPTED | Progress.HELD | Progress.FAILED | Progress.EXPIRED:
            return
    world.touch(message)


def _left(world: World, number: Number, user: User, message: Message) -> None:
    price = _price(world, message) if world.knobs.pricing_on == "sent" and message.type != "reaction" else None
    hooks.emit_status(world, message, "sent", price=price)
    if message.type == "reaction":
        return  # reactions only ever get `sent`
    if user.is_online:
        world.timers.add(world.now() + world.knobs.delivered_delay_s, "status", message.id, Progress.DELIVERED)
    else:
        user.waiting.append(message.id)
        world.timers.add(message.expires_at, "expire", message.id)


def _arrived(world: World, message: Message) -> None:
    user = world.state.users[message.user_key]
    number = world.state.numbers[message.number_id]
    _mark_reached(world, number, user, message)
    is_skipped = world.knobs.skip_delivered > 0 and world.rng.random() < world.knobs.skip_delivered
    reads_alone = user.reading is Reading.AUTO and user.has_receipts and world.knobs.read_delay_s is not None
    if is_skipped and reads_alone:
        world.timers.add(world.now(), "status", message.id, Progress.READ)
        return
    price = _price(world, message) if world.knobs.pricing_on != "read" or not reads_alone else None
    hooks.emit_status(world, message, "delivered", price=price)
    if user.reading is Reading.AUTO and world.knobs.read_delay_s is not None:
        world.timers.add(world.now() + world.knobs.read_delay_s, "status", message.id, Progress.READ)


def _was_read(world: World, user: User, message: Message) -> None:
    number = world.state.numbers[message.number_id]
    _mark_reached(world, number, user, message)
    if user.has_receipts:
        hooks.emit_status(world, message, "read", price=_price(world, message))
        if message.is_voice and user.reading is Reading.AUTO:
            world.timers.add(world.now() + world.knobs.played_delay_s, "status", message.id, Progress.PLAYED)


def _price(world: World, message: Message) -> pricing.Price | None:
    """Pricing travels on exactly one status of a message."""
    if message.is_priced:
        return None
    message.is_priced = True
    number = world.state.numbers[message.number_id]
    return pricing.price_delivery(world, world.account_of(number), number, message)


def _mark_reached(world: World, number: Number, user: User, message: Message) -> None:
    if not message.is_reached:
        message.is_reached = True
        if not message.is_window_open:
            world.portfolio_of_number(number).reached[user.key] = world.now()


def fail(world: World, message: Message, code: int, details: str | None = None) -> None:
    message.progress = Progress.FAILED
    message.error_code = code
    world.touch(message)
    hooks.emit_status(world, message, "failed", error_code=code, details=details)


def expire(world: World, message_id: str) -> None:
    """Nothing delivered by its time to live is dropped without a word."""
    message = world.messages.get(message_id)
    if message is not None and message.progress is Progress.SENT:
        message.progress = Progress.EXPIRED
        user = world.state.users[message.user_key]
        user.waiting = [waiting for waiting in user.waiting if waiting != message_id]
        world.touch(message)


def stop_typing(world: World, number_id: str, user_key: str) -> None:
    conversation = world.state.conversations.get(conversation_key(number_id, user_key))
    if conversation is not None and 0 < conversation.typing_until <= world.now():
        conversation.typing_until = 0.0
        world.touch_conversation(conversation)


def set_online(world: World, user: User, *, is_online: bool) -> None:
    """A phone that comes back receives everything that waited and has not expired."""
    user.is_online = is_online
    if is_online:
        waiting, user.waiting = user.waiting, []
        for message_id in waiting:
            message = world.messages.get(message_id)
            if message is not None and world.now() < message.expires_at:
                world.timers.add(world.now(), "status", message_id, Progress.DELIVERED)


def read_chat(world: World, number: Number, user: User) -> int:
    """The user opens the chat: everything delivered there is read; what was still on its way is read on arrival."""
    count = 0
    for message_id in world.threads.get(f"{number.id}:{user.key}", []):
        message = world.messages[message_id]
        if message.direction is not Direction.INCOMING or message.type == "reaction":
            continue
        if message.progress is Progress.DELIVERED or (message.progress is Progress.SENT and user.is_online):
            advance(world, message_id, Progress.READ)
            count += 1
    return count


def mark_read_by_business(world: World, message: Message) -> None:
    """The business read this message of the customer, and with it everything earlier in the conversation."""
    for message_id in reversed(world.threads.get(conversation_key(message.number_id, message.user_key), [])):
        other = world.messages[message_id]
        if other.direction is not Direction.OUTGOING or other.seq > message.seq:
            continue
        if other.progress is Progress.READ:
            return
        other.progress = Progress.READ
        world.touch(other)


def release_paced(world: World, template: Template, *, is_released: bool) -> int:
    """Pacing ends: the held part goes out, or fails because the template was paused."""
    count = 0
    for message in world.messages.values():
        if message.is_paced and message.template_id == template.id and message.progress is Progress.ACCEPTED:
            message.is_paced = False
            if not is_released:
                message.error_code = 132015
            world.timers.add(world.now(), "outcome", message.id)
            count += 1
    template.is_paced = False
    return count
