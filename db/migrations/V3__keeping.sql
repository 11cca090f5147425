-- Keeping and cleaning up.

-- An object that is to go from the store; its blob row is gone already. Whoever stores the same content meanwhile has
-- opened a write intent first, and waits for this row: the collection holds it while it deletes the object.
create table blob_deletion (
    digest    bytea       primary key constraint blob_deletion_digest_length check (octet_length(digest) = 32),
    bytes     bigint      not null,
    marked_at timestamptz not null default now()
);

-- Which registry this is. The bucket carries the same id, so that one registry never sweeps the objects of another.
create table registry_identity (
    only_one boolean primary key default true constraint registry_identity_only_one check (only_one),
    id       uuid    not null
);

insert into registry_identity (id) values (gen_random_uuid());
