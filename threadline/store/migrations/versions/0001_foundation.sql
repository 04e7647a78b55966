-- The foundation: people, workspaces, channels, contacts, conversations, messages, attempts, deliveries, events.
--
-- `@text` stands for text compared byte by byte: nothing we look up or index depends on a locale (docs/design.md §6).
-- Tenant tables carry workspace_id in their primary key, so every foreign key stays within its workspace (S4).

-- Roles -------------------------------------------------------------------------------------------------------------

do $$
declare wanted text;
begin
    foreach wanted in array array['threadline_web', 'threadline_ingress', 'threadline_engine'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin', wanted);
            exception when duplicate_object or unique_violation then
                null; -- another database of this server made it at the same moment
            end;
        end if;
        if not pg_has_role(current_user, wanted, 'member') then
            execute format('grant %I to current_user', wanted);
        end if;
    end loop;
end $$;

create function current_workspace() returns uuid language sql stable parallel safe
    return nullif(current_setting('threadline.workspace_id', true), '')::uuid;

-- The installation --------------------------------------------------------------------------------------------------

create table installation (
    id smallint primary key check (id = 1),
    key_fingerprint @text not null,
    sending_paused_at timestamptz,
    sending_paused_reason @text not null default '',
    created_at timestamptz not null default now()
);

create table people (
    id uuid primary key,
    email @text not null unique,
    name text not null,
    password_hash @text,
    locale @text not null default 'en',
    theme @text not null default 'system' check (theme in ('system', 'light', 'dark')),
    created_at timestamptz not null default now(),
    deactivated_at timestamptz
);

create table sessions (
    id uuid primary key,
    token_hash bytea not null unique,
    person_id uuid not null references people (id) on delete cascade,
    workspace_id uuid,
    csrf_token @text not null,
    address @text not null default '',
    user_agent @text not null default '',
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    idle_until timestamptz not null,
    expires_at timestamptz not null,
    proved_at timestamptz not null default now(),
    revoked_at timestamptz,
    -- The cookie before the last change of it: good for requests that were on their way, without fresh proof.
    previous_hash bytea unique,
    changed_at timestamptz
);
create index sessions_by_person on sessions (person_id) where revoked_at is null;

create table one_time_links (
    id uuid primary key,
    token_hash bytea not null unique,
    purpose @text not null check (purpose in ('setup', 'invitation')),
    workspace_id uuid,
    email @text not null default '',
    role @text not null,
    sees @text not null default 'all',
    channel_ids uuid[],
    invited_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz
);

create table rate_counters (
    key @text primary key,
    window_started_at timestamptz not null,
    hits integer not null
) with (fillfactor = 70);

create table workers (
    id uuid primary key,
    kind @text not null,
    host @text not null,
    pid integer not null,
    started_at timestamptz not null default now(),
    beat_at timestamptz not null default now()
);

create table leases (
    name @text primary key,
    fence bigint not null default 0,
    worker_id uuid,
    taken_at timestamptz
);

-- Workspaces and who works in them ----------------------------------------------------------------------------------

create table workspaces (
    id uuid primary key,
    name text not null,
    is_sandbox boolean not null default false,
    sending_paused_at timestamptz,
    settings jsonb not null default '{}',
    created_at timestamptz not null default now()
);

-- The last lock of every writing transaction: nothing may be locked after it.
create table feed_counters (
    workspace_id uuid primary key references workspaces (id) on delete cascade,
    last_seq bigint not null default 0
) with (fillfactor = 20);

create table agents (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    person_id uuid not null references people (id),
    role @text not null check (role in ('admin', 'supervisor', 'agent')),
    sees @text not null default 'all' check (sees in ('all', 'assigned')),
    channel_ids uuid[],
    created_at timestamptz not null default now(),
    deactivated_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, person_id)
);
create index agents_by_person on agents (person_id);

create table api_tokens (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    agent_id uuid,
    name text not null,
    token_hash bytea not null unique,
    last4 @text not null,
    scopes text[] collate "C" not null,
    channel_ids uuid[],
    created_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);

