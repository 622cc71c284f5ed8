/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import java.util.Map;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.CancellableTask;

/** A backfill under way: its progress, and the way to end what it waits for. */
final class BackfillTask extends CancellableTask {

    private volatile BackfillStatus status = BackfillStatus.START;
    private volatile Runnable whenCancelled = () -> {};

    BackfillTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    void status(BackfillStatus progress) {
        status = progress;
    }

    @Override
    public BackfillStatus getStatus() {
        return status;
    }

    /** Has {@code action} run when the task is cancelled, or now if it is; it may run twice. Replaces an earlier one. */
    void whenCancelled(Runnable action) {
        whenCancelled = action;
        if (isCancelled()) {
            action.run();
        }
    }

    @Override
    protected void onCancelled() {
        whenCancelled.run();
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return true;
    }
}
