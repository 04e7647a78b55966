-- Roles of a workspace's own, beside the three that are built in. A right that this program does not know gives nothing.
create table roles (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    name_key text collate "C" not null,
    permissions text[] not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
create unique index roles_by_name on roles (workspace_id, name_key);

grant select, insert, update, delete on roles to threadline_web, threadline_engine;

alter table roles enable row level security;
create policy web on roles to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on roles to threadline_engine using (true) with check (true);
create policy ingress on roles to threadline_ingress using (true) with check (true);

-- `role` stays 'agent' beside an own role: a process that does not know own roles yet gives the least of the three.
alter table agents add column role_id uuid;
alter table agents add constraint agents_role_fkey
    foreign key (workspace_id, role_id) references roles (workspace_id, id) on delete set null (role_id) not valid;
alter table agents validate constraint agents_role_fkey;
create index agents_by_role on agents (workspace_id, role_id) where role_id is not null;

alter table one_time_links add column role_id uuid;
alter table one_time_links add constraint one_time_links_role_fkey
    foreign key (workspace_id, role_id) references roles (workspace_id, id) on delete set null (role_id) not valid;
alter table one_time_links validate constraint one_time_links_role_fkey;
create index one_time_links_by_role on one_time_links (workspace_id, role_id) where role_id is not null;

-- Asked before the session has entered its workspace, as `teams_of_agent` is. Null: one of the built-in roles.
create function rights_of_agent(wanted_workspace uuid, wanted_agent uuid) returns text[]
    language sql stable security definer set search_path = public
begin atomic
    select r.permissions from agents a join roles r on r.workspace_id = a.workspace_id and r.id = a.role_id
    where a.workspace_id = wanted_workspace and a.id = wanted_agent;
end;
revoke execute on function rights_of_agent(uuid, uuid) from public;
grant execute on function rights_of_agent(uuid, uuid) to threadline_web, threadline_engine;
