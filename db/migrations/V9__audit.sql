-- Who changed what. An entry is written in the transaction of the change, and completed when the request is answered.

create table audit_entry (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    -- nothing where nobody is asked for a name
    caller  text,
    address text        not null,
    method  text        not null,
    path    text        not null,
    -- how the request was answered; nothing when the server ended before it was
    status  integer,
    before  jsonb,
    after   jsonb
);

create index audit_entry_by_caller on audit_entry (caller, id);
