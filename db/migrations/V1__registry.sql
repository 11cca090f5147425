-- What Firn remembers. PostgreSQL and the object store are the truth.
--
-- Conventions: ids are UUID version 7, made by Firn, so they grow with time and newest-first lists page by id.
-- A digest is the 32 bytes of a SHA-256; psql shows and takes it as '\xab12…'. All times come from the database's
-- clock. Documents that SQL does not look into are jsonb.

-- ------------------------------------------------------------------------------------------------ bytes

-- One object in the store under blobs/sha256/ab/<digest>. The row is committed after the object is complete.
create table blob (
    digest            bytea       primary key constraint blob_digest_length check (octet_length(digest) = 32),
    bytes             bigint      not null constraint blob_bytes check (bytes >= 0),
    state             text        not null constraint blob_state check (state in ('STORED', 'QUARANTINED')),
    stored_at         timestamptz not null default now(),
    -- when somebody last relied on the blob being there: the sweep of unnamed blobs leaves young ones alone
    touched_at        timestamptz not null default now(),
    quarantined_at    timestamptz,
    quarantine_reason text
);

create index blob_quarantined on blob (quarantined_at) where state = 'QUARANTINED';
create index blob_by_touch on blob (touched_at);

-- Announced before an object is put, removed in the transaction that commits its blob row: what a crash leaves
-- in the object store is found through the intents that stayed open.
create table blob_write_intent (
    id        uuid        primary key,
    digest    bytea       not null constraint blob_write_intent_digest_length check (octet_length(digest) = 32),
    bytes     bigint      not null,
    opened_at timestamptz not null default now()
);

create index blob_write_intent_by_digest on blob_write_intent (digest);
create index blob_write_intent_by_age on blob_write_intent (opened_at);

-- A folder. Its digest is that of its manifest blob, which names each file with its digest.
create table artifact (
    digest     bytea       primary key references blob (digest),
    kind       text        not null,
    bytes      bigint      not null,
    files      integer     not null,
    created_at timestamptz not null default now(),
    touched_at timestamptz not null default now()
);

create index artifact_by_touch on artifact (touched_at);

create table artifact_file (
    artifact bytea  not null references artifact (digest) on delete cascade,
    name     text   not null,
    digest   bytea  not null references blob (digest),
    bytes    bigint not null,
    primary key (artifact, name)
);

create index artifact_file_by_digest on artifact_file (digest);

-- ------------------------------------------------------------------------------------------------ runs

create table run (
    id                uuid        primary key,
    name              text        not null,
    state             text        not null constraint run_state check
        (state in ('QUEUED', 'RUNNING', 'PAUSED', 'STOPPING', 'CANCELLED', 'FAILED', 'SUCCEEDED')),
    priority          integer     not null default 0,
    workflow_id       text        not null constraint run_workflow_id unique,
    specification     jsonb       not null,
    fingerprint       jsonb,
    failure           jsonb,
    result            jsonb,
    parent_checkpoint uuid,
    idempotency_key   text        constraint run_idempotency_key unique,
    body_digest       bytea,
    requested_by      text,
    created_at        timestamptz not null default now(),
    started_at        timestamptz,
    finished_at       timestamptz,
    constraint run_idempotency check ((idempotency_key is null) = (body_digest is null))
);

create index run_by_state on run (state, id);
create index run_by_name on run (name, id);
create index run_waiting on run (priority desc, id) where state = 'QUEUED';
create index run_unfinished on run (id) where state in ('QUEUED', 'RUNNING', 'PAUSED', 'STOPPING');
create index run_by_parent_checkpoint on run (parent_checkpoint) where parent_checkpoint is not null;

