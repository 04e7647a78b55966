-- Search: what messages, names and numbers are found by, cut into words by us (core/search_text.py).
--
-- Every lexeme begins with the mark of its workspace, so that one tenant's common words cost the others nothing. The
-- tables are written behind the feed, not while a message is received; what is gone from `messages` is gone from here
-- by the foreign key, what changed there by a trigger, whoever wrote it.

create table message_words (
    workspace_id uuid not null,
    id uuid not null,
    words tsvector not null,
    foreign key (workspace_id, id) references messages (workspace_id, id) on delete cascade
) partition by range (id);
create index message_words_by_word on message_words using gin (words) with (gin_pending_list_limit = 512);
alter table message_words add primary key (workspace_id, id);
create table message_words_default partition of message_words default;

create table contact_words (
    workspace_id uuid not null,
    id uuid not null,
    words tsvector not null,
    foreign key (workspace_id, id) references contacts (workspace_id, id) on delete cascade,
    primary key (workspace_id, id)
);
create index contact_words_by_word on contact_words using gin (words) with (gin_pending_list_limit = 512);

-- How far what was there before has been read: from the newest down to `reached_id`. A newer version of the cutting
-- starts again.
create table search_progress (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    subject @text not null check (subject in ('messages', 'contacts')),
    version smallint not null,
    reached_id uuid,
    done_count bigint not null default 0,
    finished_at timestamptz,
    updated_at timestamptz not null default now(),
    primary key (workspace_id, subject)
);

-- By weeks: a word that one message in a hundred has is sorted out of a week's, not of a month's.
create or replace function make_partitions(first timestamptz, last timestamptz) returns integer language plpgsql as $$
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
        foreach parent in array array['deliveries', 'message_words'] loop
            made := made + make_partition(parent, parent || to_char(week at time zone 'UTC', '_YYYY_MM_DD'), week,
                                          week + interval '7 days')::int;
        end loop;
        week := week + interval '7 days';
    end loop;
    return made;
end $$;

-- Weeks for what is there already, back to the first month that messages have.
do $$
declare
    week timestamptz := (
        select coalesce(min(to_timestamp(right(c.relname, 7) || '_01', 'YYYY_MM_DD')), now()) from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'messages'::regclass and c.relname ~ '^messages_[0-9]{4}_[0-9]{2}$'
    );
begin
    week := date_trunc('week', week, 'UTC');
    while week <= now() + interval '70 days' loop
        perform make_partition('message_words', 'message_words' || to_char(week at time zone 'UTC', '_YYYY_MM_DD'), week,
                               week + interval '7 days');
        week := week + interval '7 days';
    end loop;
end $$;

-- What was changed or taken back is not found any more, until its new words were read.
create function forget_words() returns trigger language plpgsql security definer set search_path = public as $$
begin
    delete from message_words w where w.workspace_id = new.workspace_id and w.id = new.id;
    return null;
end $$;
create trigger messages_forget_words after update of content, deleted_at on messages
    for each row when (old.content is distinct from new.content or old.deleted_at is distinct from new.deleted_at)
    execute function forget_words();

-- Look-ups ----------------------------------------------------------------------------------------------------------
--
-- `@@` is not leakproof, so no index helps it under a policy. These see everything, take the workspace, check that it is
-- the caller's, and return ids only; the web role reads the rows behind them under its policies.

create function word_partitions() returns table (name text, first_id uuid, last_id uuid) language sql stable
    security definer set search_path = public
begin atomic
    select c.relname::text, first_uuid_at(starts.at), first_uuid_at(starts.at + interval '7 days')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid,
         lateral (select to_timestamp(right(c.relname, 10) || ' 00+00', 'YYYY_MM_DD HH24TZH') as at) starts
    where i.inhparent = 'message_words'::regclass and c.relname ~ '^message_words_[0-9]{4}_[0-9]{2}_[0-9]{2}$'
    union all
    select 'message_words_default', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'
    order by 2 desc;
end;

-- Walks back from the newest: what is common fills a page at once. The last row says where the walk ended.
create function newest_messages_with(wanted_workspace uuid, wanted tsquery, before_id uuid, first_id uuid, most integer,
                                     walked integer)
    returns table (id uuid, is_found boolean) language plpgsql stable security definer set search_path = public
    rows 100 as $$
declare
    part record;
    seen integer;
    here record;
    found_count integer := 0;
