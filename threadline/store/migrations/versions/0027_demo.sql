-- What the demo made, so that it can be removed, and nothing else with it.

create table demo_things (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    kind @text not null check (kind in ('conversation', 'contact', 'person', 'agent', 'label', 'saved_reply')),
    id uuid not null,
    is_for_admin boolean not null default false,
    primary key (workspace_id, kind, id)
);
grant select, insert, delete on demo_things to threadline_engine;
grant select on demo_things to threadline_web;
alter table demo_things enable row level security;
create policy web on demo_things to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on demo_things to threadline_engine using (true) with check (true);
create policy ingress on demo_things to threadline_ingress using (true) with check (true);

-- Nobody who works here may delete messages, so the owner does, and only what stands in demo_things: conversations with
-- everything that hangs on them, then those contacts, labels and people that nothing else uses by now. What hangs on what
-- is asked of the catalogue, for later releases add tables: whatever names a conversation, message or contact of the demo
-- goes, in as many rounds as their keys need. The events stay: they hold ids only, and they tell that it happened.
create function remove_demo(of_workspace uuid) returns integer language plpgsql security definer
    set search_path = public, pg_temp as $$
declare
    conversation_ids uuid[] := array(select id from demo_things where workspace_id = of_workspace and kind = 'conversation');
    contact_ids uuid[] := array(
        select d.id from demo_things d where d.workspace_id = of_workspace and d.kind = 'contact'
        and not exists (select from conversations c where c.workspace_id = of_workspace and c.contact_id = d.id
                        and c.id <> all (conversation_ids)));
    message_ids uuid[] := array(
        select id from messages where workspace_id = of_workspace and conversation_id = any (conversation_ids));
    hanging record;
    is_stuck boolean := true;
    round integer := 0;
begin
    if of_workspace is distinct from current_workspace() then
        raise exception 'not the workspace of this transaction';
    end if;
    while is_stuck and round < 8 loop
        is_stuck := false;
        round := round + 1;
        for hanging in
            select c.relname as name, a.attname as col from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            join pg_attribute w on w.attrelid = c.oid and w.attname = 'workspace_id' and not w.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname not in ('events', 'seals', 'demo_things')
            and ((a.attname in ('conversation_id', 'message_id', 'contact_id'))
                 or (c.relname in ('message_words', 'contact_words', 'messages', 'conversations', 'contacts')
                     and a.attname = 'id'))
            and a.atttypid = 'uuid'::regtype
            order by c.relname in ('messages', 'conversations', 'contacts'), c.relname
        loop
            begin
                execute format('delete from %I where workspace_id = $1 and %I = any ($2)', hanging.name, hanging.col)
                using of_workspace, case
                    when hanging.col = 'conversation_id' or hanging.name = 'conversations' and hanging.col = 'id'
                        then conversation_ids
                    when hanging.col = 'contact_id' or hanging.name in ('contacts', 'contact_words') then contact_ids
                    else message_ids end;
            exception when foreign_key_violation then
                is_stuck := true;
            end;
        end loop;
    end loop;
    if is_stuck then
        raise exception 'something still hangs on the demo';
    end if;
    delete from saved_replies r using demo_things d
        where d.workspace_id = of_workspace and d.kind = 'saved_reply' and r.workspace_id = d.workspace_id and r.id = d.id;
    -- A label that somebody put on a customer of theirs is theirs by now.
    update labels l set deleted_at = now() from demo_things d
        where d.workspace_id = of_workspace and d.kind = 'label' and l.workspace_id = d.workspace_id and l.id = d.id
        and l.deleted_at is null
        and not exists (select from conversation_labels x where x.workspace_id = l.workspace_id and x.label_id = l.id)
        and not exists (select from contact_labels x where x.workspace_id = l.workspace_id and x.label_id = l.id);
    -- Colleagues go, too; whom somebody's own conversation names by now stays readable there and works here no more.
    update conversations c set assignee_id = null from demo_things d
        where d.workspace_id = of_workspace and d.kind = 'agent' and c.workspace_id = d.workspace_id
        and c.assignee_id = d.id and c.state <> 'resolved';
    for hanging in select id from demo_things where workspace_id = of_workspace and kind = 'agent' loop
        begin
            delete from notifications where workspace_id = of_workspace and agent_id = hanging.id;
            delete from agents where workspace_id = of_workspace and id = hanging.id;
        exception when foreign_key_violation then
            update agents set deactivated_at = coalesce(deactivated_at, now())
                where workspace_id = of_workspace and id = hanging.id;
        end;
    end loop;
    delete from people p using demo_things d where d.workspace_id = of_workspace and d.kind = 'person' and p.id = d.id
        and not exists (select from agents a where a.person_id = p.id);
    delete from demo_things where workspace_id = of_workspace;
    return cardinality(conversation_ids);
end $$;
revoke execute on function remove_demo(uuid) from public;
grant execute on function remove_demo(uuid) to threadline_web, threadline_engine;
