-- What agents have half written, on all their devices alike. An empty one stays for a while, so that it wins over what
-- a device that was away wrote before.

create table drafts (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    conversation_id uuid not null,
    mode @text not null check (mode in ('reply', 'note')),
    text text not null,
    written_at timestamptz not null,
    primary key (workspace_id, agent_id, conversation_id, mode),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create index drafts_open on drafts (workspace_id, agent_id, written_at desc) where text <> '';

-- Who was named in which note. A team's members are named each.
create table mentions (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    agent_id uuid not null,
    conversation_id uuid not null,
    message_id uuid not null,
    mentioned_at timestamptz not null,
    seen_at timestamptz,
    primary key (workspace_id, agent_id, message_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create index mentions_by_agent on mentions (workspace_id, agent_id, mentioned_at desc);
create index mentions_unseen on mentions (workspace_id, agent_id, conversation_id) where seen_at is null;
create index mentions_by_message on mentions (workspace_id, message_id);

grant select, insert, update on drafts, mentions to threadline_web;
grant select, insert, update, delete on drafts, mentions to threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['drafts', 'mentions'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
