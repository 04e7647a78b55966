"""What a delivered message costs and how the webhook says so (whatsapp.md §6); the clock's date decides the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from .state import Account, Conversation, Message, Number
from .wire import JSON

if TYPE_CHECKING:
    from .world import World

FREE_SERVICE_PER_MONTH = 1000
FREE_ENTRY_S = 72 * 3600.0

RATES: dict[str, tuple[float, float]] = {
    "BR": (0.0625, 0.0068), "MX": (0.0397, 0.0085), "CO": (0.0125, 0.0008), "CL": (0.0889, 0.0200),
    "PE": (0.0703, 0.0300), "AR": (0.0618, 0.0260), "PK": (0.0473, 0.0150), "ZA": (0.0379, 0.0095),
}  # fmt: skip
"""Country → (marketing, utility = authentication = service) in USD: examples of the October 2026 card."""
OTHER_RATE = (0.0604, 0.0077)


class Price(msgspec.Struct, frozen=True):
    type: str
    category: str

    @property
    def is_billable(self) -> bool:
        return self.type == "regular"

    def as_json(self) -> JSON:
        return {
            "billable": self.is_billable, "pricing_model": "PMP", "type": self.type, "category": self.category,
        }  # fmt: skip


def price_delivery(world: World, account: Account, number: Number, message: Message) -> Price:
    """The price of this delivery, counted: the free allowance advances and the volume is booked for analytics."""
    price = _judge(world, account, number, message)
    user = world.state.users[message.user_key]
    key = f"{account.id}|{world.day_of(account)}|{user.country}|{price.type}|{price.category}|{number.phone}"
    world.state.pricing[key] = world.state.pricing.get(key, 0) + 1
    return price


def _judge(world: World, account: Account, number: Number, message: Message) -> Price:
    group = "group_" if message.group_id is not None else ""
    if message.is_free_entry:
        if message.category == "service" and world.knobs.free_entry_uses_allowance:
            _use_allowance(world, account, number)
        return Price("free_entry_point", "referral_conversion")
    if message.category == "service":
        is_free = not world.charges_replies(account) or _use_allowance(world, account, number)
        return Price(("free_group_customer_service" if group else "free_customer_service") if is_free else "regular",
                     f"{group}service")  # fmt: skip
    if message.category == "utility" and message.is_window_open and not world.charges_replies(account):
        return Price("free_group_customer_service" if group else "free_customer_service", f"{group}utility")
    if message.is_lite:
        return Price("regular", "marketing_lite")
    return Price("regular", f"{group}{message.category}")


def _use_allowance(world: World, account: Account, number: Number) -> bool:
    """One of the number's free service messages of this calendar month; False when the thousand are used up."""
    month = world.month_of(account)
    used = number.service_deliveries.get(month, 0)
    number.service_deliveries[month] = used + 1
    return used < FREE_SERVICE_PER_MONTH


def has_allowance(world: World, account: Account, number: Number) -> bool:
    return number.service_deliveries.get(world.month_of(account), 0) < FREE_SERVICE_PER_MONTH


def open_free_entry(world: World, conversation: Conversation) -> None:
    """The first answer within 24 h after an ad's click starts 72 free hours."""
    now = world.now()
    if conversation.referral_at is not None and now - conversation.referral_at < 86400:
        conversation.free_entry_until = now + FREE_ENTRY_S
    conversation.referral_at = None


def is_in_free_entry(world: World, conversation: Conversation) -> bool:
    return conversation.free_entry_until is not None and world.now() < conversation.free_entry_until


def analytics(world: World, account: Account, start: int, end: int, dimensions: list[str], phones: list[str]) -> JSON:
    """`pricing_analytics`: booked volume and its estimated cost per day and asked dimension."""
    points: dict[tuple[str, ...], JSON] = {}
    for key, volume in sorted(world.state.pricing.items()):
        account_id, day, country, kind, category, phone = key.split("|")
        day_start = world.day_start(account, day)
        if account_id != account.id or not start <= day_start < end or (phones and phone not in phones):
            continue
        values = {
            "COUNTRY": ("country", country), "PRICING_TYPE": ("pricing_type", kind.upper()),
            "PRICING_CATEGORY": ("pricing_category", category.upper()), "PHONE": ("phone_number", phone),
        }  # fmt: skip
        shown = dict(values[name] for name in dimensions if name in values)
        point = points.setdefault(
            (day, *shown.values()),
            {"start": day_start, "end": day_start + 86400, **shown, "volume": 0, "cost": 0.0},
        )
        point["volume"] += volume
        point["cost"] = round(point["cost"] + volume * _rate(country, kind, category), 6)
    return {"data": [{"data_points": list(points.values())}]}


def _rate(country: str, kind: str, category: str) -> float:
    if kind != "regular":
        return 0.0
    marketing, other = RATES.get(country, OTHER_RATE)
    return marketing if "marketing" in category else other
