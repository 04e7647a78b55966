-- A desk after two years: 1 million conversations, 10 million messages, half of everything in one workspace.
--
-- `:conversations` conversations with ten messages each. One in twenty runs through all months, the others live for some
-- days. The newest conversations, as many as `:written` messages need, began this month: so much lies in the partition
-- being written, whatever the day. Run by the owner of the schema; foreign keys are true by construction and not checked.

set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '256MB';

create or replace function bench_uuid(moment timestamptz, number bigint) returns uuid language sql immutable parallel safe
    return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '7' || substr(md5(number::text), 1, 3)
            || '8' || substr(md5(number::text), 4, 15))::uuid;

\o /dev/null
select make_partitions(now() - interval '24 months', now() + interval '40 days');
\o

\echo making :conversations conversations
create unlogged table bench_conversations as
select n,
       case when n % 2 = 0 then 1 else 2 + (n % 9) end::int as workspace,
       n % 20 = 0 as is_long,
       greatest(
           -- quadratic: more of them lately, as a growing desk has
           now() - interval '24 months' * (1 - sqrt(n::float8 / :conversations)) - interval '2 minutes',
           case when n > :conversations - :written / 10
                then month + (now() - interval '2 minutes' - month)
                     * ((n - :conversations + :written / 10) / greatest(1.0, :written / 10)) end
       ) as started_at
from generate_series(1, :conversations) n, (select date_trunc('month', now(), 'UTC') as month) this;

create unlogged table bench_workspaces as
select n as workspace, bench_uuid(now() - interval '25 months', n) as id,
       bench_uuid(now() - interval '25 months', 1000 + n) as endpoint_id,
       bench_uuid(now() - interval '25 months', 2000 + n) as channel_id,
       bench_uuid(now() - interval '25 months', 3000 + n) as agent_id,
       bench_uuid(now() - interval '25 months', 4000 + n) as person_id
from generate_series(1, 10) n;

insert into workspaces (id, name) select id, 'Workspace ' || workspace from bench_workspaces;
insert into feed_counters (workspace_id) select id from bench_workspaces;
insert into people (id, email, name) select person_id, 'agent' || workspace || '@bench.example', 'Agent' from bench_workspaces;
insert into agents (workspace_id, id, person_id, role) select id, agent_id, person_id, 'admin' from bench_workspaces;
insert into endpoints (workspace_id, id, key, provider, secrets)
select id, endpoint_id, 'bench' || workspace, 'meta', '' from bench_workspaces;
insert into channels (workspace_id, id, type, name, endpoint_id, address, account, secrets)
select id, channel_id, 'whatsapp', 'Shop', endpoint_id, 'bench-number-' || workspace, 'bench-account-' || workspace, ''
from bench_workspaces;

-- Names as a town has them: some are common, most are not; the number makes each its own.
create or replace function bench_name(number bigint) returns text language sql immutable parallel safe
    return (array['Anna', 'Ben', 'Chloé', 'Dmitri', 'Elif', 'François', 'Greta', 'Hana', 'Igor', 'Jürgen', 'Katarzyna',
                  'Łukasz', 'Mónica', 'Naïma', 'Olga', 'Piotr', '美玲', 'Rosa', 'สมชาย', 'Tomáš', 'Ümit', 'Věra', '陽子',
                  'Wout', 'Xenia', 'Yara', 'Zoë'])[1 + number % 27]
           || ' ' || initcap(translate(substr(md5((number % 40009)::text), 1, 7), '0123456789', 'aeiourlnst'))
           || ' ' || number;

-- Words that one message in so many has, so that search is measured on rare and on common ones.
create or replace function bench_words(number bigint) returns text language sql immutable parallel safe
    return case when number % 10 = 0 then ' Please return it.' else '' end
           || case when number % 50 = 1 then ' I want a refund.' else '' end
           || case when number % 200 = 3 then ' It arrived broken.' else '' end
           || case when number % 1000 = 7 then ' Straight from the kiln.' else '' end
           || case when number % 20000 = 9 then ' In white porcelain.' else '' end
           || case when number % 1000000 = 11 then ' Or in celadon.' else '' end
           || case when number % 500 = 13 then ' 请问有蓝色的碗吗' else '' end;

