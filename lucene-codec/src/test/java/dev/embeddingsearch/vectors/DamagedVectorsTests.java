/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/** Damage to any vectors file is found when the segment is opened, or by checkIntegrity, which merges call. */
public class DamagedVectorsTests extends VectorsTestCase {
    private static final List<String> QUANTIZED = List.of("vec", "vemf", "veq", "vemq", "vex", "vem", "emc", "emn");
    private static final List<String> EXACT = List.of("vec", "vemf", "vex", "vem", "emc", "emn");

    public void testTruncatedFilesAreRefused() throws IOException {
        for (boolean quantized : new boolean[] {true, false}) {
            try (Directory dir = newIndex(quantized)) {
                for (String file : files(dir, quantized)) {
                    byte[] intact = read(dir, file);
                    for (int length = 0; length < intact.length; length += 1 + random().nextInt(40)) {
                        assertRefused(dir, file, Arrays.copyOf(intact, length));
                    }
                    assertRefused(dir, file, Arrays.copyOf(intact, intact.length - 1));
                }
            }
        }
    }

    public void testFlippedBitsAreFound() throws IOException {
        for (boolean quantized : new boolean[] {true, false}) {
            try (Directory dir = newIndex(quantized)) {
                for (String file : files(dir, quantized)) {
                    byte[] intact = read(dir, file);
                    for (int i = random().nextInt(40); i < intact.length; i += 1 + random().nextInt(40)) {
                        byte[] flipped = intact.clone();
                        flipped[i] ^= (byte) (1 << random().nextInt(Byte.SIZE));
                        assertRefused(dir, file, flipped);
                    }
                }
            }
        }
    }

    private static Directory newIndex(boolean quantized) throws IOException {
        KnnVectorsFormat format = quantized
                ? new QuantizedVectorsFormat(randomQuantization(), 8, 50, 0).withPrecision(randomPrecision())
                : new EmbeddingVectorsFormat(8, 50, 0);
        Directory dir = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(dir, oneFlush(format).setUseCompoundFile(false))) {
            for (int i = 0; i < 20; i++) {
                writer.addDocument(doc(Integer.toString(i), randomVector(9)));
            }
            float[] twice = randomVector(9);
            writer.addDocument(doc("twice", twice));
            writer.addDocument(doc("twice", twice));
        }
        return dir;
    }

    private static List<String> files(Directory dir, boolean quantized) throws IOException {
        List<String> extensions = quantized ? QUANTIZED : EXACT;
        List<String> files = Arrays.stream(dir.listAll())
                .filter(name -> extensions.contains(name.substring(name.lastIndexOf('.') + 1)))
                .toList();
        assertTrue(files.toString(), files.size() >= extensions.size());
        return files;
    }

    private static byte[] read(Directory dir, String name) throws IOException {
        try (IndexInput in = dir.openInput(name, IOContext.READONCE)) {
            byte[] bytes = new byte[(int) in.length()];
            in.readBytes(bytes, 0, bytes.length);
            return bytes;
        }
    }

    /** Damage to the version in a header is reported as another version. */
    private static void assertRefused(Directory dir, String file, byte[] bytes) throws IOException {
        try (Directory copy = new ByteBuffersDirectory()) {
            for (String name : dir.listAll()) {
                if (!name.equals(file)) {
                    copy.copyFrom(dir, name, name, IOContext.DEFAULT);
                }
            }
            try (IndexOutput out = copy.createOutput(file, IOContext.DEFAULT)) {
                out.writeBytes(bytes, bytes.length);
            }
            IOException e = expectThrows(IOException.class, () -> openAndCheck(copy));
            boolean refused = e instanceof CorruptIndexException
                    || e instanceof IndexFormatTooNewException
                    || e instanceof IndexFormatTooOldException;
            if (!refused) {
                throw new AssertionError(file + " of " + bytes.length + " bytes", e);
            }
        }
    }

    private static void openAndCheck(Directory dir) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(dir)) {
            ((CodecReader) only(reader)).getVectorReader().checkIntegrity();
        }
    }
}
