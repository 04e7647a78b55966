"""The words of messages and the parts of names and numbers, for search."""

from pathlib import Path

from alembic import op

from threadline.store.migrations import run_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_name("0015_search.sql").read_text()
    run_script(op.get_bind(), script.replace("@text", 'text collate "C"'))


def downgrade() -> None:
    op.execute("drop trigger messages_forget_words on messages")
    op.execute("drop function forget_words()")
    op.execute("drop function newest_messages_with(uuid, tsquery, uuid, uuid, integer, integer)")
    op.execute("drop function messages_with(uuid, tsquery, uuid, uuid, integer)")
    op.execute("drop function newest_contacts_with(uuid, tsquery, integer, integer)")
    op.execute("drop function contacts_with(uuid, tsquery, integer)")
    op.execute("drop function word_partitions()")
    op.execute("drop table message_words")
    op.execute("drop table contact_words")
    op.execute("drop table search_progress")
    op.execute("drop index conversation_labels_by_label")
    op.execute("drop index contact_labels_by_label")
