"""Whose customer somebody is: who is given their conversations first."""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table contacts add column owner_id uuid,"
        " add foreign key (workspace_id, owner_id) references agents (workspace_id, id)"
    )
    op.execute("create index contacts_by_owner on contacts (workspace_id, owner_id) where owner_id is not null")


def downgrade() -> None:
    op.execute("alter table contacts drop column owner_id")
