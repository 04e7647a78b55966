"""Who may give a conversation to whom."""

from uuid import UUID

from threadline.core.conversation import Handling
from threadline.core.errors import Forbidden


def check_may_assign(before: Handling, after: Handling, *, agent_id: UUID | None, may_assign: bool) -> None:
    """Raises Forbidden. `may_assign`: they may give anybody's conversation to anybody.

    Everybody else takes what nobody has, moves it to another team's queue, and passes on what is their own.
    """
    if may_assign:
        return
    is_own = agent_id is not None and before.assignee_id == agent_id
    is_taken = agent_id is not None and before.assignee_id is None and after.assignee_id in (None, agent_id)
    if not (is_own or is_taken):
        raise Forbidden(
            "You can take what nobody has and pass on what is yours. Ask a supervisor for more.",
            reason="take_or_pass_on",
        )
