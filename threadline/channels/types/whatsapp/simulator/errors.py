"""The provider's errors: codes, HTTP statuses, titles and the exact shape of an error answer (whatsapp.md §7, §9.2)."""

from __future__ import annotations

from .wire import JSON

HREF = "/documentation/business-messaging/whatsapp/support/error-codes"

CATALOGUE: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "Capability or permissions issue"),
    4: (400, "Application request limit reached"),
    10: (403, "Application does not have permission for this action"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (
        403,
        "You do not have the necessary permissions to send messages on behalf of this WhatsApp Business Account",
    ),
    368: (403, "Temporarily blocked for policies violations"),
    613: (400, "Calls to this api have exceeded the rate limit"),
    2200: (400, "Callback verification failed"),
    2500: (400, "Unknown path components"),
    80007: (400, "There have been too many calls to this WhatsApp Business account"),
    130403: (403, "User is blocked by the business"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131020: (400, "Group is not valid"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Business account has been locked"),
    131037: (400, "Display name approval is needed before sending messages"),
    131041: (400, "Group is suspended"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped receiving marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131060: (400, "This message is unavailable"),
    131061: (400, "Template must be sent with the Marketing Messages API"),
    131062: (400, "Business-scoped user id recipients are not supported for this message"),
    131063: (400, "Marketing messages are disabled on Cloud API for this account"),
    131064: (400, "Limited for template misclassification"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Template hydrated text too long"),
    132007: (400, "Template format character policy violated"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "There is an issue with the template parameters"),
    132068: (400, "Flow is in blocked state"),
    132069: (400, "Flow is in throttled state"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too many two step verification PIN guesses"),
    133009: (400, "Two step verification PIN guessed too fast"),
    133010: (400, "Account not registered"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register deregister rate limit exceeded"),
    134100: (400, "Only marketing messages supported"),
    134101: (400, "Template is being synced"),
    134102: (500, "Template unavailable for use"),
    136024: (400, "Request code error"),
    137000: (400, "Recipient identity key hash mismatch"),
    138000: (400, "Calling API not enabled"),
    138006: (400, "No approved call permission from the recipient"),
    138009: (400, "Call permission request limit reached"),
    138012: (400, "Business initiated call limit reached"),
    138013: (400, "Call is not in a state that allows this action"),
    139000: (400, "Blocked by integrity"),
    139002: (400, "Publishing flow in invalid state"),
    139004: (400, "Flow cannot be deprecated or deleted in its state"),
    139100: (400, "Failed to block or unblock some users"),
    139101: (400, "Blocklist limit reached"),
    139102: (400, "Blocklist concurrent update"),
    139103: (400, "Internal error"),
    147001: (400, "Username is not available"),
    147002: (400, "Username format is not valid"),
    147005: (400, "Username can not be set for this phone number"),
}


class GraphError(Exception):
    """A refusal of the Graph face. Codes from 130000 carry `error_data` with `details`, as the provider's do."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        http: int | None = None,
        message: str | None = None,
        subcode: int | None = None,
        user_title: str | None = None,
        user_message: str | None = None,
        extra: JSON | None = None,
    ) -> None:
        status, title = CATALOGUE.get(code, (400, "Invalid parameter"))
        self.code = code
        self.http = http or status
        self.message = message or f"(#{code}) {title}"
        self.details = details
        self.subcode = subcode
        self.user_title = user_title
        self.user_message = user_message
        self.extra = extra
        super().__init__(self.message)

    def body(self, fbtrace_id: str) -> JSON:
        error: JSON = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.code >= 130000:
            details = self.details or CATALOGUE.get(self.code, (400, self.message))[1]
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        elif self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user_title is not None:
            error |= {"is_transient": False, "error_user_title": self.user_title, "error_user_msg": self.user_message}
        error["fbtrace_id"] = fbtrace_id
        return (self.extra or {}) | {"error": error}


def status_error(code: int, details: str | None = None) -> JSON:
    """The object in `errors[]` of a failed status, a message or a value."""
    title = CATALOGUE[code][1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or DETAILS.get(code, title)},
        "href": HREF,
    }


DETAILS: dict[int, str] = {
    130403: "The recipient has been blocked by this business.",
    130429: "Cloud API message throughput has been reached.",
    130472: "User's number is part of an experiment",
    131026: "Message Undeliverable.",
    131042: "Message failed to send because there were one or more errors related to your payment method.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last "
    "replied to this number.",
    131048: "Message failed to send because there are restrictions on how many messages can be sent from this "
    "phone number.",
    131049: "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    131050: "The recipient chose to stop receiving marketing messages from this business.",
    131051: "Message type is currently not supported.",
    131053: "The media could not be fetched or its type is not supported for this message.",
    131056: "Too many messages sent from this phone number to the same phone number in a short period of time.",
    132015: "Template is paused due to low quality so it cannot be sent in a template message.",
    137000: "The recipient's identity key hash does not match the one that was sent.",
}


def unknown_object(method: str, object_id: str) -> GraphError:
    return GraphError(
        100,
        subcode=33,
        message=f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
    )


def unknown_path(path: str) -> GraphError:
    return GraphError(2500, message=f"Unknown path components: {path}")


def required(name: str) -> GraphError:
    return GraphError(100, message=f"(#100) The parameter {name} is required.")


def missing(details: str) -> GraphError:
    return GraphError(131008, details)


def invalid(details: str) -> GraphError:
    return GraphError(131009, details)
