/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The vectors of one model on disk, found by the text they stand for.
 *
 * <p>The file is a run of records of equal length: SHA-256 of the text in UTF-8, then the vector in little-endian
 * float32. Records are only appended; one that a crash left unfinished is cut off at the next opening.
 */
final class VectorCache {

    private static final int KEY_BYTES = 32;

    private final Path file;
    private final int vectorBytes;
    private final Map<ByteBuffer, byte[]> vectors = new HashMap<>();

    /** @param file of one model alone; made with the first vector */
    VectorCache(Path file, int dimensions) throws IOException {
        this.file = file;
        this.vectorBytes = dimensions * Float.BYTES;
        if (Files.exists(file)) {
            read();
        } else {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
    }

    Optional<byte[]> find(String text) {
        return Optional.ofNullable(vectors.get(key(text)));
    }

    void add(String text, byte[] vector) throws IOException {
        if (vector.length != vectorBytes) {
            throw new SetupException("[%s] holds vectors of %d bytes, the model made one of %d: choose another --cache."
                    .formatted(file, vectorBytes, vector.length));
        }
        ByteBuffer key = key(text);
        byte[] record = ByteBuffer.allocate(KEY_BYTES + vectorBytes)
                .put(key.duplicate())
                .put(vector)
                .array();
        Files.write(file, record, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        vectors.put(key, vector);
    }

    private void read() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int record = KEY_BYTES + vectorBytes;
        int whole = bytes.length / record * record;
        for (int at = 0; at < whole; at += record) {
            byte[] vector = new byte[vectorBytes];
            System.arraycopy(bytes, at + KEY_BYTES, vector, 0, vectorBytes);
            vectors.put(ByteBuffer.wrap(bytes, at, KEY_BYTES).slice(), vector);
        }
        if (whole < bytes.length) {
            try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
                channel.truncate(whole);
            }
        }
    }

    private static ByteBuffer key(String text) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
