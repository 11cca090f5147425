-- Studies: grids of runs over one specification.

create table study (
    id              uuid        primary key,
    name            text        not null,
    kind            text        not null constraint study_kind check (kind in ('transfer', 'languages', 'ablation')),
    state           text        not null default 'RUNNING' constraint study_state check
        (state in ('RUNNING', 'STOPPING', 'STOPPED', 'FINISHED')),
    workflow_id     text        not null constraint study_workflow_id unique,
    specification   jsonb       not null,
    parallelism     integer     not null constraint study_parallelism check (parallelism > 0),
    idempotency_key text        constraint study_idempotency_key unique,
    body_digest     bytea,
    requested_by    text,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz,
    constraint study_idempotency check ((idempotency_key is null) = (body_digest is null))
);

create index study_unfinished on study (id) where state in ('RUNNING', 'STOPPING');

-- The runs that a study is made of; run_id is there once one was submitted.
create table study_run (
    study_id      uuid     not null references study (id) on delete cascade,
    position      integer  not null,
    label         text     not null,
    -- what distinguishes it, by the names of what is varied
    coordinates   jsonb    not null,
    specification jsonb    not null,
    -- the key of each stage as it was planned when the study was accepted
    stage_keys    jsonb    not null,
    -- the languages that its train stages learn from
    languages     jsonb    not null,
    -- the place of the run whose pretraining it goes on from
    continues     integer,
    run_id        uuid     references run (id) on delete set null,
    -- why it could not be submitted
    failure       text,
    -- its run failed or was cancelled before the study went on, and is to begin again where it ended
    again         boolean  not null default false,
    primary key (study_id, position)
);

create index study_run_by_run on study_run (run_id) where run_id is not null;
