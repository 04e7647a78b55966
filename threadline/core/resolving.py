"""What has to be there before a conversation is resolved. Pure."""

from dataclasses import dataclass
from typing import Final

from threadline.core.errors import Conflict
from threadline.core.field import Field

MOST_WANTED: Final = 20
"""Fields that a workspace or a team may want: one small form asks for all that are missing."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """A conversation as far as it may be resolved: what its workspace and its team want together."""

    needs_label: bool
    label_count: int
    missing: tuple[Field, ...] = ()
    """Wanted fields of the conversation, then of its contact, that hold nothing."""

    @property
    def lacks_label(self) -> bool:
        return self.needs_label and self.label_count == 0


def check_may_resolve(readiness: Readiness) -> None:
    """Raises Conflict, naming the fields; whoever resolves many, by hand or by a rule, is told so of each."""
    names = ", ".join(field.name for field in readiness.missing)
    if readiness.lacks_label and names:
        raise Conflict(
            f"Put a label on this conversation and fill in {names} before you resolve it.",
            reason="label_and_fields_needed",
            values={"fields": names},
        )
    if readiness.lacks_label:
        raise Conflict("Put a label on this conversation before you resolve it.", reason="label_needed")
    if names:
        raise Conflict(
            f"Fill in {names} before you resolve this conversation.", reason="fields_needed", values={"fields": names}
        )
