"""Reviews: answers that a colleague looks at before they go out, and agents whose answers always need that."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_KINDS = "'assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed'"


def upgrade() -> None:
    op.execute("alter table agents add column is_novice boolean not null default false")
    script = Path(__file__).with_name("0037_reviews.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))
    _allow(f"{_KINDS}, 'review_asked', 'reviewed'")


def downgrade() -> None:
    op.execute("delete from notifications where kind in ('review_asked', 'reviewed')")
    _allow(_KINDS)
    op.execute("drop table review_reviewers")
    op.execute("drop table reviews")
    op.execute("alter table agents drop column is_novice")


def _allow(kinds: str) -> None:
    op.execute("alter table notifications drop constraint notifications_kind_check")
    op.execute(f"alter table notifications add constraint notifications_kind_check check (kind in ({kinds})) not valid")
    op.execute("alter table notifications validate constraint notifications_kind_check")
