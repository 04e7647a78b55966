"""Contacts by parts: no more rows are read of a search than a person could wait for."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# The index of words says which rows have all parts. Asked for the workspace beside them, the planner reads the whole
# primary key of it as well: half a million entries to leave out none, for the words carry their workspace. So that is
# looked at behind `offset 0`. Reading the rows costs more than finding them: where more than four thousand have all
# parts, but not forty of the newest two thousand, any four thousand are sorted instead of all.
_SCRIPT = """
create or replace function contacts_with(wanted_workspace uuid, wanted tsquery, most integer)
    returns table (id uuid) language plpgsql stable security definer set search_path = public
    set enable_indexscan = off set enable_seqscan = off rows 100 as $$
begin
    if wanted_workspace is distinct from current_workspace() then
        return;
    end if;
    return query execute format(
        'select found.id from ('
        '  select w.id from (select id, workspace_id from contact_words where words @@ %L::tsquery offset 0) w'
        '  where w.workspace_id = $1 limit greatest(4000, $2)'
        ') found order by found.id desc limit $2', wanted) using wanted_workspace, most;
end $$;
"""

_BEFORE = """
create or replace function contacts_with(wanted_workspace uuid, wanted tsquery, most integer)
    returns table (id uuid) language plpgsql stable security definer set search_path = public
    set enable_indexscan = off set enable_seqscan = off rows 100 as $$
begin
    if wanted_workspace is distinct from current_workspace() then
        return;
    end if;
    return query execute format(
        'select w.id from contact_words w where w.words @@ %L::tsquery and w.workspace_id = $1'
        ' order by w.id desc limit $2', wanted) using wanted_workspace, most;
end $$;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    run_script(op.get_bind(), _BEFORE)
