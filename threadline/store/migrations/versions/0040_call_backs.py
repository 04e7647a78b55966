"""What became of call-backs, and reminders of tasks among the notifications."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_SCRIPT = """
alter table tasks
    add column tries smallint not null default 0,
    add column outcome text collate "C" not null default '' check (outcome in ('', 'reached', 'not_reached'));

alter table notifications drop constraint notifications_kind_check;
alter table notifications add constraint notifications_kind_check
    check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed', 'review_asked',
                    'reviewed', 'task_due')) not valid;
alter table notifications validate constraint notifications_kind_check;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("alter table tasks drop column tries, drop column outcome")
    op.execute("delete from notifications where kind = 'task_due'")
    op.execute("alter table notifications drop constraint notifications_kind_check")
    op.execute(
        "alter table notifications add constraint notifications_kind_check"
        " check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed', 'review_asked',"
        " 'reviewed'))"
    )
