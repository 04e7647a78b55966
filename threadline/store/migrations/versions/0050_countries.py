"""Countries of contacts: the one that somebody said, and the one of their number.

That of a number is null until somebody has looked: a worker does so for those that are here already
(workers/older_numbers.py), and for what a process of the release before still writes.
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table contacts add column country text collate \"C\" not null default '',"
        ' add column phone_country text collate "C"'
    )
    op.execute("create index contacts_of_unknown_country on contacts (workspace_id, id) where phone_country is null")


def downgrade() -> None:
    op.execute("drop index contacts_of_unknown_country")
    op.execute("alter table contacts drop column phone_country, drop column country")
