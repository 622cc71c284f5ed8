/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.CacheStats;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.RunAll;
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
 * Stores vectors on disk, so that they survive a restart and may exceed the memory. All files are read and written by
 * the executor, never by callers. A fault of the disk switches this cache off with a warning; callers then find no
 * vectors.
 */
public final class DiskCache implements Closeable {

    /** Bytes on disk; 0 stores nothing and deletes what was stored. */
    public static final Setting<ByteSizeValue> SIZE =
            Setting.byteSizeSetting("embedding.cache.disk.size", ByteSizeValue.ZERO, Setting.Property.NodeScope);

    static final String FOLDER = "embedding-cache";

    private static final Logger logger = LogManager.getLogger(DiskCache.class);

    /**
     * Bytes of vectors that wait to be written. Further vectors are not stored: the disk is slower than the service
     * then.
     */
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

    /** Held while files are written or closed; acquired before the monitor of this object. */
    private final Object writing = new Object();

    private volatile State state;
    private volatile VectorFiles files;

    // Guarded by this.
    private final List<Runnable> pendingReads = new ArrayList<>();
    private Map<VectorKey, float[]> pendingWrites = new LinkedHashMap<>();
    private long pendingBytes;
    private boolean writeScheduled;

    /**
     * A cache that starts to load with {@link #open}.
     *
     * @param executor runs everything that touches a file
     */
    public DiskCache(ByteSizeValue size, Executor executor, ThreadContext threadContext) {
        this.maxBytes = size.getBytes();
        this.executor = executor;
        this.threadContext = threadContext;
        this.state = maxBytes > 0 ? State.LOADING : State.OFF;
    }

    /** Whether the settings enable this cache; a fault of the disk does not change it. */
    boolean enabled() {
        return maxBytes > 0;
    }

    /** Starts to load the vectors in a node's data folder. Until they are loaded, reads for documents wait. */
    public void open(Path nodeFolder) {
        Path folder = nodeFolder.resolve(FOLDER);
        // The index may use 1% of the heap.
        fork(enabled() ? () -> load(folder, Runtime.getRuntime().maxMemory() / 100) : () -> delete(folder), () -> {});
    }

    private static void delete(Path folder) {
        try {
            VectorFiles.delete(folder);
        } catch (IOException e) {
            logger.warn(
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
            endLoading(State.ON);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        write();
    }

    /** Ends loading, unless it has ended already, and runs the reads that have waited. */
    private void endLoading(State next) {
        List<Runnable> ready;
        synchronized (this) {
            state = state == State.LOADING ? next : state;
            ready = List.copyOf(pendingReads);
            pendingReads.clear();
        }
        RunAll.run(ready, this::fork);
    }

    /**
     * Whether to try {@link #read}: the index has the vector, or the index is not loaded yet, for which documents wait
     * but searches do not. Never blocks.
     */
    boolean mayHold(VectorKey key, Purpose purpose) {
        State now = state;
        return now == State.LOADING ? purpose == Purpose.INGEST : now == State.ON && files.contains(key);
    }

    /**
     * Reads vectors and passes those that exist to {@code consumer}, on another thread; on this one while the node
     * shuts down.
     */
    void read(Collection<VectorKey> keys, Consumer<Map<VectorKey, float[]>> consumer) {
        Runnable task = threadContext.preserveContext(() -> consumer.accept(found(keys)));
        synchronized (this) {
            if (state == State.LOADING) {
                pendingReads.add(task);
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

    /** Schedules writing a vector. The array must not be changed afterwards. */
    void store(VectorKey key, float[] vector) {
        if (state == State.ON && files.contains(key)) {
            return;
        }
        synchronized (this) {
            long bytes = VectorSegment.bytes(vector);
            if (state == State.OFF || pendingBytes + bytes > MAX_PENDING_BYTES) {
                return;
            }
            pendingBytes += pendingWrites.put(key, vector) == null ? bytes : 0;
            if (writeScheduled || state == State.LOADING) {
                return;
            }
            writeScheduled = true;
        }
        fork(this::write, () -> {}); // close() writes what is left
    }

    private void write() {
        synchronized (writing) {
            try {
                for (Map<VectorKey, float[]> some = take(); !some.isEmpty() && state == State.ON; some = take()) {
                    for (Map.Entry<VectorKey, float[]> vector : some.entrySet()) {
                        if (!files.contains(vector.getKey())) { // vectors that arrived during loading may be on disk
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
        Map<VectorKey, float[]> taken = pendingWrites;
        pendingWrites = new LinkedHashMap<>();
        pendingBytes = 0;
        writeScheduled = !taken.isEmpty();
        return taken;
    }

    private void fail(Exception reason) {
        if (end()) {
            logger.warn(
                    "vectors are not kept on disk until the node is restarted, for its files could not be read or"
                            + " written; ingest and search go on without. Is the disk full, or not the node's to write"
                            + " to? See [{}]",
                    SIZE.getKey(),
                    reason);
        }
    }

    /** Switches this cache off; returns whether it was on. */
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
        endLoading(State.OFF);
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

    /** Counters and present size. */
    CacheStats.Disk stats() {
        VectorFiles now = files;
        return now == null
                ? new CacheStats.Disk(0, 0, 0, 0, 0)
                : new CacheStats.Disk(hits.sum(), now.entries(), now.bytes(), now.indexBytes(), now.corrupt());
    }

    /** Writes what is left and closes the files. */
    @Override
    public void close() {
        write();
        end();
    }
}
