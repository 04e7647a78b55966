"""What Meta does to an account: reviews, quality, limits, restrictions, and news about them."""

from __future__ import annotations

import datetime

from . import hooks, outcomes
from .errors import invalid
from .knobs import Review
from .state import Account, Number, Progress, Template
from .wire import JSON, without_none
from .world import World

PAUSES_S = (3 * 3600.0, 6 * 3600.0)
PAUSE_TITLES = ("FIRST_PAUSE", "SECOND_PAUSE")
CATEGORY_NOTICE_S = 86400.0
NAME_BLOCK_S = 30 * 86400.0
TIERS = {250: "TIER_250", 2000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K", -1: "TIER_UNLIMITED"}
TIER_LIMITS = {name: limit for limit, name in TIERS.items()}


def install(world: World) -> None:
    world.timers.on("review", lambda data: _review_due(world, data[0]))
    world.timers.on("unpause", lambda data: _pause_over(world, data[0]))
    world.timers.on("recategorise", lambda data: _category_due(world, data[0], data[1]))


# templates


def submit(world: World, template: Template) -> None:
    """A new or edited template goes to review; the knob says what becomes of it."""
    template.status = "PENDING"
    match world.knobs.review:
        case Review.INSTANT:
            approve(world, template)
        case Review.MANUAL:
            return
        case Review.APPROVE | Review.REJECT:
            world.timers.add(world.now() + world.knobs.review_delay_s, "review", template.id)


def _review_due(world: World, template_id: str) -> None:
    template = world.state.templates.get(template_id)
    if template is None or template.status != "PENDING":
        return
    if world.knobs.review is Review.REJECT:
        reject(world, template, "INVALID_FORMAT")
    else:
        approve(world, template)


def approve(world: World, template: Template) -> None:
    template.status, template.rejected_reason, template.was_approved = "APPROVED", "NONE", True
    hooks.emit_template_status(world, template, "APPROVED")


def reject(world: World, template: Template, reason: str, recommendation: str | None = None) -> None:
    template.status, template.rejected_reason = "REJECTED", reason
    info = {"reason": reason, "recommendation": recommendation} if recommendation is not None else None
    hooks.emit_template_status(world, template, "REJECTED", reason, **without_none(rejection_info=info))


def set_template_quality(world: World, template: Template, quality: str) -> None:
    """RED pauses for 3 hours, then 6; the third time the template is disabled."""
    previous, template.quality, template.quality_at = template.quality, quality, world.now()
    hooks.emit_template(
        world,
        template,
        "message_template_quality_update",
        previous_quality_score=previous,
        new_quality_score=quality,
    )
    if quality == "RED" and template.status == "APPROVED":
        if template.pauses < len(PAUSES_S):
            pause(world, template)
        else:
            disable(world, template)


def pause(world: World, template: Template) -> None:
    position = min(template.pauses, len(PAUSES_S) - 1)
    template.status, template.pauses = "PAUSED", template.pauses + 1
    other = {"title": PAUSE_TITLES[position], "description": "This template was paused because of low quality."}
    hooks.emit_template_status(world, template, "PAUSED", other_info=other)
    world.timers.add(world.now() + PAUSES_S[position], "unpause", template.id)


def pause_pacing(world: World, template: Template) -> int:
    """Bad early feedback: the template stays paused until it is unpaused by API, and its held part fails."""
    template.status = "PAUSED"
    other = {"title": "RATE_LIMITING_PAUSE", "description": "This template was paused while it was paced."}
    hooks.emit_template_status(world, template, "PAUSED", other_info=other)
    return outcomes.release_paced(world, template, is_released=False)


def _pause_over(world: World, template_id: str) -> None:
    template = world.state.templates.get(template_id)
    if template is not None and template.status == "PAUSED":
        unpause(world, template)


def unpause(world: World, template: Template) -> None:
    template.status = "APPROVED"
    other = {"title": "UNPAUSE", "description": "This template may be sent again."}
    hooks.emit_template_status(world, template, "REINSTATED", other_info=other)


def disable(world: World, template: Template) -> None:
    template.status = "DISABLED"
    date = datetime.datetime.fromtimestamp(world.now(), datetime.UTC).strftime("%B %-d, %Y")
    hooks.emit_template_status(
        world,
        template,
        "DISABLED",
        disable_info={"disable_date": date},
        other_info={"title": "DISABLED", "description": "This template was disabled because of low quality."},
    )


def recategorise(world: World, template: Template, category: str, *, is_at_once: bool) -> None:
    """Notice with the correct category, the change 24 hours later – or at once for repeat offenders."""
    template.correct_category = category
    if is_at_once:
        _category_due(world, template.id, category)
        return
    due = world.now() + CATEGORY_NOTICE_S
    hooks.emit_template(
        world,
        template,
        "template_category_update",
        new_category=template.category,
        correct_category=category,
        category_update_timestamp=int(due),
    )
    world.timers.add(due, "recategorise", template.id, category)


def _category_due(world: World, template_id: str, category: str) -> None:
    template = world.state.templates.get(template_id)
    if template is None or template.category == category:
        return
    previous, template.category, template.correct_category = template.category, category, None
    hooks.emit_template(world, template, "template_category_update", previous_category=previous, new_category=category)


def set_template_status(world: World, template: Template, event: str, reason: str | None) -> None:
    """Any other event of a template's life, told as it is."""
    states = {
        "FLAGGED": "FLAGGED",
        "IN_APPEAL": "IN_APPEAL",
        "LOCKED": "LOCKED",
        "LIMIT_EXCEEDED": "LIMIT_EXCEEDED",
        "REINSTATED": "APPROVED",
        "PENDING": "PENDING",
    }
    if event not in states:
        raise invalid(f"{event} is no event of a template")
    template.status = states[event]
    hooks.emit_template_status(world, template, event, reason)


def delete_template(world: World, template: Template) -> None:
    """Its name stays blocked for 30 days if it was approved; with undelivered messages it is only pending deletion."""
    account = world.state.accounts[template.account_id]
    if template.was_approved:
        account.blocked_names[template.name] = world.now() + NAME_BLOCK_S
    is_waiting = any(
        message.template_id == template.id and message.progress in {Progress.ACCEPTED, Progress.HELD, Progress.SENT}
        for message in world.messages.values()
    )
    world.forget_template(template)
    template.status = "PENDING_DELETION" if is_waiting else "DELETED"
    hooks.emit_template_status(world, template, template.status)
    if not is_waiting:
        del world.state.templates[template.id]


# numbers and accounts


def set_quality(world: World, number: Number, quality: str) -> None:
    number.quality = quality
    _emit_number(
        world,
        number,
        "phone_number_quality_update",
        event="FLAGGED" if quality == "RED" else "UNFLAGGED",
        current_limit=tier_name(world.portfolio_of_number(number).tier),
    )


def upgrade_throughput(world: World, number: Number, rate_per_s: int) -> None:
    number.rate_per_s = rate_per_s
    _emit_number(
        world,
        number,
        "phone_number_quality_update",
        event="THROUGHPUT_UPGRADE",
        max_daily_conversations_per_business=tier_name(world.portfolio_of_number(number).tier),
    )


def set_tier(world: World, account: Account, tier: int) -> None:
    world.portfolio_of(account).tier = tier
    for other in world.state.accounts.values():
        if other.portfolio_id == account.portfolio_id:
            value: JSON = {
                "max_daily_conversations_per_business": tier_name(tier),
                "max_phone_numbers_per_business": 20,
            }
            hooks.emit_account(world, other, "business_capability_update", value)


def tier_name(tier: int) -> str:
    return TIERS.get(tier, f"TIER_{tier}")


def decide_name(world: World, number: Number, decision: str, reason: str | None = None) -> None:
    requested = number.requested_name or number.verified_name
    if decision == "APPROVED":
        number.verified_name, number.name_status = requested, "APPROVED"
    number.new_name_status = "NONE" if decision == "APPROVED" else decision
    _emit_number(
        world,
        number,
        "phone_number_name_update",
        decision=decision,
        requested_verified_name=requested,
        rejection_reason=reason,
    )


def _emit_number(world: World, number: Number, field: str, **values: object) -> None:
    value: JSON = {"display_phone_number": number.phone, **values}
    hooks.emit_account(world, world.account_of(number), field, value, number)


def emit_number(world: World, number: Number, field: str, value: JSON) -> None:
    _emit_number(world, number, field, **value)


def restrict(world: World, account: Account, kinds: list[str], expires_at: int | None) -> None:
    account.restrictions = set(kinds)
    info = [without_none(restriction_type=kind, expiration=expires_at) for kind in kinds]
    hooks.emit_account(world, account, "account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": info})


def violate(world: World, account: Account, kind: str) -> None:
    value: JSON = {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": kind}}
    hooks.emit_account(world, account, "account_update", value)


def ban(world: World, account: Account, state: str) -> None:
    """SCHEDULE_FOR_DISABLE, DISABLE or REINSTATE; a disabled account's numbers are locked (131031)."""
    account.ban_state = None if state == "REINSTATE" else state
    for number in world.numbers_of(account):
        number.lock_code = 131031 if state == "DISABLE" else None
        number.status = "BANNED" if state == "DISABLE" else "CONNECTED"
    date = datetime.datetime.fromtimestamp(world.now(), datetime.UTC).strftime("%B %-d, %Y")
    value: JSON = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state, "waba_ban_date": date}}
    hooks.emit_account(world, account, "account_update", value)


def tell_archived(world: World, template: Template) -> None:
    hooks.emit_template_status(world, template, "ARCHIVED" if template.is_archived else "UNARCHIVED")
