"""Companies of the demo are written down as its other things are."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_BEFORE = "'conversation', 'contact', 'person', 'agent', 'label', 'saved_reply'"


def upgrade() -> None:
    _allow(f"{_BEFORE}, 'company'")


def downgrade() -> None:
    op.execute("delete from demo_things where kind = 'company'")
    _allow(_BEFORE)


def _allow(kinds: str) -> None:
    op.execute("alter table demo_things drop constraint demo_things_kind_check")
    op.execute(f"alter table demo_things add constraint demo_things_kind_check check (kind in ({kinds}))")
