-- Stages whose work is divided: any worker does any shard, and the results are put together in the shards' order.

create table stage_shard (
    stage_execution_id uuid     not null references stage_execution (id) on delete cascade,
    phase              smallint not null,
    shard              integer  not null,
    -- what the work was cut by: results of another division do not fit together with these
    division           text     not null,
    size               bigint   not null constraint stage_shard_size check (size > 0),
    done               bigint   not null default 0,
    worker             text,
    fingerprint        jsonb,
    -- its result; nothing before it is done, and again once the stage is
    artifact           bytea    references artifact (digest),
    started_at         timestamptz,
    finished_at        timestamptz,
    primary key (stage_execution_id, phase, shard)
);

create index stage_shard_by_artifact on stage_shard (artifact) where artifact is not null;
