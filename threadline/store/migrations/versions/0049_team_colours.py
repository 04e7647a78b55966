"""Teams have all the colours that labels have: twelve of those that the form offers were refused by the table."""

from typing import Final

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_FIRST: Final = "'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'grey'"
_LATER: Final = "'maroon', 'coral', 'brown', 'gold', 'olive', 'lime', 'forest', 'cyan', 'sky', 'navy', 'violet', 'pink'"


def upgrade() -> None:
    _allow(f"{_FIRST}, {_LATER}")


def downgrade() -> None:
    op.execute(f"update teams set colour = 'grey' where colour in ({_LATER})")
    _allow(_FIRST)


def _allow(colours: str) -> None:
    op.execute("alter table teams drop constraint teams_colour_check")
    op.execute(f"alter table teams add constraint teams_colour_check check (colour in ({colours})) not valid")
    op.execute("alter table teams validate constraint teams_colour_check")
