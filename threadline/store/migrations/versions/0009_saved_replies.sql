-- Saved replies. Without an agent a reply is the workspace's; without a channel it is for all of them.

create table saved_replies (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    agent_id uuid,
    channel_id uuid,
    title text not null,
    shortcut @text not null default '',
    text text not null,
    -- Of everybody's uses lately; see core/saved_reply.py. Null: never used.
    warmth double precision,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id)
);
create index saved_replies_by_agent on saved_replies (workspace_id, agent_id);
create unique index saved_replies_by_shortcut on saved_replies (workspace_id, agent_id, channel_id, shortcut)
    nulls not distinct where shortcut <> '';

create table saved_reply_uses (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    reply_id uuid not null,
    warmth double precision not null,
    primary key (workspace_id, agent_id, reply_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, reply_id) references saved_replies (workspace_id, id) on delete cascade
);
create index saved_reply_uses_by_reply on saved_reply_uses (workspace_id, reply_id);

grant select, insert, update, delete on saved_replies, saved_reply_uses to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['saved_replies', 'saved_reply_uses'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
