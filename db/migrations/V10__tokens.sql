-- Tokens that administrators made: their SHA-256, never themselves.

create table api_token (
    id           uuid        primary key,
    name         text        not null,
    digest       bytea       not null constraint api_token_digest unique,
    role         text        not null constraint api_token_role check (role in ('viewer', 'operator', 'admin')),
    created_at   timestamptz not null default now(),
    created_by   text,
    expires_at   timestamptz not null,
    last_used_at timestamptz
);
