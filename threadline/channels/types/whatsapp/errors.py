"""The Cloud API's error codes as data: may it go again, who must act, what does a person read (docs/whatsapp.md §7).

Decided by `code`, never by title or HTTP status. `Retry.UNKNOWN` marks codes under which Meta may have accepted the
message all the same; under all others it is proved that it was not sent. The same codes come in answers and in
statuses; a `failed` status is proof by itself, so there UNKNOWN becomes YES.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import msgspec

from threadline.channels.contract import Alarm, FailureMeaning, HttpAnswer, Retry, SendError
from threadline.channels.types.whatsapp.scalars import Loose, text_of

LONGEST_WAIT_S = 3600.0

_TOKEN = FailureMeaning(
    Retry.LATER,
    Alarm.STOP,
    "WhatsApp no longer accepts the access token. An admin must enter a new one in Settings.",
    reason="whatsapp_token",
)
_PERMISSION = FailureMeaning(
    Retry.LATER,
    Alarm.STOP,
    "The access token may not send for this number. An admin must give it the messaging permission.",
    reason="whatsapp_permission",
)
_NUMBER_GONE = FailureMeaning(
    Retry.LATER,
    Alarm.STOP,
    "WhatsApp does not know this number any more. An admin must check the phone number ID.",
    reason="whatsapp_number_gone",
)
_BUSY = FailureMeaning(
    Retry.UNKNOWN, Alarm.NONE, "WhatsApp had a fault, and it is not certain that this was sent.", reason="whatsapp_busy"
)
_TOO_FAST = FailureMeaning(
    Retry.CHANNEL,
    Alarm.NONE,
    "This number sends faster than WhatsApp allows; it slows down.",
    reason="whatsapp_too_fast",
)
_CALL_RATE = FailureMeaning(
    Retry.CHANNEL, Alarm.NONE, "The app asks WhatsApp too much at present; it slows down.", reason="whatsapp_call_rate"
)
_OUR_FAULT = FailureMeaning(
    Retry.NO,
    Alarm.ADMIN,
    "WhatsApp did not understand this message. Please tell an admin; sending again will not help.",
    reason="whatsapp_not_understood",
)
_ACCOUNT_LOCKED = FailureMeaning(
    Retry.LATER,
    Alarm.STOP,
    "WhatsApp has locked this account. An admin must open Business Support Home.",
    reason="whatsapp_account_locked",
)
_PAYMENT = FailureMeaning(
    Retry.LATER,
    Alarm.ADMIN,
    "WhatsApp could not charge the business. An admin must mend the payment method at Meta.",
    reason="whatsapp_payment",
)
_REGISTER = FailureMeaning(
    Retry.LATER,
    Alarm.STOP,
    "The number is not registered with WhatsApp. An admin must register it.",
    reason="whatsapp_not_registered",
)
_MAINTENANCE = FailureMeaning(
    Retry.CHANNEL,
    Alarm.NONE,
    "WhatsApp is working on this number; it goes on in a minute.",
    reason="whatsapp_maintenance",
)
_TEMPLATE_VALUES = FailureMeaning(
    Retry.NO,
    Alarm.NONE,
    "The values do not fit the template. Choose the template again and fill every field.",
    reason="whatsapp_template_values",
)
_TEMPLATE_FORM = FailureMeaning(
    Retry.NO,
    Alarm.NONE,
    "The template does not follow WhatsApp's rules; change its text.",
    reason="whatsapp_template_form",
)
_FLOW = FailureMeaning(
    Retry.NO,
    Alarm.ADMIN,
    "WhatsApp refuses the form in this message. An admin must mend the form.",
    reason="whatsapp_form",
)
_MARKETING_ONLY = FailureMeaning(
    Retry.NO,
    Alarm.ADMIN,
    "This way of sending takes marketing templates only. Please tell an admin.",
    reason="whatsapp_marketing_only",
)
_GROUP = FailureMeaning(Retry.NO, Alarm.NONE, "WhatsApp refused the group request.", reason="whatsapp_group")
_CALL = FailureMeaning(Retry.NO, Alarm.NONE, "WhatsApp refused the call.", reason="whatsapp_call")
_FORM_ADMIN = FailureMeaning(
    Retry.NO, Alarm.NONE, "WhatsApp refused the change of the form.", reason="whatsapp_form_change"
)
_BLOCK_LIST = FailureMeaning(
    Retry.NO, Alarm.NONE, "WhatsApp could not change the list of blocked people.", reason="whatsapp_block_list"
)
_USERNAME = FailureMeaning(Retry.NO, Alarm.NONE, "WhatsApp does not accept this username.", reason="whatsapp_username")
_PIN = FailureMeaning(
    Retry.LATER,
    Alarm.ADMIN,
    "The two-step PIN was wrong or tried too often. Ask the number's owner.",
    reason="whatsapp_pin",
)
_SYNC = FailureMeaning(
    Retry.NO, Alarm.ADMIN, "Earlier messages can no longer be taken over from the app.", reason="whatsapp_history"
)

UNKNOWN_CODE = FailureMeaning(
    Retry.NO,
    Alarm.ADMIN,
    "WhatsApp refused this message for a reason that it did not explain.",
    reason="whatsapp_unexplained",
)


def _table(*rows: tuple[Iterable[int], FailureMeaning]) -> Mapping[int, FailureMeaning]:
    return MappingProxyType({code: meaning for codes, meaning in rows for code in codes})


MEANINGS: Final = _table(
    ((0, 190), _TOKEN),
    ((10, *range(200, 300), 131005), _PERMISSION),
    (
        (3,),
        FailureMeaning(
            Retry.LATER,
            Alarm.STOP,
            "The Meta app may not send messages. An admin must add WhatsApp to the app.",
            reason="whatsapp_app",
        ),
    ),
    ((1, 2, 131000, 131016), _BUSY),
    ((4, 80007, 613), _CALL_RATE),
    ((33,), _NUMBER_GONE),
    ((100, 131008, 131009, 131051, 135000), _OUR_FAULT),
    (
        (368,),
        FailureMeaning(
            Retry.LATER,
            Alarm.STOP,
            "WhatsApp has blocked this number for a breach of policy. An admin must open Business Support Home.",
            reason="whatsapp_policy",
        ),
    ),
    (
        (130403,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "This customer is blocked. Unblock them to write to them.",
            reason="whatsapp_customer_blocked",
        ),
    ),
    ((130429,), _TOO_FAST),
    (
        (130472,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "WhatsApp left this customer out of marketing messages for a trial of its own.",
            reason="whatsapp_experiment",
        ),
    ),
    (
        (130497,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "This business may not write to customers in this country on WhatsApp.",
            reason="whatsapp_country",
        ),
    ),
    (
        (131021,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "This is the desk's own number: it cannot write to itself.",
            reason="whatsapp_own_number",
        ),
    ),
    (
        (131026,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "WhatsApp could not deliver this: the number may have no WhatsApp, or only an old version of it.",
            is_unreachable=True,
            reason="whatsapp_unreachable",
        ),
    ),
    (
        (131030,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "A test number reaches only listed phones. An admin must add this one in the app's API set-up.",
            reason="whatsapp_test_number",
        ),
    ),
    ((131031,), _ACCOUNT_LOCKED),
    (
        (131037,),
        FailureMeaning(
            Retry.LATER,
            Alarm.STOP,
            "Meta has not approved the number's display name yet. It can send after that.",
            reason="whatsapp_display_name",
        ),
    ),
    ((131042, 131044), _PAYMENT),
    (
        (131045,),
        FailureMeaning(
            Retry.LATER,
            Alarm.STOP,
            "The number's registration is damaged. An admin must register it again.",
            reason="whatsapp_registration_damaged",
        ),
    ),
    (
        (131047,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "More than 24 hours have passed since the customer wrote. Send an approved template instead.",
            help="template",
            closes_window=True,
            reason="whatsapp_window",
        ),
    ),
    (
        (131048,),
        FailureMeaning(
            Retry.LATER,
            Alarm.ADMIN,
            "WhatsApp holds this number back because customers reported or blocked it. Pause proactive messages.",
            reason="whatsapp_held_back",
        ),
    ),
    (
        (131049,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "The customer has had enough marketing messages for now. Wait at least a day before the next.",
            reason="whatsapp_enough_marketing",
        ),
    ),
    (
        (131050,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "The customer has stopped marketing messages from this business.",
            withdraws_marketing=True,
            reason="whatsapp_marketing_stopped",
        ),
    ),
    (
        (131052,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "WhatsApp could not hand over the customer's file. Ask them to send it again.",
            reason="whatsapp_file_lost",
        ),
    ),
    (
        (131053,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "WhatsApp could not take the file. Send it again, or in another format.",
            help="resend",
            spoils_upload=True,
            reason="whatsapp_file_refused",
        ),
    ),
    ((131055, 134100), _MARKETING_ONLY),
    (
        (131056,),
        FailureMeaning(
            Retry.PAIR,
            Alarm.NONE,
            "Too many messages to this customer in a short time; it goes on by itself.",
            reason="whatsapp_pair_rate",
        ),
    ),
    ((131057, 2494100), _MAINTENANCE),
    (
        (131060,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "WhatsApp cannot show this message here; see it in the app.",
            reason="whatsapp_unavailable",
        ),
    ),
    (
        (131061,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "This template has a maximum price and goes out as a marketing message only. Choose another.",
            reason="whatsapp_maximum_price",
        ),
    ),
    (
        (131062,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "A code can only go to a phone number, and this customer hides theirs. Ask for the number first.",
            reason="whatsapp_code_needs_number",
        ),
    ),
    (
        (131063,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "Marketing templates are switched off for this account at Meta.",
            reason="whatsapp_marketing_off",
        ),
    ),
    (
        (131064,),
        FailureMeaning(
            Retry.LATER,
            Alarm.ADMIN,
            "Meta limits this account because templates were in the wrong category. An admin must review them.",
            reason="whatsapp_wrong_category",
        ),
    ),
    ((132000, 132008, 132012, 132018), _TEMPLATE_VALUES),
    (
        (132001,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "This template is not approved in this language. Choose another, or ask an admin to read the list again.",
            help="template",
            reason="whatsapp_template_unknown",
        ),
    ),
    (
        (132005,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "The template is too long with these values. Shorten them.",
            reason="whatsapp_template_too_long",
        ),
    ),
    (
        (132007,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "The template breaks WhatsApp's content policy. Choose another.",
            help="template",
            reason="whatsapp_template_policy",
        ),
    ),
    (
        (132015,),
        FailureMeaning(
            Retry.LATER,
            Alarm.ADMIN,
            "Meta has paused this template because of its quality. Choose another or wait.",
            help="template",
            reason="whatsapp_template_paused",
        ),
    ),
    (
        (132016,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "Meta has switched this template off for good. Choose another.",
            help="template",
            reason="whatsapp_template_off",
        ),
    ),
    ((132068,), _FLOW),
    ((132069,), replace(_FLOW, retry=Retry.LATER)),
    ((133000, 133004), replace(_REGISTER, alarm=Alarm.ADMIN)),
    ((133005, 133008, 133009), _PIN),
    ((133006, 133010, 136024), _REGISTER),
    (
        (133015, 133016),
        FailureMeaning(
            Retry.LATER,
            Alarm.STOP,
            "The number was registered or removed too often. It can be registered again after three days.",
            reason="whatsapp_registered_too_often",
        ),
    ),
    (
        (134011,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "The terms for payments are not accepted yet. An admin must accept them.",
            reason="whatsapp_payment_terms",
        ),
    ),
    (
        (134101,),
        FailureMeaning(
            Retry.LATER,
            Alarm.NONE,
            "Meta is still preparing this template; it takes about ten minutes.",
            reason="whatsapp_template_preparing",
        ),
    ),
    (
        (134102,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "This account may not use the Marketing Messages API for the template.",
            reason="whatsapp_marketing_api",
        ),
    ),
    (
        (137000,),
        FailureMeaning(
            Retry.NO,
            Alarm.NONE,
            "The customer's WhatsApp identity has changed. Make sure whom you are writing to.",
            reason="whatsapp_identity_changed",
        ),
    ),
    (range(138000, 138019), _CALL),
    (range(139000, 139005), _FORM_ADMIN),
    (range(139100, 139104), _BLOCK_LIST),
    ((131020, 131041, 131059, *range(131201, 131216)), _GROUP),
    (range(147001, 147006), _USERNAME),
    (
        (2388019,),
        FailureMeaning(
            Retry.NO,
            Alarm.ADMIN,
            "The account has as many templates as it may. Delete some first.",
            reason="whatsapp_template_count",
        ),
    ),
    ((2388040, 2388047, 2388072, 2388073, 2388093, 2388099, 2388293, 2388299), _TEMPLATE_FORM),
    (range(2593107, 2593110), _SYNC),
)
"""Every code of §7. 131049 is never sent again by itself: repeats extend the hold."""


def meaning_of(code: str) -> FailureMeaning:
    """What a code of an answer means."""
    number = int(code) if code.isascii() and code.isdigit() and len(code) <= 9 else -1
    return MEANINGS.get(number, UNKNOWN_CODE)


def failure(code: str) -> FailureMeaning:
    """What a code of a `failed` status means: that status proves that the customer did not get it."""
    meaning = meaning_of(code)
    if meaning.retry is not Retry.UNKNOWN:
        return meaning
    return replace(
        meaning,
        retry=Retry.YES,
        text="WhatsApp had a fault and did not deliver this.",
        reason="whatsapp_fault",
        help="resend",
    )


# --- Answers -----------------------------------------------------------------------------------------------------


class GraphError(msgspec.Struct):
    """The `error` of an answer; `error_data` is an object or a text."""

    code: Loose = None
    error_subcode: Loose = None
    message: Loose = None
    error_data: "dict[str, msgspec.Raw] | Loose" = None


class _GraphAnswer(msgspec.Struct):
    error: GraphError | Loose = None


_answer = msgspec.json.Decoder(_GraphAnswer)
_scalar: "msgspec.json.Decoder[Loose]" = msgspec.json.Decoder(Loose)


def graph_error(answer: HttpAnswer) -> GraphError | None:
    """The error that a body carries; None for HTML, an empty or broken body, or JSON without an error."""
    try:
        error = _answer.decode(answer.body).error
    except (ValueError, RecursionError):
        return None
    return error if isinstance(error, GraphError) and error.code is not None else None


def details_of_graph_error(error: GraphError) -> str:
    if not isinstance(error.error_data, dict):
        return text_of(error.error_data)
    try:
        return text_of(_scalar.decode(error.error_data.get("details", b"null")))
    except ValueError:
        return ""


def refusal(answer: HttpAnswer) -> SendError:
    """An answer other than success → what may follow it.

    A code that we know decides alone. An unknown one proves that nothing was sent if the status is 4xx, and leaves it
    open if it is 5xx. Without any code (a proxy's page, half an answer) it is open too, but for 429.
    """
    retry_in_s = _retry_after(answer.headers)
    error = graph_error(answer)
    if error is None:
        return _refusal_without_code(answer.status, retry_in_s)
    code = text_of(error.code)
    if code == "100" and text_of(error.error_subcode) == "33":
        code = "33"
    meaning = meaning_of(code)
    if meaning is UNKNOWN_CODE and answer.status >= 500:
        meaning = _BUSY
    if answer.status == 429 and meaning is UNKNOWN_CODE:
        meaning = _TOO_FAST
    return SendError(
        code=code,
        retry=meaning.retry,
        alarm=meaning.alarm,
        text=meaning.text,
        reason=meaning.reason,
        retry_in_s=retry_in_s,
        help=meaning.help,
    )


def _refusal_without_code(status: int, retry_in_s: float | None) -> SendError:
    meaning = _TOO_FAST if status == 429 else _BUSY
    return SendError(
        code=f"http_{status}", retry=meaning.retry, text=meaning.text, reason=meaning.reason, retry_in_s=retry_in_s
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, at most an hour; a date or nonsense counts for nothing."""
    value = headers.get("retry-after", "").strip()
    if not (value.isascii() and value.isdigit()):
        return None
    return min(float(value[:9]), LONGEST_WAIT_S)
