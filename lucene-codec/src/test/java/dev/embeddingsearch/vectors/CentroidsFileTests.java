/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.NIOFSDirectory;

/** Any damage to the centroids file is detected. */
public class CentroidsFileTests extends VectorsTestCase {
    public void testEveryFlippedBitIsFoundAtOpen() throws IOException {
        try (Directory dir = newIndex()) {
            byte[] intact = read(dir, centroidsFile(dir));
            for (int i = 0; i < intact.length * Byte.SIZE; i++) {
                byte[] flipped = intact.clone();
                flipped[i / Byte.SIZE] ^= (byte) (1 << i % Byte.SIZE);
                assertRefused(dir, flipped);
            }
        }
    }

    public void testEveryTruncationIsFoundAtOpen() throws IOException {
        try (Directory dir = newIndex()) {
            byte[] intact = read(dir, centroidsFile(dir));
            for (int length = 0; length < intact.length; length++) {
                assertRefused(dir, Arrays.copyOf(intact, length));
            }
            assertRefused(dir, Arrays.copyOf(intact, intact.length + 1));
        }
    }

    public void testFileOfAnotherSegmentIsRefused() throws IOException {
        try (Directory dir = newIndex();
                Directory other = newIndex()) {
            CorruptIndexException e = assertRefused(dir, read(other, centroidsFile(other)));
            assertTrue(e.getMessage(), e.getMessage().contains("file mismatch"));
        }
    }

    public void testIntactCopyIsRead() throws IOException {
        try (Directory dir = newIndex();
                Directory copy = copyWith(dir, read(dir, centroidsFile(dir)));
                DirectoryReader reader = DirectoryReader.open(copy)) {
            assertCentroids(reader, "v");
        }
    }

    public void testIntegrityCheckReadsTheFileAgain() throws IOException {
        Path path = createTempDir();
        try (Directory dir = new NIOFSDirectory(path)) {
            index(dir);
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
                ((CodecReader) only(reader)).checkIntegrity();
                Path file = path.resolve(centroidsFile(dir));
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2]++;
                Files.write(file, bytes);
                CorruptIndexException e =
                        expectThrows(CorruptIndexException.class, () -> ((CodecReader) only(reader)).checkIntegrity());
                assertTrue(e.getMessage(), e.getMessage().contains("." + CentroidsFile.EXTENSION));
            }
        }
    }

    private static Directory newIndex() throws IOException {
        Directory dir = new ByteBuffersDirectory();
        index(dir);
        return dir;
    }

    private static void index(Directory dir) throws IOException {
        try (IndexWriter writer = new IndexWriter(dir, unmerged(anyVariant()).setUseCompoundFile(false))) {
            writer.addDocument(doc("a", randomVector(3)));
        }
    }

    private static String centroidsFile(Directory dir) throws IOException {
        return Arrays.stream(dir.listAll())
                .filter(name -> name.endsWith("." + CentroidsFile.EXTENSION))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] read(Directory dir, String name) throws IOException {
        try (IndexInput in = dir.openInput(name, IOContext.READONCE)) {
            byte[] bytes = new byte[(int) in.length()];
            in.readBytes(bytes, 0, bytes.length);
            return bytes;
        }
    }

    private static Directory copyWith(Directory dir, byte[] centroids) throws IOException {
        Directory copy = new ByteBuffersDirectory();
        String replaced = centroidsFile(dir);
        for (String name : dir.listAll()) {
            if (!name.equals(replaced)) {
                copy.copyFrom(dir, name, name, IOContext.DEFAULT);
            }
        }
        try (IndexOutput out = copy.createOutput(replaced, IOContext.DEFAULT)) {
            out.writeBytes(centroids, centroids.length);
        }
        return copy;
    }

    private static CorruptIndexException assertRefused(Directory dir, byte[] centroids) throws IOException {
        try (Directory copy = copyWith(dir, centroids)) {
            return expectThrows(
                    CorruptIndexException.class,
                    () -> DirectoryReader.open(copy).close());
        }
    }
}
