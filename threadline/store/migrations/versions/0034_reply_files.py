"""Saved replies of teams, with files and with wordings in other languages."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_SCRIPT = """
-- An agent's, a team's, or (without either) the workspace's.
alter table saved_replies add column team_id uuid;
alter table saved_replies add column language text collate "C" not null default '';
alter table saved_replies add constraint saved_replies_team_fkey
    foreign key (workspace_id, team_id) references teams (workspace_id, id) not valid;
alter table saved_replies validate constraint saved_replies_team_fkey;
alter table saved_replies add constraint saved_replies_one_owner check (agent_id is null or team_id is null) not valid;
alter table saved_replies validate constraint saved_replies_one_owner;
drop index saved_replies_by_shortcut;
create unique index saved_replies_by_shortcut on saved_replies (workspace_id, agent_id, team_id, channel_id, shortcut)
    nulls not distinct where shortcut <> '';

-- What the same reply says in another language.
create table saved_reply_wordings (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    reply_id uuid not null,
    language text collate "C" not null,
    text text not null,
    primary key (workspace_id, reply_id, language),
    foreign key (workspace_id, reply_id) references saved_replies (workspace_id, id) on delete cascade
);

-- A file is one reply's. Its row in `files` names no channel: each sending makes a copy of it, and no bytes.
create table saved_reply_files (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    reply_id uuid not null,
    file_id uuid not null,
    place smallint not null,
    primary key (workspace_id, file_id),
    foreign key (workspace_id, reply_id) references saved_replies (workspace_id, id) on delete cascade,
    foreign key (workspace_id, file_id) references files (workspace_id, id)
);
create index saved_reply_files_by_reply on saved_reply_files (workspace_id, reply_id, place);

grant select, insert, update, delete on saved_reply_wordings, saved_reply_files to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['saved_reply_wordings', 'saved_reply_files'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
"""


def upgrade() -> None:
    run_script(op.get_bind(), _SCRIPT)


def downgrade() -> None:
    op.execute("drop table saved_reply_files")
    op.execute("drop table saved_reply_wordings")
    op.execute("drop index saved_replies_by_shortcut")
    op.execute("delete from saved_replies where team_id is not null")
    op.execute("alter table saved_replies drop column team_id, drop column language")
    op.execute(
        "create unique index saved_replies_by_shortcut on saved_replies (workspace_id, agent_id, channel_id, shortcut)"
        " nulls not distinct where shortcut <> ''"
    )
