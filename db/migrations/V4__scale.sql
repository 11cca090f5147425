-- Runs wait for a compute slot; workers say that they are there.

-- One row for each process that computes. It is there as long as it was seen lately.
create table worker (
    id            uuid        primary key,
    identity      text        not null,
    compute_class text        not null,
    memory_bytes  bigint      not null constraint worker_memory check (memory_bytes > 0),
    started_at    timestamptz not null default now(),
    seen_at       timestamptz not null default now()
);

create index worker_by_sight on worker (seen_at);

-- What the run takes at its widest stage, the class of workers that computes it once it was let in, and what kind of
-- waiting its events have told of.
alter table run add column memory_bytes bigint not null default 0;
alter table run add column compute_class text;
alter table run add column told_waiting text;

create index run_computing on run (compute_class) where state in ('RUNNING', 'STOPPING');
