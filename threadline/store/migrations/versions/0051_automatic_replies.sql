-- Greetings and away messages: what is said where, and what came of each message that started one.

create table automatic_replies (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    kind @text not null check (kind in ('greeting', 'away')),
    -- One of both at most: neither is the whole workspace.
    channel_id uuid,
    team_id uuid,
    is_on boolean not null,
    -- A list of languages with their texts, the first for everybody else (core/automatic_reply.py).
    wordings jsonb not null,
    expected_min integer not null default 0,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id),
    check (channel_id is null or team_id is null),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade,
    foreign key (workspace_id, team_id) references teams (workspace_id, id) on delete cascade
);
create unique index automatic_replies_by_place on automatic_replies (workspace_id, kind, channel_id, team_id)
    nulls not distinct;

create table automatic_sends (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    -- The customer's message that started it.
    cause_id uuid not null,
    due_at timestamptz not null,
    state @text not null default 'waiting' check (state in ('waiting', 'sent', 'left_out')),
    reason @text not null default '',
    message_id uuid,
    decided_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create unique index automatic_sends_waiting on automatic_sends (workspace_id, conversation_id) where state = 'waiting';
create index automatic_sends_due on automatic_sends (due_at) where state = 'waiting';
create index automatic_sends_sent on automatic_sends (workspace_id, conversation_id, decided_at) where state = 'sent';

-- Why a message of ours was said by itself. Null: somebody said it.
alter table messages add column automatic @text;

grant select, insert, update, delete on automatic_replies, automatic_sends to threadline_web, threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['automatic_replies', 'automatic_sends'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
