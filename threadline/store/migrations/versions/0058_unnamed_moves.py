"""Lines that tell of a move to another contact name nobody: who reads them may see one of the two, or neither."""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "update messages m set content = m.content #- '{data,from}' #- '{data,into}' from contact_moves v"
        " where m.workspace_id = v.workspace_id and m.conversation_id = v.conversation_id and m.kind = 'line'"
        " and m.content->>'what' = 'contact_moved'"
    )


def downgrade() -> None:
    """The names are with the contacts."""
