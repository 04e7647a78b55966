"""What the webhooks say about the account, its numbers and its templates → sentences and facts for an admin.

Fields of whatsapp.md §2.6. Facts go into the channel's health under stable names; a sentence says what happened and, if
somebody must act, where. Words that Meta adds later are shown as they came.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from threadline.channels.contract import ChannelNotice, Inbound, TemplateChange
from threadline.channels.types.whatsapp.contents import details_of
from threadline.channels.types.whatsapp.errors import meaning_of
from threadline.channels.types.whatsapp.scalars import Loose, text_of, time_of
from threadline.channels.types.whatsapp.wire import AccountValue, ErrorEntry

Severity = Literal["info", "warning", "critical"]


def read_account_change(field: str, value: AccountValue, *, account: str, time: Loose) -> Inbound:
    """The notice of one account-level change; `field` is one of ACCOUNT_FIELDS."""
    return ACCOUNT_FIELDS[field](value, account, time_of(time))


def read_error(error: ErrorEntry) -> ChannelNotice:
    """An error that belongs to no message: the number itself is in trouble."""
    code = text_of(error.code)
    facts = {"error_code": code, "error_title": text_of(error.title) or text_of(error.message)}
    if details := details_of(error):
        facts["error_details"] = details
    return ChannelNotice(kind="error", severity="warning", text=meaning_of(code).text, facts=facts)


# --- Templates ---------------------------------------------------------------------------------------------------


def _template_status(value: AccountValue, account: str, at: datetime | None) -> TemplateChange:
    event = text_of(value.event)
    reason = _reason(value)
    return _template(
        value,
        account,
        at,
        status="APPROVED" if event in ("REINSTATED", "UNARCHIVED") else event,
        category=text_of(value.message_template_category),
        reason=reason,
    )


def _reason(value: AccountValue) -> str:
    """Why, in Meta's words: a rejection's reason and advice, a pause's title and description."""
    words = [text_of(value.reason)]
    if value.rejection_info is not None:
        words += [text_of(value.rejection_info.reason), text_of(value.rejection_info.recommendation)]
    if value.other_info is not None:
        words += [text_of(value.other_info.title), text_of(value.other_info.description)]
    if value.disable_info is not None:
        words.append(f"will be disabled on {_ending(value.disable_info.disable_date)}")
    return ": ".join(word for word in words if word and word != "NONE")


def _template_quality(value: AccountValue, account: str, at: datetime | None) -> TemplateChange:
    return _template(value, account, at, quality=text_of(value.new_quality_score))


def _template_category(value: AccountValue, account: str, at: datetime | None) -> TemplateChange:
    """An announcement names `correct_category`, to which the template will be moved; the move itself does not."""
    coming = text_of(value.correct_category)
    reason = f"will be moved to {coming}" if coming else ""
    return _template(value, account, at, category=text_of(value.new_category), reason=reason)


def _template_detection(value: AccountValue, account: str, at: datetime | None) -> TemplateChange:
    reason = f"Meta considers it {text_of(value.correct_category)}" if value.correct_category else ""
    return _template(value, account, at, category=text_of(value.category), reason=reason)


def _template_components(value: AccountValue, account: str, at: datetime | None) -> TemplateChange:
    """Its text changed: the list of templates must be read again, which an empty change says."""
    return _template(value, account, at)


def _template(
    value: AccountValue,
    account: str,
    at: datetime | None,
    *,
    status: str = "",
    category: str = "",
    quality: str = "",
    reason: str = "",
) -> TemplateChange:
    return TemplateChange(
        account=account,
        template_id=text_of(value.message_template_id),
        name=text_of(value.message_template_name),
        language=text_of(value.message_template_language).replace("-", "_"),
        status=status,
        category=category,
        quality=quality,
        reason=reason,
        at=at,
    )


# --- Account -----------------------------------------------------------------------------------------------------


