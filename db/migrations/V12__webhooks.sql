-- Whom to tell when a run's state changes or an alias moves.

create table webhook (
    id         uuid        primary key,
    url        text        not null,
    -- what it is told of, such as run.succeeded
    events     text[]      not null,
    -- what its messages are signed with: whsec_ and base64
    secret     text        not null,
    created_by text,
    created_at timestamptz not null default now()
);

-- Messages, written in the transaction of what they tell of, and sent until they arrive or a day has gone by.
create table webhook_delivery (
    id              uuid        primary key,
    webhook_id      uuid        not null references webhook (id) on delete cascade,
    event           text        not null,
    body            jsonb       not null,
    state           text        not null default 'PENDING' constraint webhook_delivery_state check
        (state in ('PENDING', 'DELIVERED', 'GIVEN_UP')),
    attempts        integer     not null default 0,
    -- while it is being sent: when somebody else may try
    next_attempt_at timestamptz not null default now(),
    last_status     integer,
    last_error      text,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz
);

create index webhook_delivery_by_webhook on webhook_delivery (webhook_id, id);
create index webhook_delivery_due on webhook_delivery (next_attempt_at) where state = 'PENDING';
create index webhook_delivery_finished on webhook_delivery (finished_at) where state <> 'PENDING';
