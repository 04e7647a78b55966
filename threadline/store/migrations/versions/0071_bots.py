"""Bots: tokens of programs that answer first, on which channels, and which conversations they have."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_NAME_OF_BOT = """
create function name_of_bot(wanted_workspace uuid, wanted_token uuid) returns text
    language sql stable security definer set search_path = public
begin atomic
    select t.bot_name from api_tokens t where t.workspace_id = wanted_workspace and t.id = wanted_token;
end
"""
"""Asked before the session has entered its workspace, as `rights_of_agent` is. Null: not a bot's."""


def upgrade() -> None:
    op.execute("alter table api_tokens add column bot_name text")
    op.execute(_NAME_OF_BOT)
    op.execute("revoke execute on function name_of_bot(uuid, uuid) from public")
    op.execute("grant execute on function name_of_bot(uuid, uuid) to threadline_web, threadline_engine")
    op.execute(
        "alter table channels add column bot_id uuid, add column bot_team_id uuid,"
        " add column bot_after_min smallint not null default 1 check (bot_after_min between 1 and 1440),"
        " add column bot_hours text collate \"C\" not null default 'always'"
        " check (bot_hours in ('always', 'open', 'closed')),"
        " add foreign key (workspace_id, bot_id) references api_tokens (workspace_id, id),"
        " add foreign key (workspace_id, bot_team_id) references teams (workspace_id, id)"
    )
    op.execute("alter table conversations add column bot_id uuid, add column bot_at timestamptz")
    op.execute(
        "create index conversations_of_bots on conversations (workspace_id, bot_id)"
        " where bot_id is not null and state = 'pending' and assignee_id is null"
    )


def downgrade() -> None:
    op.execute("drop index conversations_of_bots")
    op.execute("alter table conversations drop column bot_at, drop column bot_id")
    op.execute(
        "alter table channels drop column bot_hours, drop column bot_after_min, drop column bot_team_id,"
        " drop column bot_id"
    )
    op.execute("drop function name_of_bot(uuid, uuid)")
    op.execute("alter table api_tokens drop column bot_name")
