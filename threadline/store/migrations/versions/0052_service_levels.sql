-- Service levels: what is promised to whom, by when each clock must stop, and what time alone does then.

create table sla_policies (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key @text not null,
    -- The first that matches wins.
    position integer not null,
    filter jsonb not null,
    -- Targets (core/sla.py); null: not promised.
    first_reply jsonb,
    next_reply jsonb,
    resolution jsonb,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index sla_policies_by_name on sla_policies (workspace_id, name_key);

-- One clock of one conversation. Nothing is ever read off it that the thread, the policies and the calendars do not say:
-- it is kept so that time alone can act, and marks stay so that each acts once.
create table deadlines (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    conversation_id uuid not null,
    clock @text not null check (clock in ('reply', 'resolution', 'window')),
    is_first boolean not null default false,
    policy_id uuid,
    -- Which wait it is: when it began in truth.
    began_at timestamptz not null,
    -- The clock of the conversation as it stood when this was counted.
    since timestamptz not null,
    half_at timestamptz,
    warn_at timestamptz,
    -- Null: the clock stands still, or is over.
    due_at timestamptz,
    warned_at timestamptz,
    missed_at timestamptz,
    -- When to act next; null: never, as it stands.
    act_at timestamptz,
    primary key (workspace_id, conversation_id, clock),
    foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
) with (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
create index deadlines_to_act on deadlines (act_at) where act_at is not null;
create index deadlines_to_act_in on deadlines (workspace_id, act_at) where act_at is not null;
create index deadlines_missed on deadlines (workspace_id, policy_id)
    where missed_at is not null and due_at is not null;

-- A policy, a calendar or what they ask for changed: every clock that goes is counted again, in parts.
create table deadline_recounts (
    workspace_id uuid not null references workspaces (id) on delete cascade primary key,
    total integer not null default 0,
    done integer not null default 0,
    after_id uuid not null default '00000000-0000-0000-0000-000000000000'
);

-- What is due next of a waiting customer: the earlier of the promised answer and the end of the window (core/due.py).
alter table conversations add column due_at timestamptz;
create index conversations_due on conversations (workspace_id, due_at, id)
    where waiting_since is not null and state <> 'resolved';

insert into sla_policies (workspace_id, id, name, name_key, position, filter, first_reply, next_reply)
select id, gen_random_uuid(), 'Service level', 'service level', 0, '{"kind": "group", "match": "all", "of": []}', t, t
from (select id, jsonb_build_object('minutes', coalesce((settings ->> 'reply_target_min')::int, 4)) as t,
             coalesce((settings ->> 'reply_target_min')::int, 4) as minutes from workspaces) w
where minutes > 0;
insert into deadline_recounts (workspace_id) select id from workspaces;
update workspaces set settings = settings - 'reply_target_min' where settings ? 'reply_target_min';

alter table notifications drop constraint notifications_kind_check;
alter table notifications add constraint notifications_kind_check
    check (kind in ('assigned', 'mentioned', 'not_delivered', 'woken', 'replied', 'discussed', 'review_asked',
                    'reviewed', 'task_due', 'due_soon', 'window_closing')) not valid;
alter table notifications validate constraint notifications_kind_check;

grant select, insert, update, delete on sla_policies to threadline_web, threadline_engine;
grant select, insert, update, delete on deadlines, deadline_recounts to threadline_engine;
grant select on deadlines to threadline_web;
grant select, insert, update on deadline_recounts to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['sla_policies', 'deadlines', 'deadline_recounts'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;
