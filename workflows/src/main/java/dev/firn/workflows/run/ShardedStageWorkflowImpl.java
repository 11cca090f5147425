package dev.firn.workflows.run;

import dev.firn.workflows.stage.ShardTask;
import dev.firn.workflows.stage.StageActivities;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A sliding window over the shards: so many are in the queue at once, and each that ends makes room for the next. The
 * history stays bounded: after {@value #SHARDS_PER_EXECUTION} shards the workflow goes on under a new one.
 */
public final class ShardedStageWorkflowImpl implements ShardedStageWorkflow {
    private static final int SHARDS_PER_EXECUTION = 100;

    private final List<Promise<Void>> underWay = new ArrayList<>();

    @Override
    public void execute(ShardedStageRequest request) {
        try {
            compute(request);
        } catch (RuntimeException e) {
            // Those under way are not cut off: what they make is kept, and when the run is to wait or is cancelled they
            // know it too
            for (Promise<Void> shard : underWay) {
                RuntimeException _ = shard.getFailure();
            }
            throw e;
        }
    }

    private void compute(ShardedStageRequest request) {
        StageActivities stages = StageOptions.stub(request.computeQueue());
        int begun = 0;
        for (int phase = request.phase(); phase < request.shards().size(); phase++) {
            int count = request.shards().get(phase);
            int next = phase == request.phase() ? request.next() : 0;
            while (next < count || !underWay.isEmpty()) {
                if (begun == SHARDS_PER_EXECUTION && underWay.isEmpty()) {
                    Workflow.continueAsNew(request.from(phase, next));
                }
                while (next < count && begun < SHARDS_PER_EXECUTION && underWay.size() < request.window()) {
                    underWay.add(Async.procedure(
                            stages::shard,
                            new ShardTask(request.runId(), request.stage(), request.fence(), phase, next)));
                    next++;
                    begun++;
                }
                awaitOne();
            }
        }
    }

    /** Waits until a shard ends, and fails with it. */
    private void awaitOne() {
        Workflow.await(() -> underWay.stream().anyMatch(Promise::isCompleted));
        Iterator<Promise<Void>> shards = underWay.iterator();
        while (shards.hasNext()) {
            Promise<Void> shard = shards.next();
            if (shard.isCompleted()) {
                shards.remove();
                shard.get();
            }
        }
    }
}
