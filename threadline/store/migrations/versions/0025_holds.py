"""How long an answer is held before it goes out; where a company is to be found; whose last files are asked for."""

from alembic import op

from threadline.store.migrations import run_script

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_PLACES = """
create table places (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    id uuid not null,
    name text not null,
    address text not null,
    latitude double precision not null,
    longitude double precision not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, id)
);
grant select, insert, delete on places to threadline_web;
grant select, insert, update, delete on places to threadline_engine;
alter table places enable row level security;
create policy web on places to threadline_web using (workspace_id = current_workspace())
    with check (workspace_id = current_workspace());
create policy engine on places to threadline_engine using (true) with check (true);
create policy ingress on places to threadline_ingress using (true) with check (true);
"""


def upgrade() -> None:
    op.execute("alter table attempts add column not_before timestamptz")
    op.execute(
        "create index files_by_uploader on files (workspace_id, uploaded_by, id desc) where uploaded_by is not null"
    )
    run_script(op.get_bind(), _PLACES)


def downgrade() -> None:
    op.execute("drop table places")
    op.execute("drop index files_by_uploader")
    op.execute("alter table attempts drop column not_before")
