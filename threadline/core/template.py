"""Templates: which values they want, and the text the customer will read.

A template is kept as the provider lists it: components with a type, a text and `{{variables}}`, numbered or named
(docs/whatsapp.md §4.2). Here it is read as far as a person who fills it needs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from threadline.core.content import Template, TemplateValue
from threadline.core.errors import CannotSend

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_MEDIA = {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}


class _Button(msgspec.Struct, frozen=True):
    type: str = ""
    url: str = ""
    example: object = None


class _Component(msgspec.Struct, frozen=True):
    type: str = ""
    format: str = "TEXT"
    text: str = ""
    buttons: list[_Button] = []


@dataclass(frozen=True, slots=True)
class TemplateShape:
    """What must be filled in: names of variables in the order of their first appearance."""

    header_text: str
    body_text: str
    footer_text: str
    header_media: Literal["", "image", "video", "document", "gif"]
    header_variables: tuple[str, ...]
    body_variables: tuple[str, ...]
    button_indexes: tuple[str, ...]
    """Buttons whose link ends in a variable, or that carry a code: their places, from 0."""


_read_components = msgspec.json.Decoder(list[_Component]).decode


def read_template(components: str | bytes) -> TemplateShape:
    """The shape of a template from its components. Parts nobody here knows are left out."""
    by_type = {component.type.upper(): component for component in _read_components(components)}
    header = by_type.get("HEADER", _Component())
    body = by_type.get("BODY", _Component())
    media = header.format.lower() if header.format.upper() in _MEDIA else ""
    buttons = by_type.get("BUTTONS", _Component()).buttons
    return TemplateShape(
        header_text=header.text,
        body_text=body.text,
        footer_text=by_type.get("FOOTER", _Component()).text,
        header_media=media,  # pyright: ignore[reportArgumentType] - one of _MEDIA, in lower case
        header_variables=_variables(header.text),
        body_variables=_variables(body.text),
        button_indexes=tuple(str(index) for index, button in enumerate(buttons) if _wants_value(button)),
    )


def check_values(shape: TemplateShape, template: Template) -> None:
    """Raises CannotSend, naming what is missing or too much."""
    _check_names("heading", shape.header_variables, template.header_values)
    _check_names("text", shape.body_variables, template.body_values)
    _check_names("buttons", shape.button_indexes, template.button_values, may_have_more=True)
    if shape.header_media and template.header_file_id is None:
        raise CannotSend(
            f"This template needs a file ({shape.header_media}) as its heading. Please add one.",
            reason="template_file_missing",
        )


def render_template(shape: TemplateShape, template: Template) -> str:
    """The body as the customer reads it, with its text heading above and its footer below, if it has them."""
    lines = [
        _fill(shape.header_text, template.header_values),
        _fill(shape.body_text, template.body_values),
        shape.footer_text,
    ]
    return "\n".join(line for line in lines if line)


def _check_names(
    where: str, wanted: Sequence[str], given: Sequence[TemplateValue], *, may_have_more: bool = False
) -> None:
    names = [value.name for value in given if value.value.strip()]
    missing = [name for name in wanted if name not in names]
    if missing:
        names = ", ".join(missing)
        raise CannotSend(
            f"This template needs a value for {names} in its {where}.",
            reason="template_value_missing",
            values={"names": names},
        )
    extra = [value.name for value in given if value.name not in wanted]
    if extra and not may_have_more:
        names = ", ".join(extra)
        raise CannotSend(
            f"This template has no place for {names} in its {where}.",
            reason="template_value_extra",
            values={"names": names},
        )


def _fill(text: str, values: Sequence[TemplateValue]) -> str:
    by_name: Mapping[str, str] = {value.name: value.value for value in values}
    return _VARIABLE.sub(lambda match: by_name.get(match[1], match[0]), text)


def _variables(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def _wants_value(button: _Button) -> bool:
    kind = button.type.upper()
    return (kind == "URL" and "{{" in button.url) or kind in {"COPY_CODE", "OTP"}
