"""What a closing text may say, and what the customer reads."""

import pytest

from threadline.core.closing import MOST_LETTERS, check_closing_text, fill_closing_text
from threadline.core.errors import Invalid
from threadline.core.saved_reply import Names

NAMES = Names(contact="Ines Ruiz", agent="Mila Brandt", channel="Support", workspace="Atelier Nord")
NOBODY = Names(contact="", agent="", channel="", workspace="")


@pytest.mark.parametrize(
    "text", ["", "Thank you!", "{{agent.name}} of {{workspace.name}}", 'Dear {{contact.name | default: "friend"}}']
)
def test_what_can_always_be_said_is_kept(text: str) -> None:
    check_closing_text(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * (MOST_LETTERS + 1), "closing_too_long"),
        ("Bye {{contact.nickname}}", "place_unknown"),
        ("Bye {{contact.first_name}}", "closing_needs_default"),
        ("{{contact.greeting}}!", "closing_needs_default"),
    ],
)
def test_what_nobody_could_look_at_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_closing_text(text)
    assert refused.value.reason == reason


def test_places_are_filled_and_no_braces_ever_go_out() -> None:
    text = 'Bye {{contact.first_name | default: "you"}}, {{agent.first_name}}'
    assert fill_closing_text(text, NAMES) == "Bye Ines, Mila"
    assert fill_closing_text(text, NOBODY) == "Bye you, "
