"""Everything about the simulator that can be turned: outcomes, delivery, faults, and what the provider leaves open."""

from __future__ import annotations

import random
from enum import StrEnum

import msgspec


class SendFaultKind(StrEnum):
    ACCEPT_500 = "accept_500"
    ACCEPT_RESET = "accept_reset"
    ACCEPT_SILENT = "accept_silent"
    ACCEPT_HALF = "accept_half"
    ACCEPT_HTML = "accept_html"
    ACCEPT_WRONG_TYPE = "accept_wrong_type"
    STATUS_FIRST = "status_first"
    REFUSE_500 = "refuse_500"
    REFUSE_RESET = "refuse_reset"
    REFUSE_HTML = "refuse_html"
    REFUSE_THROTTLED = "refuse_throttled"
    DELAY = "delay"


class SendFault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A misbehaviour of `POST /{number}/messages`.

    It strikes with `probability`, at most `count` times, after letting `skip` matching sends pass, and only where every
    given condition holds.
    """

    kind: SendFaultKind
    probability: float = 1.0
    count: int | None = None
    skip: int = 0
    number_id: str | None = None
    to: str | None = None
    type: str | None = None
    biz_prefix: str | None = None
    delay_s: float = 0.5
    http_status: int | None = None
    code: int | None = None

    def matches(self, *, number_id: str, to: str, kind: str, biz: str) -> bool:
        return (
            (self.number_id is None or self.number_id == number_id)
            and (self.to is None or self.to.lstrip("+") == to.lstrip("+"))
            and (self.type is None or self.type == kind)
            and (self.biz_prefix is None or biz.startswith(self.biz_prefix))
        )

    def strikes(self, rng: random.Random) -> bool:
        """Whether this matching send is hit; counts down what it has used."""
        if self.count == 0 or (self.probability < 1.0 and rng.random() >= self.probability):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.count is not None:
            self.count -= 1
        return True


class HookFaultKind(StrEnum):
    DUPLICATE_POST = "duplicate_post"
    DUPLICATE_UPDATE = "duplicate_update"
    REORDER = "reorder"
    DELAY = "delay"
    DROP_FIRST = "drop_first"
    WRONG_SIGNATURE = "wrong_signature"
    MISSING_SIGNATURE = "missing_signature"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_TYPE = "unknown_type"
    EXTRA_KEYS = "extra_keys"
    BIG_BODY = "big_body"


class HookFault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A misbehaviour of webhook delivery, decided for each POST."""

    kind: HookFaultKind
    probability: float = 1.0
    count: int | None = None
    delay_s: float = 0.5
    size_bytes: int = 3_000_000

    def strikes(self, rng: random.Random) -> bool:
        if self.count == 0 or (self.probability < 1.0 and rng.random() >= self.probability):
            return False
        if self.count is not None:
            self.count -= 1
        return True


class BatchMode(StrEnum):
    SINGLE = "single"
    MESSAGES = "messages"
    CHANGES = "changes"
    ENTRIES = "entries"


class Json(StrEnum):
    ESCAPED = "escaped"
    UTF8 = "utf8"
    SPACED = "spaced"


class Review(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    MANUAL = "manual"
    INSTANT = "instant"


RETRY_LADDER_S = [0.0, 10.0, 60.0, 300.0, 900.0, 3600.0, 7200.0, 14400.0, 28800.0, 43200.0]


class Knobs(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    # answers
    answer_delay_s: float = 0.0
    throughput_http_status: int = 400
    strict_numbers: bool = False
    incoming_uses_throughput: bool = True
    window_errors_are_sync: bool = False
    unknown_users_exist: bool = True
    ignores_window: bool = False
    ignores_pair_limit: bool = False
    management_limits: bool = True
    graph_version: str = "v26.0"
    media_base_url: str | None = None
    # outcomes
    hold_statuses: bool = False
    sent_delay_s: float = 0.05
    delivered_delay_s: float = 0.1
    read_delay_s: float | None = 0.3
    played_delay_s: float = 0.2
    skip_delivered: float = 0.0
    pricing_on: str = "delivered"
    message_ttl_s: float = 30 * 86400.0
    fetches_links: bool = True
    link_timeout_s: float = 10.0
    marketing_cap: float = 0.0
    pacing: bool = False
    old_conversation_object: bool = False
    identity_mismatch_code: int = 137000
    # uncertain, see docs/whatsapp.md §11
    reaction_opens_window: bool = False
    tier_exceeded_code: int = 131048
    free_allowance_without_payment: bool = True
    free_entry_uses_allowance: bool = False
    blocked_by_user_code: int = 131026
    other_portfolio_code: int = 131009
    removed_reaction_has_empty_emoji: bool = False
    template_language_dash: bool = False
    typing_renews: bool = True
    username_field: str = "business_username_updates"
    group_participant_key: str = "recipient_participant_id"
    call_limit_per_day: int = 10
    username_has_at: bool = False
    old_media_without_url: bool = False
    quick_reply_without_context: bool = False
    # templates
    review: Review = Review.APPROVE
    review_delay_s: float = 2.0
    template_limit: int | None = None
    # delivery
    workers: int = 8
    batch_mode: BatchMode = BatchMode.SINGLE
    batch_size: int = 100
    linger_s: float = 0.0
    json: Json = Json.ESCAPED
    post_timeout_s: float = 10.0
    retry_ladder_s: list[float] = msgspec.field(default_factory=lambda: list(RETRY_LADDER_S))
    retry_for_s: float = 7 * 86400.0
    is_delivering: bool = True
    # faults
    send_faults: list[SendFault] = msgspec.field(default_factory=list[SendFault])
    hook_faults: list[HookFault] = msgspec.field(default_factory=list[HookFault])