def _account(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    event = text_of(value.event)
    match event:
        case "ACCOUNT_VIOLATION":
            return _violation(value, at)
        case "ACCOUNT_RESTRICTION":
            return _restriction(value, at)
        case "DISABLED_UPDATE":
            return _ban(value, at)
        case "VOLUME_BASED_PRICING_TIER_UPDATE":
            return _volume_tier(value, at)
        case "PARTNER_REMOVED":
            return _partner_removed(value, at)
        case "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE":
            country = text_of(value.country)
            text = f"Meta now lists {country} as the country of the business."
            return ChannelNotice(kind="account_country", text=text, facts={"country": country}, at=at)
        case _:
            severity, stops, text = _ACCOUNT_EVENTS.get(event, ("info", False, ""))
            return ChannelNotice(
                kind=event.lower() or "account_update",
                severity=severity,
                text=text or f"Meta reports a change of the account: {_words(event) or 'unnamed'}.",
                facts={"account_event": event},
                at=at,
                stops_sending=stops,
            )


_ACCOUNT_EVENTS: Final[dict[str, tuple[Severity, bool, str]]] = {
    "ACCOUNT_DELETED": ("critical", True, "The WhatsApp account was deleted. Connect another one to go on."),
    "ACCOUNT_OFFBOARDED": (
        "critical",
        True,
        "The number was taken off the Cloud API. Connect it again in the WhatsApp Business app to go on.",
    ),
    "ACCOUNT_RECONNECTED": ("info", False, "The number is connected to the Cloud API again."),
    "PARTNER_APP_UNINSTALLED": (
        "critical",
        True,
        "Our app was removed from the account. Give it access again in Meta's business settings.",
    ),
    "PARTNER_ADDED": ("info", False, "An app was given access to the account."),
    "PARTNER_APP_INSTALLED": ("info", False, "Our app was added to the account."),
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": ("info", False, "Meta checked the business again."),
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": (
        "info",
        False,
        "The international price for authentication messages will apply to this account.",
    ),
    "MM_LITE_TERMS_SIGNED": ("info", False, "The terms of the Marketing Messages API were accepted."),
    "AD_ACCOUNT_LINKED": ("info", False, "An advertising account was linked."),
}


def _violation(value: AccountValue, at: datetime | None) -> ChannelNotice:
    kind = text_of(value.violation_info.violation_type) if value.violation_info else ""
    return ChannelNotice(
        kind="account_violation",
        severity="critical",
        text=f"Meta found a breach of its policy: {_words(kind) or 'not named'}. Open Business Support Home.",
        facts={"violation": kind},
        at=at,
    )


def _restriction(value: AccountValue, at: datetime | None) -> ChannelNotice:
    restrictions = value.restriction_info or []
    kinds = [text_of(restriction.restriction_type) for restriction in restrictions]
    ends = [ending for restriction in restrictions if (ending := _ending(restriction.expiration))]
    text = "Meta restricts the account: " + (
        "; ".join(_RESTRICTIONS.get(kind, _words(kind)) for kind in kinds) or "no details given"
    )
    if ends:
        text += f". Until {max(ends)}"
    facts = {"restrictions": ",".join(kinds)}
    if ends:
        facts["restricted_until"] = max(ends)
    stops = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" in kinds
    return ChannelNotice(
        kind="account_restriction", severity="critical", text=text + ".", facts=facts, at=at, stops_sending=stops
    )


def _ending(expiration: Loose) -> str:
    ends_at = time_of(expiration)
    return ends_at.strftime("%Y-%m-%d %H:%M UTC") if ends_at else text_of(expiration)


_RESTRICTIONS: Final[dict[str, str]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": "you may answer customers but not write first",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": "you may not even answer customers",
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": "no numbers may be added",
    "RESTRICTED_UTILITY_TEMPLATES": "no utility templates may be sent",
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": "no utility messages may be sent without a template",
}


def _ban(value: AccountValue, at: datetime | None) -> ChannelNotice:
    state = text_of(value.ban_info.waba_ban_state) if value.ban_info else ""
    date = text_of(value.ban_info.waba_ban_date) if value.ban_info else ""
    severity, stops, text = _BANS.get(state, ("critical", False, "Meta changed the ban of the account."))
    facts = {"ban_state": state}
    if date:
        facts["ban_date"] = date
        text = text.removesuffix(".") + f" ({date})."
    return ChannelNotice(kind="account_ban", severity=severity, text=text, facts=facts, at=at, stops_sending=stops)


_BANS: Final[dict[str, tuple[Severity, bool, str]]] = {
    "SCHEDULE_FOR_DISABLE": (
        "critical",
        False,
        "Meta will disable the account. Appeal in Business Support Home before that day.",
    ),
    "DISABLE": ("critical", True, "Meta disabled the account. Appeal in Business Support Home."),
    "REINSTATE": ("info", False, "Meta lifted the ban of the account."),
}


