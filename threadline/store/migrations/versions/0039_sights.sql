-- Asked before the session has entered its workspace, as `teams_of_agent` is.
create function sights_of_workspace(wanted uuid) returns text
    language sql stable security definer set search_path = public
begin atomic
    select (settings->'sights')::text from workspaces where id = wanted;
end;
revoke execute on function sights_of_workspace(uuid) from public;
grant execute on function sights_of_workspace(uuid) to threadline_web, threadline_engine;

-- What tokens could read they read on: a program must not find dots where it found numbers.
update api_tokens set scopes = scopes || array['addresses:read', 'addresses:read_in_messages', 'messages:read_earlier']
where scopes && array['conversations:read', 'messages:send', 'contacts:change', 'contacts:export'];

-- Who looked at whose masked numbers. Kept as long as the workspace, and changed by nobody.
create table address_reveals (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    contact_id uuid not null,
    actor_id uuid not null,
    at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index address_reveals_by_contact on address_reveals (workspace_id, contact_id);

grant select, insert on address_reveals to threadline_web;
grant select, insert, update, delete on address_reveals to threadline_engine;

alter table address_reveals enable row level security;
create policy web on address_reveals to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on address_reveals to threadline_engine using (true) with check (true);
create policy ingress on address_reveals to threadline_ingress using (true) with check (true);