create table idempotency_keys (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    actor_id uuid not null,
    route @text not null,
    key @text not null,
    request_hash bytea not null,
    status smallint,
    response bytea,
    created_at timestamptz not null default now(),
    primary key (workspace_id, actor_id, route, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Channels ----------------------------------------------------------------------------------------------------------

create table endpoints (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    key @text not null unique,
    provider @text not null,
    app @text not null default '',
    secrets bytea not null,
    verified_at timestamptz,
    last_delivery_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);

create table channels (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null unique,
    type @text not null,
    name text not null,
    endpoint_id uuid not null,
    address @text not null,
    account @text not null default '',
    display_address @text not null default '',
    state @text not null default 'connected' check (state in ('connected', 'paused', 'disconnected')),
    paused_reason @text not null default '',
    secrets bytea not null,
    settings jsonb not null default '{}',
    health jsonb not null default '{}',
    is_practice boolean not null default false,
    created_at timestamptz not null default now(),
    disconnected_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, endpoint_id) references endpoints (workspace_id, id)
);
-- A provider's address is live in one workspace only.
create unique index channels_live on channels (type, address) where state <> 'disconnected';
create index channels_by_endpoint on channels (workspace_id, endpoint_id);

create table templates (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    channel_type @text not null,
    account @text not null,
    provider_id @text not null,
    name @text not null,
    language @text not null,
    category @text not null,
    status @text not null,
    quality @text not null default '',
    reason @text not null default '',
    components jsonb not null,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id),
    unique (workspace_id, channel_type, account, name, language)
);

-- Contacts ----------------------------------------------------------------------------------------------------------

create table contacts (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null default '',
    is_name_ours boolean not null default false,
    handle text not null default '',
    phone @text not null default '',
    locale @text not null default '',
    merged_into uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, id)
) with (fillfactor = 90);

create table addresses (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    contact_id uuid not null,
    scheme @text not null,
    scope @text not null,
    value @text not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
    unique (workspace_id, scheme, scope, value)
);
create index addresses_by_contact on addresses (workspace_id, contact_id);

create table consents (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    contact_id uuid not null,
    channel_id uuid not null,
    category @text not null,
    is_given boolean not null,
    source @text not null,
    detail text not null default '',
    changed_at timestamptz not null,
    primary key (workspace_id, contact_id, channel_id, category),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
);

