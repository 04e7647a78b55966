"""Skills: who has them, and which labels and conversations ask for them."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0069_skills.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    for table in ("conversation_skills", "skill_labels", "skill_agents", "skills"):
        op.execute(f"drop table {table}")
