"""Taking back a table that was read in is a worker's job: since when it goes on, and for whom."""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table contact_batches add column undo_began_at timestamptz, add column undo_agent_id uuid,"
        " add foreign key (workspace_id, undo_agent_id) references agents (workspace_id, id)"
    )


def downgrade() -> None:
    op.execute("alter table contact_batches drop column undo_agent_id, drop column undo_began_at")
