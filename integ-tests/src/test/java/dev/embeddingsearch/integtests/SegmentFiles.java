/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of an index of one segment, comparable with those of another.
 *
 * <p>Lucene begins each file with an index header (4 bytes magic; the name of its format, behind its length in one byte;
 * 4 bytes version; the segment's id, 16 random bytes), some with another such header inside, and ends it with a checksum
 * of 8 bytes. Id and checksum are left out. Two files say when and where they were written and are not compared: {@code .si} and {@code segments_N}.
 */
final class SegmentFiles {

    private static final int MAGIC_BYTES = 4;
    private static final int VERSION_BYTES = 4;
    private static final int ID_BYTES = 16;
    private static final int CHECKSUM_BYTES = 8;

    private final Map<String, byte[]> files;

    private SegmentFiles(Map<String, byte[]> files) {
        this.files = new TreeMap<>(files);
    }

    static SegmentFiles read(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(file -> !file.endsWith("write.lock"))
                    .forEach(file -> files.put(file.getFileName().toString(), bytes(file)));
        }
        return new SegmentFiles(files);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the segment's files. */
    Set<String> names() {
        Map<String, byte[]> segment = new TreeMap<>(files);
        segment.keySet().removeIf(name -> name.startsWith("segments_"));
        return segment.keySet();
    }

    List<String> comparable() {
        return names().stream().filter(name -> !name.endsWith(".si")).toList();
    }

    /** A file without id and checksum. */
    byte[] bytes(String name) {
        byte[] all = files.get(name);
        int at = MAGIC_BYTES + 1 + all[MAGIC_BYTES] + VERSION_BYTES;
        String id = new String(all, at, ID_BYTES, StandardCharsets.ISO_8859_1);
        String content = new String(all, 0, all.length - CHECKSUM_BYTES, StandardCharsets.ISO_8859_1);
        return content.replace(id, "").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The last commit, which names the codec of each segment. */
    String commit() {
        List<String> commits = files.keySet().stream()
                .filter(name -> name.startsWith("segments_"))
                .toList();
        assertEquals(files.keySet().toString(), 1, commits.size());
        return new String(files.get(commits.get(0)), StandardCharsets.ISO_8859_1);
    }
}