def _volume_tier(value: AccountValue, at: datetime | None) -> ChannelNotice:
    info = value.volume_tier_info
    facts: dict[str, str] = {}
    if info is not None:
        facts = {
            "volume_tier": text_of(info.tier),
            "volume_tier_category": text_of(info.pricing_category),
            "volume_tier_region": text_of(info.region),
            "volume_tier_month": text_of(info.effective_month),
        }
    text = "A new volume price tier applies to this account's messages."
    return ChannelNotice(kind="volume_tier", text=text, facts=facts, at=at)


def _partner_removed(value: AccountValue, at: datetime | None) -> ChannelNotice:
    info = value.disconnection_info
    facts = {"account_event": "PARTNER_REMOVED"}
    if info is not None:
        facts["disconnection_reason"] = text_of(info.reason)
        facts["disconnected_by"] = text_of(info.initiated_by)
    return ChannelNotice(
        kind="partner_removed",
        severity="critical",
        text="The account no longer shares this number with our app. Connect it again to go on.",
        facts=facts,
        at=at,
        stops_sending=True,
    )


def _alert(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    info = value.alert_info
    kind = text_of(info.alert_type) if info else ""
    severity = _ALERT_SEVERITIES.get(text_of(info.alert_severity) if info else "", "info")
    text = _ALERTS.get(kind) or (text_of(info.alert_description) if info else "")
    return ChannelNotice(
        kind="account_alert",
        severity=severity,
        text=text or f"Meta sends an alert: {_words(kind) or 'without details'}.",
        facts={"alert": kind, "alert_status": text_of(info.alert_status) if info else ""},
        at=at,
    )


_ALERT_SEVERITIES: Final[dict[str, Severity]] = {
    "CRITICAL": "critical",
    "WARNING": "warning",
    "INFORMATIONAL": "info",
}
_ALERTS: Final[dict[str, str]] = {
    "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED": "Meta has put off raising the messaging limit; it decides later.",
    "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED": "Meta does not raise the messaging limit for now.",
    "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO": (
        "Meta needs more information before it raises the messaging limit. Open Business Support Home."
    ),
    "OBA_APPROVED": "The number is now an official business account.",
    "OBA_REJECTED": "Meta did not make the number an official business account; ask again after 30 days.",
    "PROFILE_PICTURE_LOST": "The profile picture of the number was lost. Upload it again.",
}


def _review(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    decision = text_of(value.decision)
    severity, text = _REVIEWS.get(decision, ("info", f"Meta's review of the account: {_words(decision) or 'unnamed'}."))
    return ChannelNotice(
        kind="account_review", severity=severity, text=text, facts={"account_review": decision.lower()}, at=at
    )


_REVIEWS: Final[dict[str, tuple[Severity, str]]] = {
    "APPROVED": ("info", "Meta approved the account."),
    "REJECTED": ("critical", "Meta rejected the account. Ask for another review in Business Support Home."),
    "PENDING": ("info", "Meta is reviewing the account."),
    "DEFERRED": ("warning", "Meta has put off the review of the account."),
}


def _settings(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    return ChannelNotice(kind="account_settings", text="Settings of the account or its number were changed.", at=at)


def _capability(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    facts = {"messaging_limit": _limit(value.max_daily_conversations_per_business)}
    numbers = text_of(value.max_phone_numbers_per_business) or text_of(value.max_phone_numbers_per_waba)
    if numbers:
        facts["number_limit"] = numbers
    text = f"You may now write first to {_people(facts['messaging_limit'])} a day."
    return ChannelNotice(kind="capability", text=text, facts=facts, at=at)


# --- Numbers -----------------------------------------------------------------------------------------------------


def _number_quality(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    event = text_of(value.event)
    limit = _limit(value.max_daily_conversations_per_business or value.current_limit)
    facts = {"display_phone_number": text_of(value.display_phone_number), "number_event": event.lower()}
    if limit:
        facts["messaging_limit"] = limit
    severity, text = _NUMBER_EVENTS.get(event, ("info", f"Meta reports of the number: {_words(event) or 'a change'}."))
    if limit:
        text += f" It may write first to {_people(limit)} a day."
    return ChannelNotice(kind="number_quality", severity=severity, text=text, facts=facts, at=at)


_NUMBER_EVENTS: Final[dict[str, tuple[Severity, str]]] = {
    "ONBOARDING": ("info", "The number is ready to send."),
    "THROUGHPUT_UPGRADE": ("info", "The number may now send up to 1,000 messages a second."),
    "FLAGGED": ("warning", "The quality of the number is low: customers block or report it."),
    "UNFLAGGED": ("info", "The quality of the number has recovered."),
    "UPGRADE": ("info", "The messaging limit was raised."),
    "DOWNGRADE": ("warning", "The messaging limit was lowered."),
}


def _limit(value: Loose) -> str:
    """The number of people a day as digits, `unlimited`, or "": Meta writes `2000`, `-1` and `TIER_2K`."""
    text = text_of(value).removeprefix("TIER_")
    if text in ("-1", "UNLIMITED"):
        return "unlimited"
    return text[:-1] + "000" if text.endswith("K") and text[:-1].isdigit() else text


def _people(limit: str) -> str:
    if limit.isascii() and limit.isdigit():
        return f"{int(limit[:12]):,} people"
    return "any number of people" if limit == "unlimited" else "a number of people that Meta did not name"


def _number_name(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    decision = text_of(value.decision)
    name = text_of(value.requested_verified_name)
    severity, text = _NAME_DECISIONS.get(decision, ("info", "Meta's review of the display name goes on."))
    facts = {
        "display_phone_number": text_of(value.display_phone_number),
        "display_name": name,
        "display_name_status": decision.lower(),
    }
    if value.rejection_reason and value.rejection_reason != "NONE":
        facts["display_name_reason"] = text_of(value.rejection_reason)
        text += f" Reason: {_words(text_of(value.rejection_reason))}."
    return ChannelNotice(kind="number_name", severity=severity, text=text, facts=facts, at=at)


_NAME_DECISIONS: Final[dict[str, tuple[Severity, str]]] = {
    "APPROVED": ("info", "Meta approved the display name."),
    "REJECTED": ("warning", "Meta rejected the display name. Choose another in WhatsApp Manager."),
    "DEFERRED": ("warning", "Meta has put off deciding on the display name."),
}


def _security(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    event = text_of(value.event)
    severity, text = _SECURITY_EVENTS.get(
        event, ("warning", f"Meta reports a security event of the number: {_words(event) or 'unnamed'}.")
    )
    facts = {"display_phone_number": text_of(value.display_phone_number), "security_event": event.lower()}
    if value.requester:
        facts["requester"] = text_of(value.requester)
    return ChannelNotice(kind="security", severity=severity, text=text, facts=facts, at=at)


_SECURITY_EVENTS: Final[dict[str, tuple[Severity, str]]] = {
    "PIN_CHANGED": ("warning", "The two-step PIN of the number was changed. If it was none of you, change it back."),
    "PIN_RESET_REQUEST": (
        "warning",
        "Somebody asked to switch off two-step verification of the number. If it was none of you, cancel it.",
    ),
    "PIN_REQUEST_SUCCESS": ("warning", "Two-step verification of the number was switched off. Set a new PIN."),
}


def _username(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    status, username = text_of(value.status), text_of(value.username)
    text = _USERNAMES.get(status, "The username of the number changed.")
    facts = {
        "display_phone_number": text_of(value.display_phone_number),
        "username": "" if status == "deleted" else username,
        "username_status": status,
    }
    return ChannelNotice(kind="username", text=text, facts=facts, at=at)


_USERNAMES: Final[dict[str, str]] = {
    "approved": "The number's username is in use.",
    "reserved": "The number's username is reserved.",
    "deleted": "The number no longer has a username.",
}


def _payment_configuration(value: AccountValue, account: str, at: datetime | None) -> ChannelNotice:
    facts = {
        "payment_configuration": text_of(value.configuration_name),
        "payment_provider": text_of(value.provider_name),
        "payment_status": text_of(value.status),
    }
    text = "The way to take payments inside WhatsApp was changed."
    return ChannelNotice(kind="payment_configuration", text=text, facts=facts, at=at)


def _words(constant: str) -> str:
    """`SOME_CONSTANT` as words."""
    return constant.replace("_", " ").lower()


ACCOUNT_FIELDS: Final[dict[str, Callable[[AccountValue, str, datetime | None], TemplateChange | ChannelNotice]]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "message_template_components_update": _template_components,
    "template_category_update": _template_category,
    "template_correct_category_detection": _template_detection,
    "account_update": _account,
    "account_alerts": _alert,
    "account_review_update": _review,
    "account_settings_update": _settings,
    "business_capability_update": _capability,
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _number_name,
    "security": _security,
    "business_username_updates": _username,
    "business_username_update": _username,
    "payment_configuration_update": _payment_configuration,
}
