-- Runs are found by a part of their name through its trigrams, where PostgreSQL has pg_trgm: one of the modules that are delivered
-- with it, which needs no superuser. Without it they are found all the same, and every name is read for it.

do $$
begin
    create extension if not exists pg_trgm;
    create index run_by_part_of_name on run using gin (lower(name) gin_trgm_ops);
exception
    when undefined_file or feature_not_supported or insufficient_privilege or undefined_object then
        raise notice 'runs are not indexed by parts of their names: %', sqlerrm;
end
$$;
