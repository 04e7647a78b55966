-- Priority: 0 none, 1 medium, 2 high, 3 urgent. Few have one, so no list reads an index by it.
alter table conversations add column priority smallint not null default 0 check (priority between 0 and 3);

-- Who follows a conversation: by themselves, or because a colleague wanted them to take part, and then they see it.
create table followers (
    workspace_id uuid not null,
    agent_id uuid not null,
    conversation_id uuid not null,
    is_invited boolean not null default false,
    added_at timestamptz not null default now(),
    primary key (workspace_id, agent_id, conversation_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create index followers_by_conversation on followers (workspace_id, conversation_id);
-- Read by every list of somebody who does not see everything.
create index followers_invited on followers (agent_id, conversation_id) where is_invited;

create table pins (
    workspace_id uuid not null,
    agent_id uuid not null,
    conversation_id uuid not null,
    pinned_at timestamptz not null default now(),
    primary key (workspace_id, agent_id, conversation_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create index pins_by_conversation on pins (workspace_id, conversation_id);

grant select, insert, update, delete on followers, pins to threadline_engine, threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['followers', 'pins'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
