"""Messages that start no clock; shifts of agents; and one more reason for which a conversation comes back.

A message is lost while it failed or may not have arrived: those that are uncertain count among the failed from now on.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table messages add column is_quiet boolean not null default false")
    op.execute("alter table agents add column shift jsonb")
    _allow("'', 'time', 'not_delivered', 'reaction'")
    op.execute(
        "update conversations c set failed_count = c.failed_count + m.lost from ("
        " select workspace_id, conversation_id, count(*)::int as lost from messages"
        " where direction = 'outgoing' and is_uncertain and status <> 3 and deleted_at is null group by 1, 2) m"
        " where c.workspace_id = m.workspace_id and c.id = m.conversation_id"
    )


def downgrade() -> None:
    op.execute("update conversations set woken_at = null, woken_reason = '' where woken_reason = 'reaction'")
    _allow("'', 'time', 'not_delivered'")
    op.execute("alter table agents drop column shift")
    op.execute("alter table messages drop column is_quiet")


def _allow(reasons: str) -> None:
    op.execute("alter table conversations drop constraint conversations_woken_reason_check")
    op.execute(
        "alter table conversations add constraint conversations_woken_reason_check"
        f" check (woken_reason in ({reasons})) not valid"
    )
