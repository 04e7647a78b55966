"""Template rules: what may be created (§4.2), what a send must fill in (§9.2, 17–18), and how the result reads."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import media
from .errors import GraphError, missing
from .state import Number, Template
from .wire import JSON, as_list, as_number, as_object, as_text, objects, texts
from .world import World

CATEGORIES = frozenset({"MARKETING", "UTILITY", "AUTHENTICATION"})
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LANGUAGES = frozenset(
    {"af", "sq", "ar", "ar_EG", "ar_AE", "ar_LB", "ar_MA", "ar_QA", "az", "be_BY", "bn", "bn_IN", "bg", "ca",
     "zh_CN", "zh_HK", "zh_TW", "hr", "cs", "da", "prs_AF", "nl", "nl_BE", "en", "en_GB", "en_US", "en_AE", "en_AU",
     "en_CA", "en_GH", "en_IE", "en_IN", "en_JM", "en_MY", "en_NZ", "en_QA", "en_SG", "en_UG", "en_ZA", "et", "fil",
     "fi", "fr", "fr_BE", "fr_CA", "fr_CH", "fr_CI", "fr_MA", "ka", "de", "de_AT", "de_CH", "el", "gu", "ha", "he",
     "hi", "hu", "id", "ga", "it", "ja", "kn", "kk", "rw_RW", "ko", "ky_KG", "lo", "lv", "lt", "mk", "ms", "ml",
     "mr", "nb", "ps_AF", "fa", "pl", "pt_BR", "pt_PT", "pa", "ro", "ru", "sr", "si_LK", "sk", "sl", "es", "es_AR",
     "es_CL", "es_CO", "es_CR", "es_DO", "es_EC", "es_HN", "es_MX", "es_PA", "es_PE", "es_ES", "es_UY", "sw", "sv",
     "ta", "te", "th", "tr", "uk", "ur", "uz", "vi", "zu"}
)  # fmt: skip
TTL_RANGES = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
BUTTON_LIMITS = {
    "URL": 2,
    "PHONE_NUMBER": 1,
    "COPY_CODE": 1,
    "OTP": 1,
    "FLOW": 1,
    "CATALOG": 1,
    "MPM": 1,
    "SPM": 1,
    "VOICE_CALL": 1,
    "REQUEST_CONTACT_INFO": 1,
    "QUICK_REPLY": 10,
    "ORDER_DETAILS": 1,
    "APP": 1,
}
HEADER_MEDIA = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "GIF"})


def refuse(subcode: int, title: str, message: str) -> GraphError:
    return GraphError(100, message="Invalid parameter", subcode=subcode, user_title=title, user_message=message)


def parameter(message: str) -> GraphError:
    return GraphError(100, message=f"(#100) {message}")


# creating


def check_template(world: World, category: str, name: str, language: str, params: JSON) -> list[JSON]:
    """Raise what the provider answers for a template that breaks its rules; returns its components."""
    if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        raise parameter("Param name must be at most 512 characters of a-z, 0-9 and _.")
    if language not in LANGUAGES:
        raise parameter(f"Param language must be one of the supported languages, {language} is none.")
    if category not in CATEGORIES:
        raise parameter("Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.")
    if "allow_category_change" in params:
        raise parameter("Param allow_category_change is no longer accepted.")
    return check_components(world, category, params)


def check_components(world: World, category: str, params: JSON) -> list[JSON]:
    components = objects(params.get("components"))
    is_named = str(params.get("parameter_format", "POSITIONAL")).upper() == "NAMED"
    by_type: dict[str, JSON] = {}
    for component in components:
        kind = str(component.get("type", "")).upper()
        component["type"] = kind
        if kind in by_type:
            raise parameter(f"Param components has more than one {kind}.")
        by_type[kind] = component
    if category == "AUTHENTICATION":
        _check_authentication(by_type)
    else:
        if "BODY" not in by_type:
            raise parameter("Param components must have a BODY.")
        _check_body(by_type["BODY"], is_named=is_named, limit=600 if "LIMITED_TIME_OFFER" in by_type else 1024)
        if "HEADER" in by_type:
            _check_header(world, by_type["HEADER"], is_named=is_named)
        if "FOOTER" in by_type:
            _check_footer(by_type["FOOTER"])
        _check_offer(by_type.get("LIMITED_TIME_OFFER"))
        _check_carousel(world, by_type.get("CAROUSEL"), is_named=is_named)
        _check_buttons(objects(by_type.get("BUTTONS", {}).get("buttons")), is_named=is_named)
    _check_ttl(category, params.get("message_send_ttl_seconds"))
    return components


def _check_ttl(category: str, value: object) -> None:
    if value is None or value == -1:
        return
    low, high = TTL_RANGES[category]
    seconds = as_number(value)
    if seconds is None or not low <= seconds <= high:
        raise parameter(f"Param message_send_ttl_seconds must be between {low} and {high} for {category}.")


def _check_authentication(by_type: dict[str, JSON]) -> None:
    unexpected = set(by_type) - {"BODY", "FOOTER", "BUTTONS"}
    if unexpected:
        raise parameter(f"Param components: {min(unexpected)} is not allowed in an authentication template.")
    minutes = by_type.get("FOOTER", {}).get("code_expiration_minutes")
    if minutes is not None and not 1 <= (as_number(minutes) or 0) <= 90:
        raise parameter("Param code_expiration_minutes must be between 1 and 90.")
    buttons = objects(by_type.get("BUTTONS", {}).get("buttons"))
    if len(buttons) != 1 or str(buttons[0].get("type", "")).upper() != "OTP":
        raise parameter("An authentication template needs exactly one OTP button.")
    otp = str(buttons[0].get("otp_type", "")).upper()
    if otp not in {"COPY_CODE", "ONE_TAP", "ZERO_TAP"}:
        raise parameter("Param otp_type must be one of {COPY_CODE, ONE_TAP, ZERO_TAP}.")
    if otp != "COPY_CODE" and not objects(buttons[0].get("supported_apps")):
        raise parameter("Param supported_apps is required.")


def _check_body(body: JSON, *, is_named: bool, limit: int) -> None:
    text = as_text(body.get("text"))
    if not text:
        raise parameter("Param components BODY needs a text.")
    if len(text) > limit:
        raise refuse(2388040, "Message is too long", f"The body may have at most {limit} characters.")
    names = variables(text)
    _check_variables(names, is_named=is_named)
    stripped = text.strip()
    if names and (re.match(r"\{\{", stripped) or stripped.endswith("}}")):
        raise refuse(2388299, "Variables at the edge", "Variables may not be at the start or end of the template.")
    if re.search(r"\}\}\s*\{\{", text):
        raise refuse(2388299, "Adjacent variables", "Variables may not stand next to each other.")
    words = len(VARIABLE.sub(" ", text).split())
    if names and words < 2 * len(names) + 1:
        raise refuse(2388293, "Too many variables", "This template has too many variables for its length.")
    example = as_object(body.get("example")) or {}
    if names and is_named:
        given = {as_text(item.get("param_name")) for item in objects(example.get("body_text_named_params"))}
        if given != set(names):
            raise refuse(2388072, "Body example", "Each variable of the body needs an example.")
    elif names:
        rows = as_list(example.get("body_text")) or []
        first = as_list(rows[0]) if rows else None
        if (len(first) if first is not None else len(rows)) != len(names):
            raise refuse(2388072, "Body example", "Each variable of the body needs an example.")


def _check_variables(names: list[str], *, is_named: bool) -> None:
    if is_named:
        if any(not re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names):
            raise refuse(2388072, "Variable names", "Variable names are lower-case letters, digits and underscores.")
    elif names != [str(position + 1) for position in range(len(names))]:
        raise refuse(2388072, "Variable numbers", "Variables must be numbered from 1 without gaps.")


def _check_header(world: World, header: JSON, *, is_named: bool) -> None:
    kind = str(header.get("format", "TEXT")).upper()
    header["format"] = kind
    example = as_object(header.get("example")) or {}
    if kind == "TEXT":
        text = as_text(header.get("text"))
        if not text or len(text) > 60:
            raise refuse(2388047, "Header", "The header needs a text of at most 60 characters.")
        names = variables(text)
        if len(names) > 1:
            raise refuse(2388047, "Header", "The header may have one variable.")
        if names:
            _check_variables(names, is_named=is_named)
            if not (as_list(example.get("header_text")) or as_list(example.get("header_text_named_params"))):
                raise refuse(2388047, "Header example", "The variable of the header needs an example.")
    elif kind in HEADER_MEDIA:
        handles = texts(example.get("header_handle"))
        if not handles or not all(media.knows_handle(world, handle) or "://" in handle for handle in handles):
            raise refuse(2388047, "Header example", "The header needs a sample uploaded with the Resumable Upload API.")
    elif kind not in {"LOCATION", "PRODUCT"}:
        raise refuse(2388047, "Header", f"Header format {kind} is not known.")


def _check_footer(footer: JSON) -> None:
    text = as_text(footer.get("text"))
    if not text or len(text) > 60 or variables(text):
        raise refuse(2388073, "Footer", "The footer is a text of at most 60 characters without variables.")


def _check_offer(offer: JSON | None) -> None:
    if offer is not None:
        text = as_text((as_object(offer.get("limited_time_offer")) or {}).get("text"))
        if not text or len(text) > 16:
            raise parameter("Param limited_time_offer.text must be 1 to 16 characters.")


def _check_carousel(world: World, carousel: JSON | None, *, is_named: bool) -> None:
    if carousel is None:
        return
    cards = objects(carousel.get("cards"))
    if not 2 <= len(cards) <= 10:
        raise parameter("Param cards must be 2 to 10.")
    shapes: set[tuple[object, ...]] = set()
    for card in cards:
        by_type = {str(part.get("type", "")).upper(): part for part in objects(card.get("components"))}
        header = by_type.get("HEADER")
        if header is None:
            raise parameter("Each card needs a HEADER.")
        _check_header(world, header, is_named=is_named)
        if "BODY" in by_type:
            _check_body(by_type["BODY"], is_named=is_named, limit=160)
        buttons = objects(by_type.get("BUTTONS", {}).get("buttons"))
        if not 1 <= len(buttons) <= 2:
            raise parameter("Each card needs 1 or 2 buttons.")
        _check_buttons(buttons, is_named=is_named)
        shapes.add((header["format"], "BODY" in by_type, *[str(button["type"]) for button in buttons]))
    if len(shapes) > 1:
        raise parameter("All cards must have the same components.")


def _check_buttons(buttons: list[JSON], *, is_named: bool) -> None:
    if len(buttons) > 10:
        raise parameter("Param buttons: at most 10.")
    kinds: list[str] = []
    for button in buttons:
        kind = str(button.get("type", "")).upper()
        button["type"] = kind
        kinds.append(kind)
        if kind not in BUTTON_LIMITS:
            raise parameter(f"Param buttons: type {kind} is not known.")
        if kinds.count(kind) > BUTTON_LIMITS[kind]:
            raise parameter(f"Param buttons: at most {BUTTON_LIMITS[kind]} of type {kind}.")
        _check_button(kind, button, is_named=is_named)
    quick = [position for position, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    if quick and quick[-1] - quick[0] + 1 != len(quick):
        raise parameter("Param buttons: quick replies must be grouped together.")


def _check_button(kind: str, button: JSON, *, is_named: bool) -> None:
    text = as_text(button.get("text"))
    if kind in {"QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW", "CATALOG", "MPM"} and not text:
        raise parameter("Param buttons: text is required.")
    if text and len(text) > 25:
        raise parameter("Param buttons: text may have at most 25 characters.")
    if kind == "URL":
        url = as_text(button.get("url")) or ""
        if not re.match(r"https?://\S+", url) or len(url) > 2000:
            raise parameter("Param buttons: url is not a valid URL.")
        names = variables(url)
        if names and (len(names) > 1 or not url.rstrip().endswith("}}")):
            raise parameter("Param buttons: a URL may have one variable, at its end.")
        if names:
            _check_variables(names, is_named=is_named and names != ["1"])
            if not button.get("example"):
                raise parameter("Param buttons: the variable of the URL needs an example.")
    if kind == "PHONE_NUMBER" and not 1 <= len(as_text(button.get("phone_number")) or "") <= 20:
        raise parameter("Param buttons: phone_number may have at most 20 characters.")
    if kind == "COPY_CODE":
        example = button.get("example")
        code = as_text((as_list(example) or [example])[0])
        if not code or len(code) > 15:
            raise parameter("Param buttons: copy code needs an example of at most 15 characters.")


def variables(text: str) -> list[str]:
    """The variables of a text in order, each once."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def same_words(first: list[JSON], second: list[JSON]) -> bool:
    """Whether two templates have the same body and footer."""

    def words(components: list[JSON]) -> tuple[str, str]:
        by_type = {component.get("type"): component for component in components}
        return str(by_type.get("BODY", {}).get("text")), str(by_type.get("FOOTER", {}).get("text"))

    return words(first) == words(second)


