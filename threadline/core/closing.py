"""The closing text: what a channel says by itself when a person has resolved a conversation.

It waits for ten seconds in which the resolving can be taken back, and is asked anew then: it goes out where the
conversation is over still, the customer wrote nothing meanwhile, and nothing forbids that something goes out by itself.
"""

from datetime import timedelta
from typing import Final

from threadline.core.errors import Invalid
from threadline.core.saved_reply import Names, check_text, fill_text, unsure_places, values_of

HOLD: Final = timedelta(seconds=10)
AFTER_END: Final = "after_end"
"""The mark that its message keeps: why it was said by itself."""
SETTING: Final = "closing_text"
"""Its name among the settings of a channel. Absent or empty: nothing is said."""
MOST_LETTERS: Final = 1000


def check_closing_text(text: str) -> None:
    """Raises Invalid: too long, a place that cannot be filled, or one of the customer's that says nothing else instead.

    Nobody looks at it before it goes out, and of a customer anything may be unknown.
    """
    field = f"settings.{SETTING}"
    if len(text) > MOST_LETTERS:
        raise Invalid(
            f"A closing text has at most {MOST_LETTERS} letters.",
            field=field,
            reason="closing_too_long",
            values={"limit": str(MOST_LETTERS)},
        )
    check_text(text, field)
    for variable in unsure_places(text):
        place = f'{{{{{variable.value} | default: "…"}}}}'
        raise Invalid(
            f"This may be unknown of a customer. Say what stands there then: {place}",
            field=field,
            reason="closing_needs_default",
            values={"place": place},
        )


def fill_closing_text(text: str, names: Names) -> str:
    """What the customer reads. A place that nothing can fill says nothing."""
    return "".join("" if piece.is_missing else piece.text for piece in fill_text(text, values_of(names)))
