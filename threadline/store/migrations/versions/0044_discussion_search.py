"""Notes of discussions are found by their words, and withdrawn by their authors."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# The words stand in the row: whoever searches reads the notes of their own discussions, which are few, and nobody
# else's. The entry that began a discussion says its subject, so that it is found as a note is.
_SCRIPT = """
alter table discussion_notes
    add column words tsvector,
    add column withdrawn_at timestamptz;
update discussion_notes n set text = d.subject from discussions d
where n.kind = 'started' and d.workspace_id = n.workspace_id and d.id = n.discussion_id;

alter table search_progress drop constraint search_progress_subject_check;
alter table search_progress add constraint search_progress_subject_check
    check (subject in ('messages', 'contacts', 'discussions')) not valid;
alter table search_progress validate constraint search_progress_subject_check;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("delete from search_progress where subject = 'discussions'")
    op.execute("alter table search_progress drop constraint search_progress_subject_check")
    op.execute(
        "alter table search_progress add constraint search_progress_subject_check"
        " check (subject in ('messages', 'contacts'))"
    )
    op.execute("alter table discussion_notes drop column words, drop column withdrawn_at")
    op.execute("update discussion_notes set text = '' where kind = 'started'")