# sending


def find_sendable(world: World, number: Number, content: JSON) -> Template:
    """The approved template that a send names; 132001, 132015 or 132016 otherwise."""
    name, language = str(content["name"]), str(content["language"]["code"])
    template = world.template(number.account_id, name, language)
    if template is not None and template.status == "PAUSED":
        raise GraphError(132015, f"Template ({name}) is paused in {language}")
    if template is not None and template.status == "DISABLED":
        raise GraphError(132016, f"Template ({name}) is disabled in {language}")
    if template is None or template.status != "APPROVED":
        raise GraphError(
            132001,
            f"template name ({name}) does not exist in {language}",
            message="(#132001) Template name does not exist in the translation",
        )
    return template


def is_otp(template: Template) -> bool:
    return any(
        str(button.get("type")) in {"OTP", "COPY_CODE"}
        for component in template.components
        for button in objects(component.get("buttons"))
    )


def check_parameters(world: World, number: Number, template: Template, content: JSON) -> None:
    """Raise 132000, 132012, 132018, 132005 or 131008 unless every part is filled in as the template wants."""
    sent = objects(content.get("components"))
    _check_parts(world, number, template, template.components, sent)
    _check_length(template, sent)


def _check_parts(world: World, number: Number, template: Template, wanted: list[JSON], sent: list[JSON]) -> None:
    given = {str(part.get("type", "")).lower(): part for part in sent if str(part.get("type", "")).lower() != "button"}
    unknown = set(given) - {"header", "body", "carousel", "limited_time_offer", "footer"}
    if unknown:
        raise GraphError(132018, f"component type {min(unknown)} is not known")
    is_named = template.parameter_format == "NAMED"
    for component in wanted:
        kind = str(component.get("type"))
        parameters = objects(given.get(kind.lower(), {}).get("parameters"))
        match kind:
            case "BODY" if template.category == "AUTHENTICATION":
                _check_values("body", ["1"], parameters, is_named=False)
            case "BODY":
                _check_values("body", variables(str(component.get("text", ""))), parameters, is_named=is_named)
            case "HEADER":
                _check_header_value(world, number, component, parameters, is_named=is_named)
            case "BUTTONS":
                buttons = [part for part in sent if str(part.get("type", "")).lower() == "button"]
                _check_button_values(objects(component.get("buttons")), buttons)
            case "CAROUSEL":
                _check_cards(world, number, template, component, given.get("carousel", {}))
            case "LIMITED_TIME_OFFER":
                offer = as_object(parameters[0].get("limited_time_offer")) if parameters else None
                if (as_object(component.get("limited_time_offer")) or {}).get("has_expiration") and offer is None:
                    raise missing("limited_time_offer: expiration_time_ms is required")
            case _:
                continue


