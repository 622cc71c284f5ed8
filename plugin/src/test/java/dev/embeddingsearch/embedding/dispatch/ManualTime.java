/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.threadpool.Scheduler;

/** A scheduler whose time passes only when told to, whichever threads schedule. */
public final class ManualTime implements Scheduler {

    private final List<Task> tasks = new ArrayList<>();
    private long now;

    /** What is to run at {@code due}, in milliseconds. */
    private final class Task implements ScheduledCancellable {

        private final Runnable runnable;
        private final long due;

        Task(Runnable runnable, long due) {
            this.runnable = runnable;
            this.due = due;
        }

        @Override
        public boolean cancel() {
            synchronized (ManualTime.this) {
                return tasks.remove(this);
            }
        }

        @Override
        public boolean isCancelled() {
            synchronized (ManualTime.this) {
                return !tasks.contains(this);
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - now(), TimeUnit.MILLISECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
        }
    }

    @Override
    public synchronized ScheduledCancellable schedule(Runnable command, TimeValue delay, String executor) {
        Task task = new Task(command, now + delay.millis());
        tasks.add(task);
        return task;
    }

    public synchronized int planned() {
        return tasks.size();
    }

    public synchronized long now() {
        return now;
    }

    /** Lets so many milliseconds pass, and runs here what comes due. */
    public void advance(long millis) {
        long until = now() + millis;
        while (due() <= until) {
            runNext();
        }
        synchronized (this) {
            now = until;
        }
    }

    private synchronized long due() {
        return tasks.stream().mapToLong(task -> task.due).min().orElse(Long.MAX_VALUE);
    }

    public long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(now());
    }

    /** Lets time pass until the next task, and runs it here. */
    public void runNext() {
        Task next;
        synchronized (this) {
            next = tasks.stream()
                    .min(Comparator.comparingLong(task -> task.due))
                    .orElseThrow();
            tasks.remove(next);
            now = next.due;
        }
        next.runnable.run();
    }
}
