/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.opensearch.test.OpenSearchTestCase;

/** Whatever becomes of the files, a vector is read as it was written, or not at all. */
public class VectorFilesTests extends OpenSearchTestCase {

    private static final long ROOM = 1 << 20;
    private static final long INDEX_ROOM = 1 << 20;

    private Path folder;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        folder = createTempDir().resolve("vectors");
    }

    private VectorFiles open() throws IOException {
        return VectorFiles.open(folder, ROOM, INDEX_ROOM);
    }

    private static VectorKey key(long n) {
        Random random = new Random(n);
        return new VectorKey(random.nextLong(), random.nextLong(), random.nextLong(), n);
    }

    private static float[] vector(long n) {
        Random random = new Random(~n);
        float[] vector = new float[1 + random.nextInt(40)];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = random.nextFloat();
        }
        return vector;
    }

    private static void write(VectorFiles files, int from, int to) throws IOException {
        for (int n = from; n < to; n++) {
            files.write(key(n), vector(n));
        }
    }

    /** How many of these are there; each as it was written. */
    private static int expectRightOrMissing(VectorFiles files, int from, int to) throws IOException {
        int found = 0;
        for (int n = from; n < to; n++) {
            float[] vector = files.read(key(n));
            if (vector != null) {
                assertArrayEquals(vector(n), vector, 0);
                found++;
            }
        }
        return found;
    }

    private List<Path> files() throws IOException {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.{vec,key}")) {
            all.forEach(paths::add);
        }
        return paths;
    }

    private long bytesOnDisk() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private Map<Path, byte[]> contents() throws IOException {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (Path file : files()) {
            contents.put(file, Files.readAllBytes(file));
        }
        return contents;
    }

    private void restore(Map<Path, byte[]> contents) throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
        for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }

    public void testVectorsAreThereAgainAfterEachStart() throws IOException {
        int written = 0;
        int starts = randomIntBetween(2, 5);
        for (int start = 0; start < starts; start++) {
            try (VectorFiles files = open()) {
                assertEquals(written, files.entries());
                assertEquals(bytesOnDisk(), files.bytes());
                assertEquals(written, expectRightOrMissing(files, 0, written + 1));
                write(files, written, written + 20);
                written += 20;
                assertEquals(written, expectRightOrMissing(files, 0, written + 1));
                assertEquals(bytesOnDisk(), files.bytes());
                assertEquals(0, files.corrupt());
            }
        }
        assertEquals("a start goes on in the newest files", 2, files().size());
    }

    public void testVectorIsWrittenOnce() throws IOException {
        try (VectorFiles files = open()) {
            write(files, 0, 5);
            long bytes = files.bytes();
            write(files, 0, 5);
            assertEquals(bytes, files.bytes());
        }
        try (VectorFiles files = open()) {
            long bytes = files.bytes();
            write(files, 0, 5);
            assertEquals(bytes, files.bytes());
        }
    }

    public void testCutAnywhereLosesOnlyWhatWasCut() throws IOException {
        int written = 6;
        try (VectorFiles files = open()) {
            write(files, 0, written);
        }
        Map<Path, byte[]> whole = contents();
        for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
            for (int length = 0; length < file.getValue().length; length++) {
                restore(whole);
                Files.write(file.getKey(), Arrays.copyOf(file.getValue(), length));
                expectWorks(written, wholeRecords(file.getKey(), length, written));
            }
        }
    }

    /** How many vectors are whole in the first bytes of a file. */
    private static int wholeRecords(Path file, int length, int written) {
        long end = VectorSegment.HEADER_BYTES;
        for (int n = 0; n < written; n++) {
            boolean keys = file.toString().endsWith(VectorSegment.KEYS);
            end += keys ? VectorSegment.ENTRY_BYTES : VectorSegment.bytes(vector(n)) - VectorSegment.ENTRY_BYTES;
            if (length < end) {
                return n;
            }
        }
        return written;
    }

    /** Opens the damaged files, expects what is left of them, and that they can be filled up again. */
    private void expectWorks(int written, int left) throws IOException {
        try (VectorFiles files = open()) {
            assertEquals(left, expectRightOrMissing(files, 0, written));
            write(files, 0, written + 3);
            assertEquals(written + 3, expectRightOrMissing(files, 0, written + 3));
        }
        try (VectorFiles files = open()) {
            assertEquals(written + 3, expectRightOrMissing(files, 0, written + 3));
        }
    }

    public void testFlippedBitsAreNeverRead() throws IOException {
        int written = 8;
        try (VectorFiles files = open()) {
            write(files, 0, written);
        }
        Map<Path, byte[]> whole = contents();
        for (int round = 0; round < 100; round++) {
            Map<Path, byte[]> damaged = new LinkedHashMap<>();
            whole.forEach((file, bytes) -> damaged.put(file, bytes.clone()));
            int flips = randomBoolean() ? 1 : randomIntBetween(2, 40);
            for (int flip = 0; flip < flips; flip++) {
                byte[] bytes = randomFrom(damaged.values().toArray(byte[][]::new));
                bytes[randomIntBetween(0, bytes.length - 1)] ^= (byte) (1 << randomInt(7));
            }
            restore(damaged);
            expectFillsUpAgain(written);
        }
    }

    private void expectFillsUpAgain(int written) throws IOException {
        try (VectorFiles files = open()) {
            int left = expectRightOrMissing(files, 0, written);
            if (left < written) {
                assertThat(files.corrupt(), greaterThan(0L));
            }
            write(files, 0, written);
            assertEquals(written, expectRightOrMissing(files, 0, written));
        }
        try (VectorFiles files = open()) {
            assertEquals(written, expectRightOrMissing(files, 0, written));
        }
    }

    public void testOneFlippedBitSpoilsOneVectorAtMost() throws IOException {
        int written = 8;
        try (VectorFiles files = open()) {
            write(files, 0, written);
        }
        Map<Path, byte[]> whole = contents();
        for (Path file : whole.keySet()) {
            byte[] bytes = whole.get(file).clone();
            bytes[randomIntBetween(VectorSegment.HEADER_BYTES, bytes.length - 1)] ^= (byte) (1 << randomInt(7));
            restore(whole);
            Files.write(file, bytes);
            try (VectorFiles files = open()) {
                assertEquals(written - 1, expectRightOrMissing(files, 0, written));
                assertEquals(1, files.corrupt());
            }
        }
    }

    public void testFilesDamagedWhileOpenAreNeverWrong() throws IOException {
        int written = 8;
        try (VectorFiles files = open()) {
            write(files, 0, written);
            for (Path file : files()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(randomLongBetween(0, channel.size()));
                }
            }
            int left = expectRightOrMissing(files, 0, written);
            assertEquals(written - left, files.corrupt());
            assertEquals(left, files.entries());
            write(files, 0, written);
            assertEquals("dropped ones are written anew", written, expectRightOrMissing(files, 0, written));
        }
    }

    public void testStrangeFilesAreNoHindrance() throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("0000000000000001.vec"), randomByteArrayOfLength(randomInt(200)));
        Files.write(folder.resolve("0000000000000002.key"), randomByteArrayOfLength(randomInt(200)));
        Files.write(folder.resolve("fffffffffffffff0.key"), new byte[0]);
        Files.write(folder.resolve("0000000000000003.vec"), randomByteArrayOfLength(200));
        Files.write(folder.resolve("0000000000000003.key"), randomByteArrayOfLength(200));
        Files.write(folder.resolve("notes.txt"), new byte[] {1});
        try (VectorFiles files = open()) {
            assertThat(files(), empty());
            write(files, 0, 10);
            assertEquals(10, expectRightOrMissing(files, 0, 10));
        }
        VectorFiles.delete(folder);
        assertTrue(Files.exists(folder.resolve("notes.txt")));
    }

    public void testFilesOfAnotherNumberAreNotMixed() throws IOException {
        try (VectorFiles files = open()) {
            write(files, 0, 10);
        }
        for (Path file : files()) {
            String other = file.getFileName().toString().replace('1', '7');
            Files.move(file, file.resolveSibling(other));
        }
        try (VectorFiles files = open()) {
            assertEquals(0, files.entries());
            assertEquals(1, files.corrupt());
        }
    }

    public void testBoundsAreKeptAndTheOldestGo() throws IOException {
        long room = randomLongBetween(64, 200) << 10;
        long indexRoom = randomLongBetween(20, 40) << 10;
        int written = 3000;
        try (VectorFiles files = VectorFiles.open(folder, room, indexRoom)) {
            for (int n = 0; n < written; n++) {
                write(files, n, n + 1);
                assertNotNull("the newest is there", files.read(key(n)));
                assertThat(files.bytes(), lessThanOrEqualTo(room));
                assertThat(files.indexBytes(), lessThanOrEqualTo(indexRoom));
                if (rarely()) {
                    assertEquals(bytesOnDisk(), files.bytes());
                }
            }
            assertKeepsTheNewest(files, written);
            assertThat("most of one bound is used", fill(files, room, indexRoom), greaterThan(0.8));
        }
        try (VectorFiles files = VectorFiles.open(folder, room / 2, indexRoom)) {
            assertThat(bytesOnDisk(), lessThanOrEqualTo(room / 2));
            assertKeepsTheNewest(files, written);
        }
        VectorFiles.delete(folder);
        assertThat(Files.exists(folder) ? files() : List.of(), empty());
    }

    private static double fill(VectorFiles files, long room, long indexRoom) {
        return Math.max((double) files.bytes() / room, (double) files.indexBytes() / indexRoom);
    }

    private static void assertKeepsTheNewest(VectorFiles files, int written) throws IOException {
        int left = (int) files.entries();
        assertThat(left, greaterThan(0));
        assertEquals(left, expectRightOrMissing(files, written - left, written));
        assertEquals(0, expectRightOrMissing(files, 0, written - left));
    }

    public void testVectorLargerThanASegmentIsLeftOut() throws IOException {
        try (VectorFiles files = VectorFiles.open(folder, 16 << 10, INDEX_ROOM)) {
            write(files, 0, 1);
            files.write(key(1), new float[300]);
            assertNull(files.read(key(1)));
            assertEquals(1, files.entries());
        }
    }

    public void testReadersSeeTheRightVectorsWhileOthersAreWrittenAndDeleted() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger newest = new AtomicInteger();
        AtomicInteger hits = new AtomicInteger();
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        try (VectorFiles files = VectorFiles.open(folder, 64 << 10, INDEX_ROOM)) {
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random random = new Random(randomLong());
                readers.add(new Thread(() -> {
                    try {
                        while (!done.get()) {
                            int n = Math.max(0, newest.get() - random.nextInt(600));
                            hits.addAndGet(expectRightOrMissing(files, n, n + 1));
                        }
                    } catch (IOException | RuntimeException | AssertionError e) {
                        thrown.add(e);
                    }
                }));
            }
            readers.forEach(Thread::start);
            for (int n = 0; n < 5000 || hits.get() == 0; n++) {
                write(files, n, n + 1);
                newest.set(n);
            }
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertEquals(bytesOnDisk(), files.bytes());
        }
        assertThat(thrown, empty());
        assertThat(hits.get(), greaterThan(0));
    }
}
