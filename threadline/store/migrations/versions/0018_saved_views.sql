-- Saved views: a filter with a name and an order, of one agent, of a team, or (neither) of the workspace.

create table saved_views (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    agent_id uuid,
    team_id uuid,
    name text not null,
    filter jsonb not null,
    list_order @text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, team_id) references teams (workspace_id, id),
    check (agent_id is null or team_id is null)
);
create index saved_views_by_agent on saved_views (workspace_id, agent_id);

-- Each state has an index in the order of lists, so that a view of several reads each from its top.
create index conversations_pending on conversations (workspace_id, list_at desc, id desc) where state = 'pending';

grant select, insert, update, delete on saved_views to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['saved_views'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
