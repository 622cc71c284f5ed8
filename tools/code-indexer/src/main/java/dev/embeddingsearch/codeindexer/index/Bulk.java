/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.rest.IndexerException;
import dev.embeddingsearch.codeindexer.rest.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends actions in bulk requests, several at a time. Whoever adds more than the cluster takes waits. What the cluster has
 * no room for is sent again, later each time; what it refuses is remembered. Several threads may add.
 */
final class Bulk implements AutoCloseable {

    /**
     * How much to send at once.
     *
     * @param actions in a request
     * @param requests under way at the same time
     */
    record Load(int actions, int requests) {}

    /** Waits between attempts. */
    interface Pause {
        void millis(long millis) throws InterruptedException;
    }

    private static final int MOST_CHARACTERS = 4_000_000;
    private static final int ATTEMPTS = 10;
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final Cluster cluster;
    private final String index;
    private final Load load;
    private final Pause pause;
    private final Tally tally;
    private final Semaphore free;
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private List<Action> waiting = new ArrayList<>();
    private int characters;

    Bulk(Cluster cluster, String index, Load load, Pause pause, Tally tally) {
        this.cluster = cluster;
        this.index = index;
        this.load = load;
        this.pause = pause;
        this.tally = tally;
        this.free = new Semaphore(load.requests());
    }

    /** Takes an action; throws what ended the sending, if anything did. */
    void add(Action action) {
        List<Action> full = null;
        synchronized (this) {
            waiting.add(action);
            characters += action.lines().length();
            if (waiting.size() >= load.actions() || characters >= MOST_CHARACTERS) {
                full = take();
            }
        }
        if (full != null) {
            submit(full);
        }
    }

    /** Sends the rest and waits until all is answered. */
    void finish() {
        List<Action> rest;
        synchronized (this) {
            rest = take();
        }
        if (!rest.isEmpty()) {
            submit(rest);
        }
        free.acquireUninterruptibly(load.requests());
        free.release(load.requests());
        throwFailure();
    }

    private List<Action> take() {
        List<Action> taken = waiting;
        waiting = new ArrayList<>();
        characters = 0;
        return taken;
    }

    private void submit(List<Action> actions) {
        throwFailure();
        free.acquireUninterruptibly();
        senders.execute(() -> {
            try {
                send(actions);
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failure.compareAndSet(null, new IndexerException("interrupted", e));
            } finally {
                free.release();
            }
        });
    }

    private void throwFailure() {
        RuntimeException e = failure.get();
        if (e != null) {
            throw e;
        }
    }

    private void send(List<Action> actions) throws InterruptedException {
        List<Action> left = actions;
        long wait = FIRST_PAUSE_MILLIS;
        for (int attempt = 1; !left.isEmpty(); attempt++) {
            left = attempt(left, attempt == ATTEMPTS);
            if (!left.isEmpty()) {
                tally.retried(left.size());
                pause.millis(wait);
                wait = Math.min(2 * wait, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** The actions to send again. */
    private List<Action> attempt(List<Action> actions, boolean last) {
        StringBuilder lines = new StringBuilder();
        actions.forEach(action -> lines.append(action.lines()));
        Reply reply = cluster.send("POST", index + "/_bulk?filter_path=items.*.status,items.*.error", lines.toString());
        if (!reply.ok() && reply.temporary() && !last) {
            return actions;
        }
        if (!reply.ok()) {
            throw new IndexerException("OpenSearch refused a bulk request (%s): %s"
                    .formatted(String.valueOf(reply.status()), Reply.reason(reply.body())));
        }
        JsonNode items = reply.body().path("items");
        if (items.size() != actions.size()) {
            throw new IndexerException("OpenSearch answered [%s] of [%s] actions of a bulk request"
                    .formatted(String.valueOf(items.size()), String.valueOf(actions.size())));
        }
        List<Action> again = new ArrayList<>();
        for (int i = 0; i < actions.size(); i++) {
            JsonNode item = items.get(i).elements().next();
            if (item.has("error") && Reply.isTemporary(item.path("status").asInt()) && !last) {
                again.add(actions.get(i));
            } else if (item.has("error")) {
                tally.failed(actions.get(i).id(), Reply.reason(item));
            } else {
                tally.done();
            }
        }
        return again;
    }

    @Override
    public void close() {
        senders.close();
    }
}
