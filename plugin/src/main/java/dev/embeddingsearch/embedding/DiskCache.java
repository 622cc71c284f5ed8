/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.util.IOUtils;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.common.unit.ByteSizeValue;

/**
 * Keeps vectors on disk, for the time after a restart and for those that memory has no room for. All files are read and
 * written by the executor, never by callers. A fault of the disk switches it off with a warning; callers then hear that
 * nothing is there.
 */
public final class DiskCache implements Closeable {

    /** Bytes on disk; 0 keeps nothing there and deletes what was kept. */
    public static final Setting<ByteSizeValue> SIZE =
            Setting.byteSizeSetting("embedding.cache.disk.size", ByteSizeValue.ZERO, Setting.Property.NodeScope);

    static final String FOLDER = "embedding-cache";

    private static final Logger LOG = LogManager.getLogger(DiskCache.class);

    /** Vectors that wait to be written, beyond which others are not kept: the disk is slower than the service then. */
    private static final long MAX_PENDING_BYTES = 32L << 20;

    private enum State {
        LOADING,
        ON,
        OFF
    }

    private final long maxBytes;
    private final Executor executor;
    private final ThreadContext threadContext;
    private final LongAdder hits = new LongAdder();

    /** Held while files are written or closed; taken before this. */
    private final Object writing = new Object();

    private volatile State state;
    private volatile VectorFiles files;

    // Guarded by this.
    private final List<Runnable> waiting = new ArrayList<>();
    private Map<VectorKey, float[]> pending = new LinkedHashMap<>();
    private long pendingBytes;
    private boolean drainPlanned;

    /**
     * A cache that begins to load when it is {@link #open opened}.
     *
     * @param executor for everything that touches a file
     */
    public DiskCache(ByteSizeValue size, Executor executor, ThreadContext threadContext) {
        this.maxBytes = size.getBytes();
        this.executor = executor;
        this.threadContext = threadContext;
        this.state = maxBytes > 0 ? State.LOADING : State.OFF;
    }

    /** Whether vectors were to be kept on disk from the start. */
    boolean enabled() {
        return maxBytes > 0;
    }

    /** Begins to find out what a node's data folder holds; documents that ask meanwhile wait for that. */
    public void open(Path nodeFolder) {
        Path folder = nodeFolder.resolve(FOLDER);
        // The index may take 1% of the heap.
        fork(enabled() ? () -> load(folder, Runtime.getRuntime().maxMemory() / 100) : () -> delete(folder), () -> {});
    }

    private static void delete(Path folder) {
        try {
            VectorFiles.delete(folder);
        } catch (IOException e) {
            LOG.warn(
                    "cannot delete the vectors in [{}], which are not needed while [{}] is 0",
                    folder,
                    SIZE.getKey(),
                    e);
        }
    }

    private void load(Path folder, long maxIndexBytes) {
        try {
            VectorFiles loaded = VectorFiles.open(folder, maxBytes, maxIndexBytes);
            synchronized (writing) {
                files = loaded;
                if (state == State.OFF) {
                    loaded.close();
                }
            }
            begin(State.ON);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        write();
    }

    /** Ends the time of loading, if it has not ended yet, and answers those who waited. */
    private void begin(State next) {
        List<Runnable> ready;
        synchronized (this) {
            state = state == State.LOADING ? next : state;
            ready = List.copyOf(waiting);
            waiting.clear();
        }
        RunAll.run(ready, this::fork);
    }

    /**
     * Whether it is worth while to read: memory tells that the vector is there, or nobody knows yet, which documents wait
     * for and searches have no time for. Never waits.
     */
    boolean mayHold(VectorKey key, Purpose purpose) {
        State now = state;
        return now == State.LOADING ? purpose == Purpose.INGEST : now == State.ON && files.contains(key);
    }

    /** Reads vectors and hands over those that are there, on another thread; on this one when the node shuts down. */
    void read(Collection<VectorKey> keys, Consumer<Map<VectorKey, float[]>> consumer) {
        Runnable task = threadContext.preserveContext(() -> consumer.accept(found(keys)));
        synchronized (this) {
            if (state == State.LOADING) {
                waiting.add(task);
                return;
            }
        }
        fork(task);
    }

    private Map<VectorKey, float[]> found(Collection<VectorKey> keys) {
        Map<VectorKey, float[]> found = new HashMap<>();
        try {
            for (VectorKey key : keys) {
                float[] vector = state == State.ON ? files.read(key) : null;
                if (vector != null) {
                    found.put(key, vector);
                }
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        hits.add(found.size());
        return found;
    }

    /** Keeps a vector, which nobody may change any more, some time soon. */
    void keep(VectorKey key, float[] vector) {
        if (state == State.ON && files.contains(key)) {
            return;
        }
        synchronized (this) {
            long bytes = VectorSegment.bytes(vector);
            if (state == State.OFF || pendingBytes + bytes > MAX_PENDING_BYTES) {
                return;
            }
            pendingBytes += pending.put(key, vector) == null ? bytes : 0;
            if (drainPlanned || state == State.LOADING) {
                return;
            }
            drainPlanned = true;
        }
        fork(this::write, () -> {}); // closing writes what is left
    }

    private void write() {
        synchronized (writing) {
            try {
                for (Map<VectorKey, float[]> some = take(); !some.isEmpty() && state == State.ON; some = take()) {
                    for (Map.Entry<VectorKey, float[]> vector : some.entrySet()) {
                        if (!files.contains(vector.getKey())) { // known only now of what came while files were read
                            files.write(vector.getKey(), vector.getValue());
                        }
                    }
                }
            } catch (IOException | RuntimeException e) {
                fail(e);
            }
        }
    }

    private synchronized Map<VectorKey, float[]> take() {
        Map<VectorKey, float[]> taken = pending;
        pending = new LinkedHashMap<>();
        pendingBytes = 0;
        drainPlanned = !taken.isEmpty();
        return taken;
    }

    private void fail(Exception reason) {
        if (end()) {
            LOG.warn(
                    "vectors are not kept on disk until the node is restarted, for its files could not be read or"
                            + " written; ingest and search go on without. Is the disk full, or not the node's to write"
                            + " to? See [{}]",
                    SIZE.getKey(),
                    reason);
        }
    }

    /** Returns whether this was the end of it. */
    private boolean end() {
        boolean first;
        synchronized (writing) {
            first = state != State.OFF;
            state = State.OFF;
            if (files != null) {
                IOUtils.closeWhileHandlingException(files);
            }
        }
        take();
        begin(State.OFF);
        return first;
    }

    private void fork(Runnable task) {
        fork(task, task);
    }

    private void fork(Runnable task, Runnable ifShuttingDown) {
        try {
            executor.execute(task);
        } catch (RuntimeException e) {
            ifShuttingDown.run();
        }
    }

    /** What it has done and holds. */
    CacheStats.Disk stats() {
        VectorFiles now = files;
        return now == null
                ? new CacheStats.Disk(0, 0, 0, 0, 0)
                : new CacheStats.Disk(hits.sum(), now.entries(), now.bytes(), now.indexBytes(), now.corrupt());
    }

    /** Writes what is left and lets go of the files. */
    @Override
    public void close() {
        write();
        end();
    }
}
