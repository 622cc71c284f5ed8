/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.ingest.StoredDocumentEmbedder;
import dev.embeddingsearch.ingest.StoredDocumentToEmbed;
import dev.embeddingsearch.reembed.BatchOutcome.Failed;
import dev.embeddingsearch.reembed.MarkedDocuments.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/**
 * Runs a backfill batch by batch: read, embed, write, pause. No thread waits. Cancelling ends an embedding or a pause at
 * once; a read or write completes first.
 */
final class BackfillRun {

    /** Longest time of a batch, with several waits that a rate-limited service asks for. */
    private static final TimeValue PATIENCE = TimeValue.timeValueMinutes(30);

    private static final TimeValue MAX_KEEP_ALIVE = TimeValue.timeValueHours(23);

    private final MarkedDocuments documents;
    private final StoredDocumentEmbedder embedder;
    private final ThreadPool threadPool;
    private final BackfillTask task;
    private final ActionListener<BackfillResponse> listener;
    private final BackfillRequest.Extent extent;
    private final long started = System.nanoTime();

    // One step after the other: handed from thread to thread by executors and listeners.
    private final List<Failed> failures = new ArrayList<>();
    private long tried;
    private Page page;
    private String stopped;

    BackfillRun(
            MarkedDocuments documents,
            StoredDocumentEmbedder embedder,
            ThreadPool threadPool,
            BackfillTask task,
            ActionListener<BackfillResponse> listener) {
        this.documents = documents;
        this.embedder = embedder;
        this.threadPool = threadPool;
        this.task = task;
        this.listener = ActionListener.notifyOnce(listener);
        this.extent = documents.extent();
    }

    void start() {
        int first =
                extent.size() == BackfillRequest.ALL ? extent.batchSize() : Math.min(extent.batchSize(), extent.size());
        documents.first(first, PATIENCE, step(found -> {
            task.status(BackfillStatus.START.withTotal(
                    extent.size() == BackfillRequest.ALL ? found.total() : Math.min(found.total(), extent.size())));
            begin(found);
        }));
    }

    /** Goes on with {@code next}, on a thread that may work; ends the run with its failure. */
    private <T> ActionListener<T> step(Consumer<T> next) {
        return ActionListener.wrap(
                result -> threadPool.generic().execute(() -> {
                    try {
                        next.accept(result);
                    } catch (RuntimeException e) {
                        fail(e);
                    }
                }),
                this::fail);
    }

    private void begin(Page found) {
        page = found;
        long rest = task.getStatus().total() - tried;
        if (task.isCancelled() || found.documents().isEmpty() || rest <= 0) {
            finish();
            return;
        }
        long began = System.nanoTime();
        List<MultiGetRequest.Item> batch = found.documents();
        List<MultiGetRequest.Item> wanted = batch.subList(0, (int) Math.min(batch.size(), rest));
        tried += wanted.size();
        documents.read(wanted, step(candidates -> embed(candidates, began)));
    }

    private void embed(List<Candidate> batch, long began) {
        List<StoredDocumentToEmbed> late =
                batch.stream().map(Candidate::document).filter(Objects::nonNull).toList();
        ActionListener<Void> next = step(nothing -> {
            if (task.isCancelled()) {
                finish(); // the embedder may still be at work on the documents
            } else {
                documents.write(batch, step(outcome -> count(outcome, batch.size(), began)));
            }
        });
        Runnable once = once(() -> next.onResponse(null));
        task.whenCancelled(once);
        embedder.embed(late, once);
    }

    /** Runs once at most, in the context of now. */
    private Runnable once(Runnable action) {
        AtomicBoolean ran = new AtomicBoolean();
        Runnable inContext = threadPool.getThreadContext().preserveContext(action);
        return () -> {
            if (!ran.getAndSet(true)) {
                inContext.run();
            }
        };
    }

    private void count(BatchOutcome outcome, int size, long began) {
        task.status(task.getStatus().plus(outcome));
        outcome.failures().stream()
                .limit(BackfillResponse.MAX_FAILURES - failures.size())
                .forEach(failures::add);
        if (outcome.stop().isPresent()) {
            stopped = outcome.stop().get();
            finish();
            return;
        }
        pause(rest(size, began), this::next);
    }

    private void next() {
        if (task.isCancelled()) {
            finish();
            return;
        }
        long keepAlive = PATIENCE.millis() + rest(extent.batchSize(), System.nanoTime());
        documents.next(
                page, TimeValue.timeValueMillis(Math.min(keepAlive, MAX_KEEP_ALIVE.millis())), step(this::begin));
    }

    /** Milliseconds that a batch begun then still has to itself. */
    private long rest(int size, long began) {
        if (extent.documentsPerSecond() == BackfillRequest.UNLIMITED) {
            return 0;
        }
        long whole = (long) (size * 1000.0 / extent.documentsPerSecond());
        return Math.max(0, whole - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private void pause(long millis, Runnable action) {
        if (millis == 0) {
            action.run();
            return;
        }
        ActionListener<Void> next = step(nothing -> action.run());
        Runnable once = once(() -> next.onResponse(null));
        Scheduler.ScheduledCancellable timer =
                threadPool.schedule(once, TimeValue.timeValueMillis(millis), ThreadPool.Names.GENERIC);
        task.whenCancelled(() -> {
            timer.cancel();
            once.run();
        });
    }

    private void finish() {
        close(() -> listener.onResponse(new BackfillResponse(
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started),
                task.getStatus(),
                failures,
                new BackfillResponse.End(stopped, task.getReasonCancelled()))));
    }

    private void fail(Exception e) {
        if (task.isCancelled()) {
            finish(); // cancelling refuses requests under way
        } else {
            close(() -> listener.onFailure(e));
        }
    }

    private void close(Runnable done) {
        if (page == null || page.scrollId() == null) {
            done.run();
        } else {
            documents.close(page, done);
        }
    }
}