def _check_values(part: str, names: list[str], parameters: list[JSON], *, is_named: bool) -> None:
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(names)})",
        )
    if is_named and {as_text(item.get("parameter_name")) for item in parameters} != set(names):
        raise GraphError(132012, f"{part}: parameter names do not match those of the template")
    for item in parameters:
        _check_value(part, item)


def _check_value(part: str, item: JSON) -> None:
    kind = as_text(item.get("type"))
    if kind in {"currency", "date_time"}:
        if not as_text((as_object(item.get(kind)) or {}).get("fallback_value")):
            raise missing(f"{part}: fallback_value is required")
        return
    if kind != "text":
        raise GraphError(132012, f"{part}: Parameter format does not match, expected text, received {kind}")
    text = as_text(item.get("text"))
    if not text:
        raise missing(f"{part}: text is required")
    if re.search(r"[\n\r\t]| {5,}", text):
        raise GraphError(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")


def _check_header_value(
    world: World, number: Number, component: JSON, parameters: list[JSON], *, is_named: bool
) -> None:
    wanted = str(component.get("format", "TEXT"))
    if wanted == "TEXT":
        _check_values("header", variables(str(component.get("text", ""))), parameters, is_named=is_named)
        return
    received = str(parameters[0].get("type")).upper() if parameters else "UNKNOWN"
    if len(parameters) != 1 or received != wanted:
        raise GraphError(132012, f"header: Format mismatch, expected {wanted}, received {received}")
    value = as_object(parameters[0].get(wanted.lower()))
    if value is None:
        raise missing(f"header: {wanted.lower()} is required")
    if wanted in HEADER_MEDIA:
        media.check_reference(world, number, f"header.{wanted.lower()}", value)
    if wanted == "LOCATION" and (as_number(value.get("latitude")) is None or as_number(value.get("longitude")) is None):
        raise missing("header: location needs latitude and longitude")


def _check_button_values(wanted: list[JSON], sent: list[JSON]) -> None:
    by_index: dict[int, JSON] = {}
    for part in sent:
        index = as_number(part.get("index"))
        if index is None or not 0 <= int(index) < len(wanted):
            raise GraphError(132018, f"buttons: there is no button at index {part.get('index')}")
        by_index[int(index)] = part
    for index, button in enumerate(wanted):
        part = by_index.get(index)
        kind = str(button.get("type"))
        if part is not None and str(part.get("sub_type", "")).lower() not in SUB_TYPES.get(kind, {kind.lower()}):
            raise GraphError(132018, f"buttons: Button at index {index} is not of type {part.get('sub_type')}")
        check = BUTTON_VALUES.get(kind)
        if check is not None:
            check(index, button, objects((part or {}).get("parameters")))


def _check_url_value(index: int, button: JSON, parameters: list[JSON]) -> None:
    wanted = len(variables(str(button.get("url", ""))))
    if wanted and not parameters:
        raise missing(f"buttons: Button at index {index} of type Url requires a parameter")
    if len(parameters) != wanted:
        raise GraphError(132018, f"buttons: Button at index {index} of type Url does not take this many parameters")
    for item in parameters:
        _check_value(f"buttons: Button at index {index}", item)


def _check_otp_value(index: int, _: JSON, parameters: list[JSON]) -> None:
    if len(parameters) != 1:
        raise missing(f"buttons: Button at index {index} of type Url requires a parameter")
    if not 1 <= len(as_text(parameters[0].get("text")) or "") <= 15:
        raise GraphError(132012, f"buttons: the code at index {index} must be 1 to 15 characters")


def _check_coupon_value(index: int, _: JSON, parameters: list[JSON]) -> None:
    if len(parameters) != 1 or not 1 <= len(as_text(parameters[0].get("coupon_code")) or "") <= 15:
        raise missing(f"buttons: Button at index {index} of type CopyCode requires a coupon_code")


def _check_products_value(index: int, _: JSON, parameters: list[JSON]) -> None:
    action = as_object(parameters[0].get("action")) if parameters else None
    sections = objects((action or {}).get("sections"))
    if not sections:
        raise missing(f"buttons: Button at index {index} of type Mpm requires sections")
    if len(sections) > 10 or sum(len(objects(section.get("product_items"))) for section in sections) > 30:
        raise GraphError(132018, "buttons: at most 30 products in 10 sections")


SUB_TYPES = {
    "QUICK_REPLY": {"quick_reply"},
    "URL": {"url"},
    "OTP": {"url"},
    "COPY_CODE": {"copy_code"},
    "FLOW": {"flow"},
    "CATALOG": {"catalog"},
    "MPM": {"mpm"},
    "VOICE_CALL": {"voice_call"},
    "ORDER_DETAILS": {"order_details"},
}
BUTTON_VALUES: dict[str, Callable[[int, JSON, list[JSON]], None]] = {
    "URL": _check_url_value,
    "OTP": _check_otp_value,
    "COPY_CODE": _check_coupon_value,
    "MPM": _check_products_value,
}


def _check_cards(world: World, number: Number, template: Template, component: JSON, sent: JSON) -> None:
    wanted = objects(component.get("cards"))
    cards = objects(sent.get("cards"))
    if len(cards) != len(wanted):
        raise GraphError(
            132018, f"carousel: number of cards ({len(cards)}) does not match the template ({len(wanted)})"
        )
    for position, card in enumerate(cards):
        if card.get("card_index") != position:
            raise GraphError(132018, "carousel: card_index must count from 0")
        _check_parts(
            world, number, template, objects(wanted[position].get("components")), objects(card.get("components"))
        )


def _check_length(template: Template, sent: list[JSON]) -> None:
    shown = render(template, {"components": sent})
    is_text_only = set(shown) <= {"name", "body", "footer"}
    if len(shown["body"]) > (32_768 if is_text_only else 1024):
        raise GraphError(132005, "body: the text is too long after its parameters were filled in")


# showing


def render(template: Template, content: JSON) -> JSON:
    """What the customer sees: `{name, header?, body, footer?, buttons?}`."""
    sent = {str(part.get("type", "")).lower(): part for part in objects(content.get("components"))}
    shown: JSON = {"name": template.name, "body": ""}
    for component in template.components:
        parameters = objects(sent.get(str(component["type"]).lower(), {}).get("parameters"))
        match component["type"]:
            case "BODY" if template.category == "AUTHENTICATION":
                shown["body"] = f"*{_shown(parameters[0]) if parameters else ''}* is your verification code."
            case "BODY":
                shown["body"] = fill(str(component.get("text", "")), parameters)
            case "HEADER":
                shown["header"] = _shown_header(component, parameters)
            case "FOOTER":
                minutes = component.get("code_expiration_minutes")
                shown["footer"] = component.get("text") or f"This code expires in {minutes} minutes."
            case "BUTTONS":
                shown["buttons"] = [
                    {"id": str(index), "title": button.get("text") or "Copy code", "type": str(button["type"]).lower()}
                    for index, button in enumerate(objects(component.get("buttons")))
                ]
            case _:
                continue
    return shown


def _shown_header(component: JSON, parameters: list[JSON]) -> JSON:
    kind = str(component.get("format", "TEXT"))
    if kind == "TEXT":
        return {"kind": "text", "text": fill(str(component.get("text", "")), parameters)}
    value = as_object(parameters[0].get(kind.lower())) if parameters else None
    return {"kind": kind.lower(), **({kind.lower(): value} if value is not None else {})}


def fill(text: str, parameters: list[JSON]) -> str:
    """The text with its variables replaced, by name where parameters have names, else by position."""
    named = {str(item["parameter_name"]): _shown(item) for item in parameters if "parameter_name" in item}
    values = named or {str(position + 1): _shown(item) for position, item in enumerate(parameters)}
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def _shown(item: JSON) -> str:
    kind = str(item.get("type", "text"))
    return as_text(item.get("text")) or str((as_object(item.get(kind)) or {}).get("fallback_value", ""))


def quick_reply(template: Template, content: JSON, index: int) -> tuple[str, str] | None:
    """(payload, text) of the quick reply at this place of the template, as it was sent."""
    for component in template.components:
        buttons = objects(component.get("buttons"))
        if index < len(buttons) and buttons[index].get("type") == "QUICK_REPLY":
            text = str(buttons[index].get("text"))
            for part in objects(content.get("components")):
                if str(part.get("type", "")).lower() == "button" and str(part.get("index")) == str(index):
                    for value in objects(part.get("parameters")):
                        return str(value.get("payload", text)), text
            return text, text
    return None
