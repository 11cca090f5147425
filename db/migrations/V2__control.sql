-- Steering runs while they go on.

-- An attempt that ended because somebody asked the run to wait.
alter table stage_attempt drop constraint stage_attempt_outcome;
alter table stage_attempt add constraint stage_attempt_outcome check
    (outcome in ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'PAUSED', 'SUPERSEDED'));

-- The key that was planned when the run was accepted. stage_key is the one of what was really computed: another one
-- where the machine was another, or where the stage was steered.
alter table stage_execution add column planned_key text;
update stage_execution set planned_key = stage_key;

-- From the beginning of a request that concerns one stage this is that stage; it says nothing about the rest.
comment on column control.stage_execution_id is 'the stage that the request is for, or in which it took effect';
