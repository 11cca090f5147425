-- Model versions are measured on the evaluation sets of a prepared dataset, on their own. The row is the truth: a job
-- that has not ended is executed until it has.

create table evaluation_job (
    id               uuid        primary key,
    model_version_id uuid        not null references model_version (id) on delete cascade,
    dataset_id       uuid        not null references dataset (id),
    -- widths besides the model's own
    dimensions       integer[]   not null default '{}',
    state            text        not null default 'QUEUED' constraint evaluation_job_state check
        (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED')),
    fence            bigint      not null default 0,
    progress         jsonb,
    failure          text,
    requested_by     text,
    created_at       timestamptz not null default now(),
    started_at       timestamptz,
    finished_at      timestamptz
);

create index evaluation_job_by_version on evaluation_job (model_version_id, id);
create index evaluation_job_by_dataset on evaluation_job (dataset_id, id);
create index evaluation_job_unfinished on evaluation_job (id) where state in ('QUEUED', 'RUNNING');

alter table evaluation add column job_id uuid references evaluation_job (id) on delete cascade;

create index evaluation_by_job on evaluation (job_id, id) where job_id is not null;