begin
    if wanted_workspace is distinct from current_workspace() then
        return;
    end if;
    for part in select * from word_partitions() p where p.first_id < before_id and p.last_id > newest_messages_with.first_id
    loop
        seen := 0;
        for here in execute format(
            'select w.id, ($2 is null or w.words @@ $2) as fits from %I w'
            ' where w.workspace_id = $1 and w.id < $3 and w.id >= $4 order by w.id desc limit $5', part.name)
            using wanted_workspace, wanted, before_id, newest_messages_with.first_id, walked
        loop
            seen := seen + 1;
            if here.fits then
                id := here.id; is_found := true;
                return next;
                found_count := found_count + 1;
            end if;
            if found_count >= most or seen >= walked then
                id := here.id; is_found := false;
                return next;
                return;
            end if;
        end loop;
        walked := walked - seen;
    end loop;
end $$;

-- Partition by partition from the newest, each by its index, until there are enough.
create function messages_with(wanted_workspace uuid, wanted tsquery, before_id uuid, first_id uuid, most integer)
    returns table (id uuid) language plpgsql stable security definer set search_path = public
    set enable_indexscan = off set enable_seqscan = off rows 100 as $$
declare
    part record;
    here uuid;
    found_count integer := 0;
begin
    if wanted_workspace is distinct from current_workspace() then
        return;
    end if;
    for part in select * from word_partitions() p where p.first_id < before_id and p.last_id > messages_with.first_id
    loop
        for here in execute format(
            'select w.id from %I w where w.words @@ %L::tsquery and w.workspace_id = $1 and w.id < $2 and w.id >= $3'
            ' order by w.id desc limit $4', part.name, wanted)
            using wanted_workspace, before_id, messages_with.first_id, most - found_count
        loop
            id := here;
            return next;
            found_count := found_count + 1;
        end loop;
        exit when found_count >= most;
    end loop;
end $$;

create function newest_contacts_with(wanted_workspace uuid, wanted tsquery, most integer, walked integer)
    returns table (id uuid) language sql stable security definer set search_path = public rows 100
begin atomic
    select newest.id from (
        select w.id, w.words from contact_words w
        where w.workspace_id = wanted_workspace and wanted_workspace = current_workspace() order by w.id desc limit walked
    ) newest where newest.words @@ wanted limit most;
end;

create function contacts_with(wanted_workspace uuid, wanted tsquery, most integer)
    returns table (id uuid) language plpgsql stable security definer set search_path = public
    set enable_indexscan = off set enable_seqscan = off rows 100 as $$
begin
    if wanted_workspace is distinct from current_workspace() then
        return;
    end if;
    return query execute format(
        'select w.id from contact_words w where w.words @@ %L::tsquery and w.workspace_id = $1 order by w.id desc limit $2',
        wanted) using wanted_workspace, most;
end $$;

-- Rights ------------------------------------------------------------------------------------------------------------

revoke execute on function forget_words(), word_partitions(), newest_contacts_with(uuid, tsquery, integer, integer),
    newest_messages_with(uuid, tsquery, uuid, uuid, integer, integer), contacts_with(uuid, tsquery, integer),
    messages_with(uuid, tsquery, uuid, uuid, integer) from public;
grant execute on function word_partitions(), newest_contacts_with(uuid, tsquery, integer, integer),
    newest_messages_with(uuid, tsquery, uuid, uuid, integer, integer), contacts_with(uuid, tsquery, integer),
    messages_with(uuid, tsquery, uuid, uuid, integer) to threadline_web, threadline_engine;
grant select, insert, update, delete on message_words, contact_words, search_progress to threadline_engine;
grant select on message_words, contact_words, search_progress to threadline_web;

do $$
declare
    tenant text;
begin
    foreach tenant in array array['message_words', 'contact_words', 'search_progress'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('create policy web on %I to threadline_web using (workspace_id = current_workspace())'
                       ' with check (workspace_id = current_workspace())', tenant);
        execute format('create policy engine on %I to threadline_engine using (true) with check (true)', tenant);
        execute format('create policy ingress on %I to threadline_ingress using (true) with check (true)', tenant);
    end loop;
end $$;

-- Who follows the feed begins at its end; what came before is read from the newest backwards (search_progress).
insert into consumers (workspace_id, name, position, position_id)
select f.workspace_id, 'index_search', f.last_seq,
       (select e.id from events e where e.workspace_id = f.workspace_id and e.seq = f.last_seq)
from feed_counters f where f.last_seq > 0;

-- What has a label: `label:` in a search starts from here.
create index if not exists conversation_labels_by_label on conversation_labels (workspace_id, label_id, conversation_id);
create index if not exists contact_labels_by_label on contact_labels (workspace_id, label_id, contact_id);
