-- Teams: what they are called, and who is in them.

create table teams (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    colour @text not null
        check (colour in ('red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'grey')),
    created_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (workspace_id, id)
);
-- A name is free again once its team is deleted.
create unique index teams_by_name on teams (workspace_id, name_key) where deleted_at is null;

create table team_members (
    workspace_id uuid not null,
    team_id uuid not null,
    agent_id uuid not null,
    added_at timestamptz not null default now(),
    primary key (workspace_id, team_id, agent_id),
    foreign key (workspace_id, team_id) references teams (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index team_members_by_agent on team_members (workspace_id, agent_id);

-- Nothing is looked up for a conversation without a team, so arriving messages pay nothing for this key.
alter table conversations add column team_id uuid;
alter table conversations add constraint conversations_team_fkey
    foreign key (workspace_id, team_id) references teams (workspace_id, id) not valid;
alter table conversations validate constraint conversations_team_fkey;
-- Only what a team has stands in these: its queue, and what members see who see no more than their teams'.
create index conversations_by_team on conversations (workspace_id, team_id, list_at desc, id desc)
    where state <> 'resolved' and team_id is not null;
create index conversations_resolved_by_team on conversations (workspace_id, team_id, list_at desc, id desc)
    where state = 'resolved' and team_id is not null;

alter table agents drop constraint agents_sees_check;
alter table agents add constraint agents_sees_check check (sees in ('all', 'team', 'assigned'));

-- Read together with a session or token, before its workspace is entered: so it looks past the policies, at ids only.
create function teams_of_agent(wanted_workspace uuid, wanted_agent uuid) returns uuid[]
    language sql stable security definer set search_path = public
begin atomic
    select coalesce(array_agg(m.team_id order by m.team_id), '{}')
    from team_members m
    join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id and t.deleted_at is null
    where m.workspace_id = wanted_workspace and m.agent_id = wanted_agent;
end;
revoke execute on function teams_of_agent(uuid, uuid) from public;
grant execute on function teams_of_agent(uuid, uuid) to threadline_web, threadline_engine;

-- Teams themselves are never removed, for the feed names them; leaving one removes a row.
grant select, insert, update, delete on teams, team_members to threadline_engine;
grant select, insert, update on teams to threadline_web;
grant select, insert, delete on team_members to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['teams', 'team_members'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
