-- Macros: several acts under a name, of an agent, of a team, or (without either) of the workspace.

create table macros (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    agent_id uuid,
    team_id uuid,
    name text not null,
    -- What is done, in its order (core/acts.py).
    acts jsonb not null,
    -- Of everybody's uses lately; see core/saved_reply.py. Null: never used.
    warmth double precision,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, team_id) references teams (workspace_id, id),
    check (agent_id is null or team_id is null)
);
create index macros_by_agent on macros (workspace_id, agent_id);

create table macro_uses (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    macro_id uuid not null,
    warmth double precision not null,
    primary key (workspace_id, agent_id, macro_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, macro_id) references macros (workspace_id, id) on delete cascade
);
create index macro_uses_by_macro on macro_uses (workspace_id, macro_id);

-- The id is the client's own: whoever presses twice finds the first run. The macro may be deleted later.
create table macro_runs (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    macro_id uuid not null,
    conversation_id uuid not null,
    actor_id uuid not null,
    ran_at timestamptz not null,
    -- How it stood before and after, and what was added (core/acts.py), for whoever takes it back.
    before jsonb,
    after jsonb,
    made jsonb,
    undone_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index macro_runs_by_conversation on macro_runs (workspace_id, conversation_id);

-- What acts added in each conversation of an order for many.
alter table bulk_items add column made jsonb;

grant select, insert, update, delete on macros, macro_uses to threadline_web, threadline_engine;
grant select, insert, update on macro_runs to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['macros', 'macro_uses', 'macro_runs'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
