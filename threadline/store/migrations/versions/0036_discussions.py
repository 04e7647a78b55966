"""Side discussions: threads of notes beside a conversation, read by those in them only."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_KINDS = "'assigned', 'mentioned', 'not_delivered', 'woken', 'replied'"


def upgrade() -> None:
    script = Path(__file__).with_name("0036_discussions.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))
    _allow(f"{_KINDS}, 'discussed'")


def downgrade() -> None:
    op.execute("delete from notifications where kind = 'discussed'")
    _allow(_KINDS)
    for table in ("discussion_notes", "discussion_members", "discussions"):
        op.execute(f"drop table {table}")


def _allow(kinds: str) -> None:
    op.execute("alter table notifications drop constraint notifications_kind_check")
    op.execute(f"alter table notifications add constraint notifications_kind_check check (kind in ({kinds})) not valid")
    op.execute("alter table notifications validate constraint notifications_kind_check")
