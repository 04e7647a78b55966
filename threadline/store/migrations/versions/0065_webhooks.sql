-- Other programs that are told what happens here.

create table webhooks (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    url @text not null,
    -- Of which events it is told (core/webhook.py).
    kinds text[] not null,
    -- Told with conversation and message, not with their ids alone.
    has_content boolean not null,
    is_on boolean not null,
    -- Why the desk itself switched it off; empty: nobody but a person did.
    off_reason @text not null default '' check (off_reason in ('', 'failing', 'gone')),
    off_at timestamptz,
    -- Sealed, the newest first; the one before signs too until its time is over.
    secrets bytea not null,
    secret_last4 @text not null,
    old_secret_until timestamptz,
    -- What happened before it was made, or while it was off, it is not told.
    since_seq bigint not null,
    failed_in_row integer not null default 0,
    created_at timestamptz not null,
    -- For a day it can come back, with its secret.
    deleted_at timestamptz,
    primary key (workspace_id, id)
);
create unique index webhooks_by_id on webhooks (id);
create unique index webhooks_by_name on webhooks (workspace_id, name_key) where deleted_at is null;

create table webhook_dispatches (
    workspace_id uuid not null,
    id uuid not null,
    webhook_id uuid not null,
    cause @text not null check (cause in ('event', 'call', 'test')),
    -- Of the event, or of whoever asks for a call: the same is told once.
    key uuid not null,
    -- Ids and states (core/webhook.py); texts are read when it is told.
    told jsonb not null,
    conversation_id uuid,
    takes_answer boolean not null default false,
    state @text not null default 'waiting' check (state in ('waiting', 'told', 'failed')),
    due_at timestamptz not null,
    claimed_until timestamptz,
    -- Since it was made or replayed.
    tries integer not null default 0,
    -- Of all rounds.
    tried integer not null default 0,
    -- What became of the answer, and why not if it was refused.
    answer_outcome @text not null default '' check (answer_outcome in ('', 'nothing', 'done', 'refused')),
    answer_reason @text not null default '',
    answer_text text not null default '',
    created_at timestamptz not null,
    settled_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, webhook_id, key),
    foreign key (workspace_id, webhook_id) references webhooks (workspace_id, id) on delete cascade
);
create index webhook_dispatches_due on webhook_dispatches (workspace_id, webhook_id, due_at, id)
    where state = 'waiting';
create index webhook_dispatches_claimed on webhook_dispatches (claimed_until) where claimed_until is not null;
create index webhook_dispatches_failed on webhook_dispatches (workspace_id, webhook_id, id) where state = 'failed';
create index webhook_dispatches_by_webhook on webhook_dispatches (workspace_id, webhook_id, id);
create index webhook_dispatches_settled on webhook_dispatches (settled_at) where settled_at is not null;

create table webhook_tries (
    workspace_id uuid not null,
    dispatch_id uuid not null,
    number integer not null,
    at timestamptz not null,
    took_ms integer not null,
    status integer,
    error @text not null default '' check (error in ('', 'unreachable', 'timeout', 'broken', 'redirected')),
    -- The first 2 KiB of what came back.
    answer text not null default '',
    primary key (workspace_id, dispatch_id, number),
    foreign key (workspace_id, dispatch_id) references webhook_dispatches (workspace_id, id) on delete cascade
);

-- There is nobody yet who could be told of what was.
insert into consumers (workspace_id, name, position)
select workspace_id, 'tell_webhooks', last_seq from feed_counters on conflict do nothing;

grant select, insert, update, delete on webhooks, webhook_dispatches to threadline_web, threadline_engine;
grant select on webhook_tries to threadline_web;
grant select, insert on webhook_tries to threadline_engine;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['webhooks', 'webhook_dispatches', 'webhook_tries'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