-- A channel and a contact's address: what may be sent there.
create table reaches (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    channel_id uuid not null,
    contact_id uuid not null,
    last_inbound_at timestamptz,
    window_closes_at timestamptz,
    blocked_at timestamptz,
    blocked_reason @text not null default '',
    primary key (workspace_id, channel_id, contact_id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
    foreign key (workspace_id, channel_id) references channels (workspace_id, id)
) with (fillfactor = 75);

-- Conversations and messages ----------------------------------------------------------------------------------------

create table conversations (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    channel_id uuid not null,
    contact_id uuid not null,
    address_id uuid,
    thread @text not null default '',
    state @text not null default 'open' check (state in ('open', 'pending', 'snoozed', 'resolved')),
    assignee_id uuid,
    first_message_id uuid,
    last_message_id uuid,
    last_seq integer not null default 0,
    incoming_count integer not null default 0,
    last_activity_at timestamptz not null,
    waiting_since timestamptz,
    last_inbound_at timestamptz,
    window_closes_at timestamptz,
    failed_count integer not null default 0,
    created_at timestamptz not null default now(),
    resolved_at timestamptz,
    foreign key (workspace_id, channel_id) references channels (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
    foreign key (workspace_id, assignee_id) references agents (workspace_id, id)
) with (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);
-- One unresolved conversation per channel, contact and thread (R4).
create unique index conversations_unresolved on conversations (workspace_id, channel_id, contact_id, thread)
    where state <> 'resolved';
-- Written at every message, so few: mine and unassigned; all open; resolved; waiting; not delivered; of a contact.
create index conversations_by_assignee on conversations (workspace_id, assignee_id, last_activity_at desc, id desc)
    where state <> 'resolved' and assignee_id is not null;
-- Apart, for `is null` gives an index no order to read in: the planner would sort all that nobody has.
create index conversations_unassigned on conversations (workspace_id, last_activity_at desc, id desc)
    where state <> 'resolved' and assignee_id is null;
create index conversations_open on conversations (workspace_id, last_activity_at desc, id desc) where state = 'open';
create index conversations_resolved on conversations (workspace_id, last_activity_at desc, id desc)
    where state = 'resolved';
create index conversations_resolved_by_assignee on conversations (workspace_id, assignee_id, last_activity_at desc, id desc)
    where state = 'resolved' and assignee_id is not null;
create index conversations_waiting on conversations (workspace_id, waiting_since, id)
    where waiting_since is not null and state <> 'resolved';
create index conversations_failed on conversations (workspace_id, last_activity_at desc, id desc)
    where failed_count > 0;
create index conversations_by_contact on conversations (workspace_id, contact_id, created_at desc);
-- The primary keys of these tables come after their other indexes: without statistics the planner takes the newest of
-- equally cheap indexes, and a foreign key into an empty table would be looked up by a wrong one (six times slower).
alter table conversations add primary key (workspace_id, id);

create table messages (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    channel_id uuid not null,
    seq integer not null,
    direction @text not null check (direction in ('incoming', 'outgoing', 'note', 'line')),
    author_kind @text not null check (author_kind in ('contact', 'agent', 'flow', 'system', 'phone_app')),
    author_id uuid,
    kind @text not null,
    content jsonb not null,
    provider_id @text,
    provider_at timestamptz,
    sort_at timestamptz not null,
    written_at timestamptz,
    created_at timestamptz not null default now(),
    quoted_id uuid,
    quoted_provider_id @text,
    referral jsonb,
    forwarded @text not null default '',
    group_key @text not null default '',
    client_id uuid,
    status smallint,
    is_uncertain boolean not null default false,
    copies smallint not null default 0,
    failure_code @text,
    failure_text text,
    failure_help @text,
    file_ids uuid[],
    edited_at timestamptz,
    deleted_at timestamptz,
    previous jsonb,
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
) partition by range (id);
create index messages_by_sort on messages (workspace_id, conversation_id, sort_at desc, seq desc);
alter table messages add primary key (workspace_id, id);

create table client_messages (
    workspace_id uuid not null,
    conversation_id uuid not null,
    client_id uuid not null,
    message_id uuid not null,
    primary key (workspace_id, conversation_id, client_id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);

-- Keys of inbound items that carry no provider time, so that a repeat is found whatever partition it would fall in.
create table inbound_keys (
    channel_id uuid not null,
    provider_id @text not null,
    message_id uuid not null,
    primary key (channel_id, provider_id)
);

create table reactions (
    workspace_id uuid not null,
    message_id uuid not null,
    author_kind @text not null check (author_kind in ('contact', 'agent', 'phone_app')),
    author_id uuid not null,
    emoji text not null,
    at timestamptz not null,
    primary key (workspace_id, message_id, author_kind, author_id)
);

-- Things that point at a message we do not know yet (reactions, edits, receipts before their target), by provider id.
create table parked_items (
    workspace_id uuid not null,
    channel_id uuid not null,
    target_provider_id @text not null,
    id uuid not null,
    attempt_id uuid,
    kind @text not null,
    item jsonb not null,
    at timestamptz,
    received_at timestamptz not null default now(),
    primary key (channel_id, target_provider_id, id)
);
create index parked_items_by_age on parked_items (received_at);
create index parked_items_by_attempt on parked_items (attempt_id) where attempt_id is not null;

create table reads (
    workspace_id uuid not null,
    agent_id uuid not null,
    conversation_id uuid not null,
    read_count integer not null,
    read_at timestamptz not null default now(),
    primary key (workspace_id, agent_id, conversation_id),
    foreign key (workspace_id, agent_id) references agents (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
) with (fillfactor = 80);

create table files (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    channel_id uuid,
    message_id uuid,
    state @text not null check (state in ('pending', 'ready', 'failed', 'refused')),
    mime @text not null default '',
    declared_mime @text not null default '',
    name text not null default '',
    size_bytes bigint not null default 0,
    sha256 bytea,
    blob_key @text,
    preview_key @text,
    width integer,
    height integer,
    duration_ms integer,
    waveform bytea,
    is_inline boolean not null default false,
    source jsonb,
    error @text not null default '',
    tries smallint not null default 0,
    provider_media_id @text,
    provider_media_expires_at timestamptz,
    uploaded_by uuid,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create index files_pending on files (created_at) where state = 'pending';

-- Sending -----------------------------------------------------------------------------------------------------------

create table attempts (
    workspace_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    conversation_id uuid not null,
    contact_id uuid not null,
    message_id uuid not null,
    seq integer not null,
    part smallint not null default 0,
    content jsonb,
    send_class smallint not null default 0,
    status smallint not null default 0,
    due_at timestamptz not null,
    try_no smallint not null default 0,
    claimed_at timestamptz,
    fence bigint,
    provider_id @text,
    uncertain_at timestamptz,
    uncertain_reason @text not null default '',
    is_copy boolean not null default false,
    is_held boolean not null default false,
    error_code @text,
    error_text text,
    sent_at timestamptz,
    delivered_at timestamptz,
    read_at timestamptz,
    played_at timestamptz,
    failed_at timestamptz,
    price_category @text,
    price_type @text,
    created_at timestamptz not null default now(),
    foreign key (workspace_id, message_id) references messages (workspace_id, id)
) partition by range (id);
-- The outbox: what waits, what is on its way, what nobody knows the end of.
create index attempts_queued on attempts (channel_id, send_class, due_at, id) where status = 0 and not is_held;
create index attempts_unsettled on attempts (channel_id, id) where status = 1;
create index attempts_uncertain on attempts (channel_id, uncertain_at) where uncertain_at is not null and status <= 1;
create index attempts_by_message on attempts (workspace_id, message_id, id);
create index attempts_unsent_by_conversation on attempts (conversation_id, seq) where status <= 1;
alter table attempts add primary key (workspace_id, id);

-- Acts: typing, read marks, reactions of ours. Due within seconds, never retried after their time.
create table acts (
    workspace_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    conversation_id uuid not null,
    kind @text not null check (kind in ('typing', 'read', 'reaction')),
    target_message_id uuid,
    target_provider_id @text not null default '',
    emoji text not null default '',
    actor_id uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    done_at timestamptz,
    error @text not null default '',
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create index acts_open on acts (channel_id, id) where done_at is null;

-- Deliveries --------------------------------------------------------------------------------------------------------

-- One line per (channel, request). The line whose id is body_id holds the body for all of them.
create table deliveries (
    id uuid not null,
    body_id uuid not null,
    workspace_id uuid,
    endpoint_id uuid,
    channel_id uuid,
    state @text not null default 'open' check (state in ('open', 'done', 'unroutable', 'dead')),
    body bytea,
    blob_key @text,
    headers jsonb,
    tries smallint not null default 0,
    error text not null default '',
    received_at timestamptz not null,
    closed_at timestamptz,
    primary key (id)
) partition by range (id);
create index deliveries_open on deliveries (channel_id, id) where state = 'open';
create index deliveries_to_see on deliveries (workspace_id, id desc) where state in ('unroutable', 'dead');

-- An item of a delivery that failed by its own fault: kept with its error, shown, replayable (R2).
create table failed_items (
    workspace_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    delivery_id uuid not null,
    position integer not null,
    item jsonb not null,
    error text not null,
    state @text not null default 'failed' check (state in ('failed', 'replayed', 'dropped')),
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);

-- Events and those who follow them ----------------------------------------------------------------------------------

create table events (
    workspace_id uuid not null,
    id uuid not null,
    seq bigint not null,
    kind @text not null,
    conversation_id uuid,
    message_id uuid,
    contact_id uuid,
    channel_id uuid,
    agent_id uuid,
    actor_id uuid,
    data jsonb not null default '{}',
    depth smallint not null default 0,
    at timestamptz not null,
    primary key (workspace_id, id)
) partition by range (id);
create index events_by_seq on events (workspace_id, seq);
create index events_by_conversation on events (workspace_id, conversation_id, seq) where conversation_id is not null;

create table consumers (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    name @text not null,
    position bigint not null default 0,
    position_id uuid,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, name)
) with (fillfactor = 50);

create table failed_events (
    workspace_id uuid not null,
    consumer @text not null,
    seq bigint not null,
    conversation_id uuid,
    error text not null,
    tries smallint not null,
    retry_at timestamptz,
    state @text not null default 'waiting' check (state in ('waiting', 'set_aside', 'done')),
    created_at timestamptz not null default now(),
    primary key (workspace_id, consumer, seq)
);
create index failed_events_open on failed_events (workspace_id, consumer, conversation_id) where state <> 'done';

-- Who answers an incoming message, decided once, with the reason (docs/design.md §4.6).
create table answer_decisions (
    workspace_id uuid not null,
    message_id uuid not null,
    conversation_id uuid not null,
    answered_by @text not null,
    reason @text not null,
    decided_at timestamptz not null default now(),
    primary key (workspace_id, message_id)
);

create table seals (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    first_seq bigint not null,
    last_seq bigint not null,
    previous_hash bytea not null,
    hash bytea not null,
    sealed_at timestamptz not null default now(),
    primary key (workspace_id, first_seq)
);

-- Partitions --------------------------------------------------------------------------------------------------------

-- The smallest UUIDv7 of a moment.
create function first_uuid_at(moment timestamptz) returns uuid language sql immutable parallel safe
    return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Makes the partition of `parent` that begins at `starts_at`, with the guards that cannot span partitions. Made apart
-- and then attached, so that writers wait for the attachment only.
create function make_partition(parent text, name text, starts_at timestamptz, ends_at timestamptz) returns boolean
language plpgsql as $$
begin
    if to_regclass(name) is not null then
        return false;
    end if;
    execute format('create table %I (like %I including defaults including constraints including storage)', name, parent);
    if parent in ('messages', 'attempts') then
        execute format('create unique index %I on %I (channel_id, provider_id) where provider_id is not null',
                       name || '_provider', name);
    elsif parent = 'events' then
        execute format('create unique index %I on %I (workspace_id, seq)', name || '_seq', name);
    end if;
    if parent = 'attempts' then
        execute format('alter table %I set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)', name);
    elsif parent = 'messages' then
        execute format('alter table %I set (fillfactor = 90)', name);
    elsif parent = 'deliveries' then
        execute format('alter table %I set (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05)', name);
    end if;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                   parent, name, first_uuid_at(starts_at), first_uuid_at(ends_at));
    return true;
end $$;

create table messages_default partition of messages default;
create unique index messages_default_provider on messages_default (channel_id, provider_id) where provider_id is not null;
create table attempts_default partition of attempts default;
create unique index attempts_default_provider on attempts_default (channel_id, provider_id) where provider_id is not null;
create table events_default partition of events default;
create unique index events_default_seq on events_default (workspace_id, seq);
create table deliveries_default partition of deliveries default;

-- Makes what is missing from the month (week, for deliveries) of `first` up to and with that of `last`.
create function make_partitions(first timestamptz, last timestamptz) returns integer language plpgsql as $$
declare
    made integer := 0;
    month timestamptz;
    week timestamptz;
    parent text;
begin
    month := date_trunc('month', first, 'UTC');
    while month <= last loop
        foreach parent in array array['messages', 'attempts', 'events'] loop
            made := made + make_partition(parent, parent || to_char(month at time zone 'UTC', '_YYYY_MM'), month,
                                          ((month at time zone 'UTC') + interval '1 month') at time zone 'UTC')::int;
        end loop;
        month := ((month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    end loop;
    week := date_trunc('week', first, 'UTC');
    while week <= last loop
        made := made + make_partition('deliveries', 'deliveries' || to_char(week at time zone 'UTC', '_YYYY_MM_DD'), week,
                                      week + interval '7 days')::int;
        week := week + interval '7 days';
    end loop;
    return made;
end $$;

select make_partitions(now() - interval '8 days', now() + interval '70 days');

-- Numbering ---------------------------------------------------------------------------------------------------------

-- Look-ups the web role needs before it knows its workspace. They return ids only.
create function workspaces_of_person(wanted_person uuid)
    returns table (workspace_id uuid, agent_id uuid) language sql stable security definer set search_path = public
begin atomic
    select a.workspace_id, a.id from agents a where a.person_id = wanted_person and a.deactivated_at is null;
end;

create function workspace_names_of_person(wanted_person uuid)
    returns table (workspace_id uuid, name text) language sql stable security definer set search_path = public
begin atomic
    select w.id, w.name from agents a join workspaces w on w.id = a.workspace_id
    where a.person_id = wanted_person and a.deactivated_at is null;
end;

-- Who stands behind a session or a token, in one look-up before the workspace is known. Times are the database's (R25).
create function open_session(wanted_hash bytea)
    returns table (session_id uuid, person_id uuid, workspace_id uuid, csrf_token text, proof_age_s double precision,
                   is_untouched boolean, agent_id uuid, role text, sees text, channel_ids uuid[])
    language sql stable security definer set search_path = public
begin atomic
    select s.id, s.person_id, s.workspace_id, s.csrf_token,
           case when s.token_hash = wanted_hash then extract(epoch from now() - s.proved_at)::float8 end,
           s.last_seen_at < now() - interval '1 minute', a.id, a.role, a.sees, a.channel_ids
    from sessions s
    join people p on p.id = s.person_id and p.deactivated_at is null
    left join agents a on a.workspace_id = s.workspace_id and a.person_id = s.person_id and a.deactivated_at is null
    where (s.token_hash = wanted_hash or s.previous_hash = wanted_hash and s.changed_at > now() - interval '15 seconds')
      and s.revoked_at is null and s.idle_until > now() and s.expires_at > now();
end;

create function open_token(wanted_hash bytea)
    returns table (token_id uuid, workspace_id uuid, scopes text[], token_channel_ids uuid[], is_untouched boolean,
                   is_bound boolean, agent_id uuid, person_id uuid, role text, sees text, channel_ids uuid[])
    language sql stable security definer set search_path = public
begin atomic
    select t.id, t.workspace_id, t.scopes, t.channel_ids,
           t.last_used_at is null or t.last_used_at < now() - interval '1 minute',
           t.agent_id is not null, a.id, a.person_id, a.role, a.sees, a.channel_ids
    from api_tokens t
    left join agents a on a.workspace_id = t.workspace_id and a.id = t.agent_id and a.deactivated_at is null
    left join people p on p.id = a.person_id
    where t.token_hash = wanted_hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
      and (t.agent_id is null or (a.id is not null and p.deactivated_at is null));
end;

-- Rights ------------------------------------------------------------------------------------------------------------

revoke all on schema public from public;
grant usage on schema public to threadline_web, threadline_ingress, threadline_engine;
revoke execute on all functions in schema public from public;
grant execute on all functions in schema public to threadline_web, threadline_engine;
grant execute on function current_workspace() to threadline_ingress;

grant select, insert, update, delete on all tables in schema public to threadline_engine;
grant select, insert, update on all tables in schema public to threadline_web;
grant delete on idempotency_keys, reactions, rate_counters to threadline_web;

-- Partitions are reached through their parent only, for a policy of the parent does not guard them.
do $$
declare part text;
begin
    for part in select relname from pg_class where relnamespace = 'public'::regnamespace and relispartition and relkind = 'r' loop
        execute format('revoke all on %I from threadline_web, threadline_engine', part);
    end loop;
end $$;

-- Ingress: finds its endpoint and channels, inserts deliveries. Nothing else.
grant select on endpoints, channels to threadline_ingress;
grant insert on deliveries to threadline_ingress;
grant update (verified_at, last_delivery_at) on endpoints to threadline_ingress;

-- Events are append-only for everybody who works here; only the owner's retention may remove them (S64).
revoke update, delete on events, seals from threadline_web, threadline_engine;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger events_are_append_only before update or delete on events
    for each row when (current_setting('threadline.retention', true) is distinct from 'on')
    execute function refuse_change();
create trigger seals_are_append_only before update or delete on seals
    for each row when (current_setting('threadline.retention', true) is distinct from 'on')
    execute function refuse_change();

-- Row-level security: the web role sees its workspace; the engine and ingress serve all of them.
do $$
declare
    tenant text;
begin
    for tenant in
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and c.relname not in ('sessions', 'one_time_links')
    loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
    alter table workspaces enable row level security;
    create policy web on workspaces to threadline_web using (id = current_workspace()) with check (id = current_workspace());
    create policy engine on workspaces to threadline_engine using (true) with check (true);
end $$;
