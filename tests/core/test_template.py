"""Filling templates: what the customer will read, and what is refused before anything is queued."""

import json

import pytest

from threadline.core.content import Template, TemplateValue
from threadline.core.errors import CannotSend
from threadline.core.ids import first_uuid7_at
from threadline.core.template import check_values, read_template, render_template
from threadline.infra.clock import utc_now

COMPONENTS = json.dumps(
    [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Hello {{1}}, your order of {{2}} is on its way. {{1}}!"},
        {"type": "FOOTER", "text": "Shop"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}, {"type": "URL", "url": "https://x/{{1}}"}],
        },
    ]
)


def filled(
    *,
    header_values: tuple[TemplateValue, ...] = (TemplateValue(name="1", value="17"),),
    body_values: tuple[TemplateValue, ...] = (
        TemplateValue(name="1", value="Ana"),
        TemplateValue(name="2", value="a {{1}} tea"),
    ),
    button_values: tuple[TemplateValue, ...] = (TemplateValue(name="1", value="track"),),
) -> Template:
    return Template(
        name="order",
        language="en",
        header_values=header_values,
        body_values=body_values,
        button_values=button_values,
    )


def test_the_text_is_what_the_customer_reads() -> None:
    shape, template = read_template(COMPONENTS), filled()
    check_values(shape, template)
    assert render_template(shape, template) == (
        "Order 17\nHello Ana, your order of a {{1}} tea is on its way. Ana!\nShop"
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"body_values": (TemplateValue(name="1", value="Ana"),)}, "2 in its text"),
        ({"body_values": (TemplateValue(name="1", value="Ana"), TemplateValue(name="2", value=" "))}, "2 in its text"),
        ({"header_values": ()}, "1 in its heading"),
        ({"header_values": (TemplateValue(name="1", value="a"), TemplateValue(name="2", value="b"))}, "no place for 2"),
        ({"button_values": ()}, "1 in its buttons"),
    ],
)
def test_a_wrong_number_of_values_is_refused(changes: dict[str, tuple[TemplateValue, ...]], text: str) -> None:
    with pytest.raises(CannotSend, match=text):
        check_values(read_template(COMPONENTS), filled(**changes))


def test_named_variables_and_a_media_heading() -> None:
    shape = read_template(
        json.dumps([{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Dear {{first_name}}"}])
    )
    values = (TemplateValue(name="first_name", value="Ana"),)
    with pytest.raises(CannotSend, match="needs a file"):
        check_values(shape, Template(name="a", language="en", body_values=values))
    template = Template(name="a", language="en", body_values=values, header_file_id=first_uuid7_at(utc_now()))
    check_values(shape, template)
    assert render_template(shape, template) == "Dear Ana"
