/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.embedding.CacheStats;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;

/** Vectors on disk as those see them who embed: there again after a restart, and no hindrance when the disk fails. */
public class DiskCacheTests extends DiskCacheTestCase {

    public void testTextIsNotAskedForAgainAfterARestart() {
        written("a", "b", "c");
        try (DiskCache disk = opened(Runnable::run)) {
            CachingEmbedder cache = cache(disk, ROOM);
            assertVectors(cache, "new one", "c", "a", "c");
            assertAsked("new one");
            CacheStats stats = cache.stats();
            assertEquals(2, stats.disk().hits());
            assertEquals(4, stats.disk().entries());
            assertThat(stats.disk().bytes(), greaterThan(0L));
            assertThat(stats.disk().indexBytes(), greaterThan(0L));
            assertEquals("read from disk", 0, stats.hits());
            assertEquals(1, stats.misses());
            assertVectors(cache, "a");
            assertEquals("now in memory", 2, cache.stats().disk().hits());
            assertEquals(1, cache.stats().hits());
        }
    }

    public void testServesWhatMemoryHasNoRoomFor() {
        try (DiskCache disk = opened(Runnable::run)) {
            CachingEmbedder cache = cache(disk, ByteSizeValue.ZERO);
            assertVectors(cache, "a", "b");
            assertAsked("a", "b");
            assertVectors(cache, "b", "a");
            assertAsked();
            assertEquals(2, cache.stats().disk().hits());
            assertEquals(0, cache.stats().entries());
        }
    }

    /** Reading them may take longer than the whole time of a search. */
    public void testSearchesDoNotWaitForTheFilesToBeRead() {
        written("a");
        DiskCache disk = disk(held::add);
        CachingEmbedder cache = cache(disk, ROOM);
        EmbeddingRequest search =
                new EmbeddingRequest("default", Side.DOCUMENT, InputType.TEXT, 0, List.of("a", "b"), Purpose.SEARCH);
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        cache.embed(search, future);
        assertTrue(future.isDone());
        assertVectors(future, "a", "b");
        assertAsked("a", "b");
        disk.open(folder);
        runHeld();
        assertEquals("what is there is not written again", 2, disk.stats().entries());
        disk.close();
        try (DiskCache again = opened(Runnable::run)) {
            assertVectors(cache(again), "a", "b");
            assertAsked();
        }
    }

    public void testBulkRequestsWaitForTheFilesToBeRead() {
        written("a");
        DiskCache disk = disk(held::add);
        CachingEmbedder cache = cache(disk, ROOM);
        List<PlainActionFuture<List<EmbeddingResult>>> futures = new ArrayList<>();
        if (randomBoolean()) {
            disk.open(folder);
        }
        for (int i = 0; i < 32; i++) {
            futures.add(new PlainActionFuture<>());
            cache.embed(request("a"), futures.getLast());
            futures.add(new PlainActionFuture<>());
            cache.embed(request("b"), futures.getLast());
        }
        if (held.isEmpty()) {
            disk.open(folder);
        }
        assertAsked();
        runHeld();
        for (int i = 0; i < futures.size(); i++) {
            assertVectors(futures.get(i), i % 2 == 0 ? "a" : "b");
        }
        assertAsked("b");
        assertEquals("all but one waited for the first", 1, cache.stats().disk().hits());
        assertEquals(1, cache.stats().misses());
        disk.close();
    }

    public void testCallersNeverReadOrWriteFiles() {
        written("a");
        DiskCache disk = opened(held::add);
        runHeld();
        CachingEmbedder cache = cache(disk);
        PlainActionFuture<List<EmbeddingResult>> stored = new PlainActionFuture<>();
        cache.embed(request("a"), stored);
        assertFalse(stored.isDone());
        assertThat("one task reads", held, hasSize(1));
        runHeld();
        assertVectors(stored, "a");
        long bytes = disk.stats().bytes();
        assertVectors(cache, "b");
        assertEquals(bytes, disk.stats().bytes());
        assertThat("one task writes", held, hasSize(1));
        runHeld();
        assertThat(disk.stats().bytes(), greaterThan(bytes));
        disk.close();
    }

    public void testWhatIsNotWrittenYetIsWrittenInTheEnd() {
        DiskCache disk = opened(held::add);
        runHeld();
        assertVectors(cache(disk), "a");
        asked.clear();
        disk.close();
        runHeld();
        try (DiskCache again = opened(Runnable::run)) {
            assertVectors(cache(again), "a");
            assertAsked();
        }
    }

