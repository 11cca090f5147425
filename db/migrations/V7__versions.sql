-- What people say of versions, aliases that nobody moves in passing, and datasets by name.

-- A protected alias moves, is removed or loses its protection only when that was confirmed; a run never moves it.
alter table model_alias add column protected boolean not null default false;

-- What it was after the move: a change of the protection alone is in the history as well.
alter table model_alias_move add column protected boolean not null default false;

-- Laid aside: not in lists unless asked for, and no alias can point there. Content and number stay.
alter table model_version add column archived_at timestamptz;
alter table model_version add column archived_by text;

create index model_version_archived on model_version (model) where archived_at is not null;

create table model_version_tag (
    model     text        not null,
    version   integer     not null,
    tag       text        not null,
    value     text        not null default '',
    tagged_at timestamptz not null default now(),
    tagged_by text,
    primary key (model, version, tag),
    foreign key (model, version) references model_version (model, version) on delete cascade
);

create index model_version_tag_search on model_version_tag (tag, value, model, version);

create index dataset_by_name on dataset (name, id);
