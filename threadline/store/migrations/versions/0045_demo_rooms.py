"""Teams, stages, fields, patterns and files of saved replies of the demo are written down, and go with it."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_BEFORE = "'conversation', 'contact', 'person', 'agent', 'label', 'saved_reply', 'company'"

# What conversations and people of the demo hang on goes after them; what somebody uses for their own by now stays there
# and is offered no more. Members of its teams come first, for colleagues go with the conversations.
_SCRIPT = """
alter function remove_demo(uuid) rename to remove_demo_talks;

create function remove_demo(of_workspace uuid) returns integer language plpgsql security definer
    set search_path = public, pg_temp as $$
declare
    of_kind record;
    removed integer;
    thing record;
    beside demo_things[] := array(
        select d from demo_things d where d.workspace_id = of_workspace
        and d.kind in ('team', 'stage', 'field', 'task_pattern', 'file'));
begin
    if of_workspace is distinct from current_workspace() then
        raise exception 'not the workspace of this transaction';
    end if;
    delete from team_members m using unnest(beside) d
        where d.kind = 'team' and m.workspace_id = of_workspace and m.team_id = d.id;
    removed := remove_demo_talks(of_workspace);
    for of_kind in
        select * from (values ('file', 'files'), ('task_pattern', 'task_patterns'), ('field', 'fields'),
                              ('stage', 'stages'), ('team', 'teams')) as k (kind, name)
    loop
        for thing in select d.id from unnest(beside) d where d.kind = of_kind.kind loop
            begin
                execute format('delete from %I where workspace_id = $1 and id = $2', of_kind.name)
                using of_workspace, thing.id;
            exception when foreign_key_violation then
                execute format('update %I set deleted_at = coalesce(deleted_at, now())'
                               ' where workspace_id = $1 and id = $2', of_kind.name)
                using of_workspace, thing.id;
            end;
        end loop;
    end loop;
    return removed;
end $$;
revoke execute on function remove_demo(uuid), remove_demo_talks(uuid) from public, threadline_web, threadline_engine;
grant execute on function remove_demo(uuid) to threadline_web, threadline_engine;
"""


def upgrade() -> None:
    _allow(f"{_BEFORE}, 'team', 'stage', 'field', 'task_pattern', 'file'")
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop function remove_demo(uuid)")
    op.execute("alter function remove_demo_talks(uuid) rename to remove_demo")
    op.execute("grant execute on function remove_demo(uuid) to threadline_web, threadline_engine")
    op.execute("delete from demo_things where kind in ('team', 'stage', 'field', 'task_pattern', 'file')")
    _allow(_BEFORE)


def _allow(kinds: str) -> None:
    op.execute("alter table demo_things drop constraint demo_things_kind_check")
    op.execute(f"alter table demo_things add constraint demo_things_kind_check check (kind in ({kinds}))")