    public void testThreadContextIsRestored() {
        written("a");
        DiskCache disk = opened(held::add);
        if (randomBoolean()) {
            runHeld();
        }
        List<String> seen = new ArrayList<>();
        try (ThreadContext.StoredContext ignored = threadContext.stashContext()) {
            threadContext.putHeader("who", "me");
            cache(disk)
                    .embed(
                            request("a", "b"),
                            ActionListener.wrap(results -> seen.add(threadContext.getHeader("who")), e -> fail()));
        }
        runHeld();
        assertEquals(List.of("me"), seen);
        disk.close();
    }

    public void testDamagedVectorsAreAskedForAnew() throws IOException {
        written("a", "b");
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            Arrays.fill(bytes, VectorSegment.HEADER_BYTES, bytes.length, (byte) randomInt(255));
            Files.write(file, file.toString().endsWith(VectorSegment.VECTORS) ? bytes : Files.readAllBytes(file));
        }
        try (DiskCache disk = opened(Runnable::run)) {
            CachingEmbedder cache = cache(disk);
            assertVectors(cache, "a", "b");
            assertAsked("a", "b");
            assertEquals(2, cache.stats().disk().corrupt());
            assertEquals(2, cache.stats().disk().entries());
        }
        try (DiskCache disk = opened(Runnable::run)) {
            assertVectors(cache(disk), "a", "b");
            assertAsked();
        }
    }

    public void testNoTextIsWritten() throws IOException {
        written("a text that nobody else may see");
        assertThat(files(), not(empty()));
        for (Path file : files()) {
            assertFalse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("nobody"));
        }
    }

    public void testZeroDeletesWhatIsThere() throws IOException {
        written("a");
        try (DiskCache off = new DiskCache(ByteSizeValue.ZERO, Runnable::run, threadContext)) {
            off.open(folder);
            assertThat(files(), empty());
            CachingEmbedder cache = cache(off, ROOM);
            assertVectors(cache, "a", "a");
            assertAsked("a");
            assertEquals(new CacheStats.Disk(0, 0, 0, 0, 0), cache.stats().disk());
        }
    }

    public void testNodeThatShutsDownAnswersAll() {
        written("a");
        List<Runnable> none = List.of(); // takes nothing
        DiskCache disk = disk(none::add);
        CachingEmbedder cache = cache(disk);
        PlainActionFuture<List<EmbeddingResult>> waiting = new PlainActionFuture<>();
        cache.embed(request("a"), waiting);
        disk.open(folder);
        assertFalse(waiting.isDone());
        disk.close();
        assertVectors(waiting, "a");
        assertAsked("a");
    }

    public void testManyThreadsManyTextsLittleRoom() throws Exception {
        int texts = 400;
        ExecutorService io = Executors.newFixedThreadPool(3);
        ExecutorService clients = Executors.newFixedThreadPool(6);
        int rounds = 3;
        try {
            for (int round = 0; round < rounds; round++) {
                DiskCache disk = new DiskCache(new ByteSizeValue(40, ByteSizeUnit.KB), io, threadContext);
                disk.open(folder);
                CachingEmbedder cache = cache(disk, new ByteSizeValue(randomInt(10), ByteSizeUnit.KB));
                embedMany(cache, clients, texts);
                disk.close();
                assertThat(bytesOnDisk(), lessThanOrEqualTo(40L << 10));
            }
        } finally {
            terminate(clients, io);
        }
    }

    private long bytesOnDisk() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static void embedMany(CachingEmbedder cache, ExecutorService clients, int texts) throws Exception {
        int requests = 1000;
        CountDownLatch answered = new CountDownLatch(requests);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        long seed = randomLong();
        for (int r = 0; r < requests; r++) {
            Random random = new Random(seed + r);
            String[] some = random.ints(1 + random.nextInt(8), 0, texts)
                    .mapToObj(n -> "text " + n)
                    .toArray(String[]::new);
            clients.execute(() -> cache.embed(
                    request(some),
                    ActionListener.wrap(
                            results -> {
                                for (int i = 0; i < some.length; i++) {
                                    if (!Arrays.equals(
                                            vector(some[i]), results.get(i).vector())) {
                                        wrong.add(some[i]);
                                    }
                                    results.get(i).vector()[0] = 7;
                                }
                                answered.countDown();
                            },
                            e -> wrong.add(e.toString()))));
        }
        assertTrue("all answered", answered.await(60, TimeUnit.SECONDS));
        assertThat(wrong, empty());
    }
}
