/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import static org.hamcrest.Matchers.hasSize;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.lucene.tests.mockfile.FilterFileChannel;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.test.MockLogAppender;

/** A disk that fails costs the vectors on it, one warning, and no request. */
public class DiskCacheFaultTests extends DiskCacheTestCase {

    public void testFolderThatCannotBeUsedIsToldOnceAndNoHindrance() throws Exception {
        Files.write(folder.resolve(DiskCache.FOLDER), new byte[] {1});
        DiskCache disk = disk(Runnable::run);
        assertWarnsOnce(() -> disk.open(folder));
        assertNoWarning(() -> {
            CachingEmbedder cache = cache(disk, ROOM);
            assertVectors(cache, "a", "b");
            assertVectors(cache, "a", "b");
            assertAsked("a", "b");
            disk.close();
        });
    }

    public void testFullDiskIsToldOnceAndNoHindrance() throws Exception {
        written("a");
        FailingDisk failing = new FailingDisk(folder.getFileSystem());
        folder = failing.wrapPath(folder);
        try (DiskCache disk = opened(Runnable::run)) {
            CachingEmbedder cache = cache(disk, ByteSizeValue.ZERO);
            failing.bytesLeft = randomIntBetween(0, 100);
            assertNoWarning(() -> assertVectors(cache, "a"));
            assertWarnsOnce(() -> assertVectors(cache, "b", "c"));
            assertAsked("b", "c");
            assertNoWarning(() -> assertVectors(cache, "a", "b", "d"));
            assertAsked("a", "b", "d");
            assertEquals(0, cache.stats().disk().bytes());
        }
        failing.bytesLeft = Long.MAX_VALUE;
        try (DiskCache disk = opened(Runnable::run)) {
            assertVectors(cache(disk), "a", "c");
            assertAsked("c");
        }
    }

    public void testUnreadableDiskIsToldOnceAndNoHindrance() throws Exception {
        written("a");
        FailingDisk failing = new FailingDisk(folder.getFileSystem());
        folder = failing.wrapPath(folder);
        try (DiskCache disk = opened(Runnable::run)) {
            CachingEmbedder cache = cache(disk);
            failing.readable = false;
            assertWarnsOnce(() -> assertVectors(cache, "a", "b"));
            assertEquals(Set.of("a", "b"), Set.copyOf(asked));
        }
    }

    /** A disk that runs full or fails, also for files that are open. */
    private static final class FailingDisk extends FilterFileSystemProvider {

        private long bytesLeft = Long.MAX_VALUE;
        private boolean readable = true;

        FailingDisk(FileSystem delegate) {
            super("failing://", delegate);
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            return new FilterFileChannel(super.newFileChannel(path, options, attributes)) {
                @Override
                public int write(ByteBuffer bytes, long position) throws IOException {
                    if (bytesLeft == 0) {
                        throw new IOException("No space left on device");
                    }
                    ByteBuffer some = bytes.slice(bytes.position(), (int) Math.min(bytesLeft, bytes.remaining()));
                    int written = super.write(some, position);
                    bytes.position(bytes.position() + written);
                    bytesLeft -= written;
                    return written;
                }

                @Override
                public int read(ByteBuffer into, long position) throws IOException {
                    if (!readable) {
                        throw new IOException("Input/output error");
                    }
                    return super.read(into, position);
                }
            };
        }
    }

    private static void assertWarnsOnce(Runnable action) throws Exception {
        assertWarnings(action, 1);
    }

    private static void assertNoWarning(Runnable action) throws Exception {
        assertWarnings(action, 0);
    }

    private static void assertWarnings(Runnable action, int count) throws Exception {
        List<String> warnings = new ArrayList<>();
        try (MockLogAppender appender = MockLogAppender.createForLoggers(LogManager.getLogger(DiskCache.class))) {
            appender.addExpectation(new MockLogAppender.LoggingExpectation() {
                @Override
                public void match(org.apache.logging.log4j.core.LogEvent event) {
                    assertEquals(Level.WARN, event.getLevel());
                    warnings.add(event.getMessage().getFormattedMessage());
                }

                @Override
                public void assertMatched() {
                    assertThat(warnings, hasSize(count));
                }
            });
            action.run();
            appender.assertAllExpectationsMatched();
        }
    }
}
