-- Long series are drawn from their extremes, which stand beside the points.

-- The smallest and the largest value of a series within 2^bits steps, and the first step that has each. There are buckets
-- of 64, 512 and 4096 steps; whoever writes or removes points writes the buckets that they lie in, in the same transaction.
create table metric_bucket (
    series_id    bigint           not null references metric_series (id) on delete cascade,
    bits         smallint         not null,
    -- step >> bits
    bucket       bigint           not null,
    lowest_step  bigint           not null,
    lowest       double precision not null,
    highest_step bigint           not null,
    highest      double precision not null,
    primary key (series_id, bits, bucket)
) with (fillfactor = 80);

insert into metric_bucket (series_id, bits, bucket, lowest_step, lowest, highest_step, highest)
select series_id, 6, step >> 6, (array_agg(step order by value, step))[1], min(value),
       (array_agg(step order by value desc, step))[1], max(value)
from metric_point group by series_id, step >> 6;

insert into metric_bucket (series_id, bits, bucket, lowest_step, lowest, highest_step, highest)
select series_id, 9, bucket >> 3, (array_agg(lowest_step order by lowest, lowest_step))[1], min(lowest),
       (array_agg(highest_step order by highest desc, highest_step))[1], max(highest)
from metric_bucket where bits = 6 group by series_id, bucket >> 3;

insert into metric_bucket (series_id, bits, bucket, lowest_step, lowest, highest_step, highest)
select series_id, 12, bucket >> 3, (array_agg(lowest_step order by lowest, lowest_step))[1], min(lowest),
       (array_agg(highest_step order by highest desc, highest_step))[1], max(highest)
from metric_bucket where bits = 9 group by series_id, bucket >> 3;
