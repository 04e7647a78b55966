-- A discussion stands beside a conversation. Its conversation stands in each row, so that whoever takes conversations
-- away (the demo) finds them all.

create table discussions (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    subject text not null,
    state @text not null default 'open' check (state in ('open', 'closed')),
    -- Entries are numbered without gaps, lines of the desk among them.
    last_seq integer not null default 0,
    last_note_at timestamptz not null,
    started_by uuid,
    started_at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, started_by) references agents (workspace_id, id)
);
create index discussions_by_conversation on discussions (workspace_id, conversation_id);

-- Who is, or was, in it. Whoever is in it sees its conversation, whatever they see else.
create table discussion_members (
    workspace_id uuid not null,
    discussion_id uuid not null,
    agent_id uuid not null,
    conversation_id uuid not null,
    added_by uuid,
    added_at timestamptz not null,
    removed_at timestamptz,
    -- The last entry they have seen.
    read_seq integer not null default 0,
    primary key (workspace_id, discussion_id, agent_id),
    foreign key (workspace_id, discussion_id) references discussions (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index discussion_members_by_agent on discussion_members (agent_id, conversation_id) where removed_at is null;
create index discussion_members_by_conversation on discussion_members (workspace_id, conversation_id)
    where removed_at is null;

create table discussion_notes (
    workspace_id uuid not null,
    id uuid not null,
    discussion_id uuid not null,
    conversation_id uuid not null,
    seq integer not null,
    kind @text not null check (kind in ('note', 'started', 'added', 'removed', 'left', 'closed', 'reopened')),
    author_id uuid,
    text text not null default '',
    -- As in notes of the thread: whom it names, by the name of the day.
    mentions jsonb not null default '[]',
    -- Whom a line is about.
    agent_id uuid,
    client_id uuid,
    at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, discussion_id, seq),
    foreign key (workspace_id, discussion_id) references discussions (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create unique index discussion_notes_once on discussion_notes (workspace_id, discussion_id, client_id)
    where client_id is not null;

grant select, insert, update on discussions, discussion_members, discussion_notes to threadline_web;
grant select, insert, update, delete on discussions, discussion_members, discussion_notes to threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['discussions', 'discussion_members', 'discussion_notes'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
