"""What has to be there before a conversation is resolved. Pure."""

from dataclasses import dataclass

from threadline.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Readiness:
    """A conversation as far as it may be resolved. `needs_label`: its workspace or its team wants one."""

    needs_label: bool
    label_count: int


def check_may_resolve(readiness: Readiness) -> None:
    """Raises Conflict; whoever resolves many, by hand or by a rule, is told so of each."""
    if readiness.needs_label and readiness.label_count == 0:
        raise Conflict("Put a label on this conversation before you resolve it.", reason="label_needed")