\echo contacts
insert into contacts (workspace_id, id, name, phone, created_at, updated_at)
select w.id, bench_uuid(c.started_at, 10000000 + c.n), bench_name(c.n), '+44' || (7700000000 + c.n), c.started_at, c.started_at
from bench_conversations c join bench_workspaces w using (workspace);

\echo addresses
insert into addresses (workspace_id, id, contact_id, scheme, scope, value, created_at)
select w.id, bench_uuid(c.started_at, 20000000 + c.n), bench_uuid(c.started_at, 10000000 + c.n), 'phone', '',
       '+44' || (7700000000 + c.n), c.started_at
from bench_conversations c join bench_workspaces w using (workspace);

-- The ten messages of each conversation: spread over all time, or minutes and hours apart.
\echo times of the messages
create unlogged table bench_messages as
select c.n, c.workspace, k as seq,
       least(case when c.is_long then c.started_at + (now() - c.started_at) * (k / 10.0)
                  else c.started_at + interval '37 minutes' * k * k end, now() - interval '1 second' * (11 - k)) as at
from bench_conversations c, generate_series(1, 10) k;

\echo conversations
insert into conversations (workspace_id, id, channel_id, contact_id, address_id, state, assignee_id, first_message_id,
                           last_message_id, last_seq, incoming_count, last_activity_at, waiting_since, last_inbound_at,
                           window_closes_at, created_at, resolved_at)
select w.id, bench_uuid(c.started_at, 30000000 + c.n), w.channel_id, bench_uuid(c.started_at, 10000000 + c.n),
       bench_uuid(c.started_at, 20000000 + c.n),
       case when c.n > :conversations * 0.95 then 'open' else 'resolved' end,
       case when c.n % 3 = 0 then w.agent_id end,
       bench_uuid(m.first_at, 100000000 + c.n * 10 + 1), bench_uuid(m.last_at, 100000000 + c.n * 10 + 10),
       10, 5, m.last_at, case when c.n > :conversations * 0.95 and c.n % 5 = 0 then m.last_at end, m.last_at,
       m.last_at + interval '24 hours', c.started_at,
       case when c.n > :conversations * 0.95 then null else m.last_at end
from bench_conversations c join bench_workspaces w using (workspace)
join (select n, min(at) as first_at, max(at) as last_at from bench_messages group by n) m using (n);

\echo messages
insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, author_id, kind, content,
                      provider_id, provider_at, sort_at, created_at, status)
select w.id, bench_uuid(m.at, 100000000 + m.n * 10 + m.seq), bench_uuid(c.started_at, 30000000 + c.n), w.channel_id, m.seq,
       case when m.seq % 2 = 1 then 'incoming' else 'outgoing' end, case when m.seq % 2 = 1 then 'contact' else 'agent' end,
       case when m.seq % 2 = 1 then bench_uuid(c.started_at, 10000000 + c.n) else w.agent_id end, 'text',
       jsonb_build_object('kind', 'text', 'text', 'Message ' || m.seq || ' of customer ' || m.n
                          || ': do you still have the blue bowls with the sand glaze?'
                          || bench_words(('x' || substr(md5((m.n * 10 + m.seq)::text), 1, 8))::bit(32)::bigint)),
       case when m.seq % 2 = 1 then 'wamid.' || md5((m.n * 10 + m.seq)::text) end, m.at, m.at, m.at,
       case when m.seq % 2 = 0 then 5 end
from bench_messages m join bench_conversations c using (n) join bench_workspaces w on w.workspace = m.workspace
order by m.at;

drop table bench_messages;
drop table bench_conversations;
set session_replication_role = origin;
\echo statistics
vacuum analyze;