-- The execution of one stage for one run. Whoever works on it took the fence's present value; every write of
-- its results checks that in its own transaction.
create table stage_execution (
    id          uuid     primary key,
    run_id      uuid     not null references run (id) on delete cascade,
    stage       text     not null,
    position    smallint not null,
    state       text     not null constraint stage_execution_state check
        (state in ('PENDING', 'RUNNING', 'REUSED', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    stage_key   text,
    fence       bigint   not null default 0,
    reused_from uuid     references stage_execution (id),
    reason      text,
    progress    jsonb,
    failure     jsonb,
    started_at  timestamptz,
    finished_at timestamptz,
    constraint stage_execution_of_run unique (run_id, stage)
);

create index stage_execution_reusable on stage_execution (stage_key, id) where state = 'SUCCEEDED';
create index stage_execution_by_source on stage_execution (reused_from) where reused_from is not null;

create table stage_output (
    stage_execution_id uuid  not null references stage_execution (id) on delete cascade,
    name               text  not null,
    artifact           bytea not null references artifact (digest),
    primary key (stage_execution_id, name)
);

create index stage_output_by_artifact on stage_output (artifact);

create table stage_attempt (
    stage_execution_id uuid        not null references stage_execution (id) on delete cascade,
    fence              bigint      not null,
    worker             text        not null,
    fingerprint        jsonb,
    outcome            text        not null default 'RUNNING' constraint stage_attempt_outcome check
        (outcome in ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SUPERSEDED')),
    failure            jsonb,
    -- the checkpoint and step it went on from; nothing when it began at the beginning
    resumed_from       uuid,
    resumed_step       bigint,
    started_at         timestamptz not null default clock_timestamp(),
    finished_at        timestamptz,
    primary key (stage_execution_id, fence)
);

-- A checkpoint exists when its row is committed, never before.
create table checkpoint (
    id                 uuid        primary key,
    run_id             uuid        not null references run (id) on delete cascade,
    stage_execution_id uuid        not null references stage_execution (id) on delete cascade,
    stage              text        not null,
    step               bigint      not null constraint checkpoint_step check (step >= 0),
    artifact           bytea       not null references artifact (digest),
    format_version     integer     not null,
    fence              bigint      not null,
    fingerprint        jsonb,
    metrics            jsonb       not null default '{}',
    pinned             boolean     not null default false,
    created_at         timestamptz not null default now(),
    constraint checkpoint_once unique (stage_execution_id, step, artifact)
);

create index checkpoint_by_run on checkpoint (run_id, id);
create index checkpoint_by_run_stage on checkpoint (run_id, stage, id);
create index checkpoint_by_stage on checkpoint (stage, id);
create index checkpoint_by_artifact on checkpoint (artifact);
create index checkpoint_pinned on checkpoint (id) where pinned;

-- A fork keeps its parent: the checkpoint cannot go while a run descends from it.
alter table run add constraint run_parent_checkpoint foreign key (parent_checkpoint) references checkpoint (id);
alter table stage_attempt add constraint stage_attempt_resumed_from
    foreign key (resumed_from) references checkpoint (id) on delete set null;

create index stage_attempt_by_checkpoint on stage_attempt (resumed_from) where resumed_from is not null;

-- ------------------------------------------------------------------------------------------------ what happens in a run

create table metric_series (
    id                 bigint generated always as identity primary key,
    stage_execution_id uuid   not null references stage_execution (id) on delete cascade,
    name               text   not null,
    constraint metric_series_once unique (stage_execution_id, name)
);

-- One number per (stage execution, name, step); a stage that goes on from a checkpoint writes the steps after it again.
create table metric_point (
    series_id   bigint           not null references metric_series (id) on delete cascade,
    step        bigint           not null,
    value       double precision not null,
    recorded_at timestamptz      not null default now(),
    primary key (series_id, step)
);

-- Append-only. Ids of one run become visible in their order (the writers of a run take turns), so a reader who
-- asks for what comes after the last id it has seen misses nothing.
create table event (
    id      bigint generated always as identity primary key,
    run_id  uuid        not null references run (id) on delete cascade,
    stage   text,
    type    text        not null,
    message text        not null,
    data    jsonb       not null default '{}',
    at      timestamptz not null default clock_timestamp()
);

create index event_by_run on event (run_id, id);

-- What people asked a run to do while it runs, and the step before which it took effect.
create table control (
    id                 bigint generated always as identity primary key,
    run_id             uuid        not null references run (id) on delete cascade,
    kind               text        not null,
    value              jsonb,
    request_id         text,
    requested_by       text,
    requested_at       timestamptz not null default now(),
    state              text        not null default 'REQUESTED' constraint control_state check
        (state in ('REQUESTED', 'APPLIED', 'REFUSED')),
    reason             text,
    stage_execution_id uuid        references stage_execution (id) on delete cascade,
    effective_step     bigint,
    decided_at         timestamptz,
    constraint control_request unique (run_id, request_id)
);

create index control_by_run on control (run_id, id);
create index control_requested on control (run_id, id) where state = 'REQUESTED';
create index control_by_stage_execution on control (stage_execution_id, id) where stage_execution_id is not null;

-- ------------------------------------------------------------------------------------------------ what comes out

create table dataset (
    id                 uuid        primary key,
    name               text        not null,
    version            integer     not null,
    artifact           bytea       not null references artifact (digest),
    stage_execution_id uuid        references stage_execution (id) on delete set null,
    summary            jsonb       not null default '{}',
    created_at         timestamptz not null default now(),
    constraint dataset_version unique (name, version),
    constraint dataset_content unique (name, artifact)
);

create index dataset_by_artifact on dataset (artifact);
create index dataset_by_stage_execution on dataset (stage_execution_id) where stage_execution_id is not null;

create table model (
    name           text        primary key,
    latest_version integer     not null default 0,
    created_at     timestamptz not null default now()
);

-- Never changes once it is there.
create table model_version (
    id                 uuid        primary key,
    model              text        not null references model (name),
    version            integer     not null,
    artifact           bytea       not null references artifact (digest),
    run_id             uuid        references run (id) on delete set null,
    stage_execution_id uuid        references stage_execution (id) on delete set null,
    dimension          integer     not null,
    metrics            jsonb       not null default '{}',
    created_at         timestamptz not null default now(),
    constraint model_version_number unique (model, version),
    constraint model_version_of_execution unique (model, stage_execution_id)
);

create index model_version_by_run on model_version (run_id) where run_id is not null;
create index model_version_by_execution on model_version (stage_execution_id) where stage_execution_id is not null;
create index model_version_by_artifact on model_version (artifact);

create table model_alias (
    model    text        not null,
    alias    text        not null,
    version  integer     not null,
    revision bigint      not null,
    moved_at timestamptz not null default now(),
    moved_by text,
    primary key (model, alias),
    foreign key (model, version) references model_version (model, version)
);

create index model_alias_by_version on model_alias (model, version);

-- Every move of an alias; version is null where it was removed. Revisions of an alias never repeat.
create table model_alias_move (
    id               bigint generated always as identity primary key,
    model            text        not null references model (name),
    alias            text        not null,
    revision         bigint      not null,
    previous_version integer,
    version          integer,
    reason           text,
    moved_by         text,
    moved_at         timestamptz not null default now(),
    constraint model_alias_move_revision unique (model, alias, revision)
);

create table evaluation (
    id                 uuid        primary key,
    stage_execution_id uuid        references stage_execution (id) on delete cascade,
    model_version_id   uuid        references model_version (id) on delete cascade,
    weights            text        not null,
    set_name           text        not null,
    kind               text        not null,
    query_language     text        not null,
    document_language  text        not null,
    dimension          integer,
    queries            integer     not null,
    measures           jsonb       not null,
    created_at         timestamptz not null default now(),
    constraint evaluation_of_something check (stage_execution_id is not null or model_version_id is not null)
);

create index evaluation_by_execution on evaluation (stage_execution_id, id);
create index evaluation_by_version on evaluation (model_version_id, id) where model_version_id is not null;

-- Files from outside that went into something, by their digest, with a name for people.
create table external_input (
    digest      bytea       primary key constraint external_input_digest_length check (octet_length(digest) = 32),
    kind        text        not null,
    name        text        not null,
    recorded_at timestamptz not null default now()
);

-- output was made from input by the stage execution.
create table lineage_edge (
    id                 bigint generated always as identity primary key,
    output             bytea       not null constraint lineage_edge_output_length check (octet_length(output) = 32),
    input              bytea       not null constraint lineage_edge_input_length check (octet_length(input) = 32),
    relation           text        not null,
    stage_execution_id uuid        references stage_execution (id) on delete cascade,
    recorded_at        timestamptz not null default now(),
    constraint lineage_edge_once unique nulls not distinct (output, input, relation, stage_execution_id)
);

create index lineage_edge_by_input on lineage_edge (input, id);
create index lineage_edge_by_output on lineage_edge (output, id);
create index lineage_edge_by_execution on lineage_edge (stage_execution_id) where stage_execution_id is not null;
