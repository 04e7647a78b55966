"""Who may give a conversation to whom."""

from uuid import UUID

from threadline.core.conversation import Handling
from threadline.core.errors import Forbidden


def check_may_answer(*, only_assignee: bool, assignee_id: UUID | None, agent_id: UUID | None, may_assign: bool) -> None:
    """Raises Forbidden where a channel is answered only by the one who has a conversation, and by supervisors.

    What nobody has is anybody's: who answers it first has it.
    """
    if only_assignee and not may_assign and assignee_id not in (None, agent_id):
        raise Forbidden(
            "On this channel only the one who has a conversation and supervisors answer.", reason="only_assignee_sends"
        )


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
