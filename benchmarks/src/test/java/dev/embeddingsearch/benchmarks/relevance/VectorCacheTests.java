/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class VectorCacheTests {

    private static final byte[] ONE = {0, 0, -128, 63, 0, 0, 0, 0};
    private static final byte[] TWO = {0, 0, 0, 0, 0, 0, -128, 63};

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    private Path file;

    @Before
    public void choose() throws IOException {
        file = temporary.getRoot().toPath().resolve("new/model.vectors");
        VectorCache cache = new VectorCache(file, 2);
        cache.add("one", ONE);
        cache.add("two", TWO);
    }

    @Test
    public void testVectorsAreThereAfterReopening() throws IOException {
        VectorCache cache = new VectorCache(file, 2);
        assertArrayEquals(ONE, cache.find("one").orElseThrow());
        assertArrayEquals(TWO, cache.find("two").orElseThrow());
        assertTrue(cache.find("three").isEmpty());
    }

    @Test
    public void testUnfinishedRecordIsCutOff() throws IOException {
        long whole = Files.size(file);
        Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        VectorCache cache = new VectorCache(file, 2);
        assertEquals(whole, Files.size(file));
        cache.add("three", ONE);
        assertArrayEquals(ONE, new VectorCache(file, 2).find("three").orElseThrow());
    }

    @Test
    public void testVectorOfAnotherLength() throws IOException {
        VectorCache cache = new VectorCache(file, 2);
        SetupException e = assertThrows(SetupException.class, () -> cache.add("three", new byte[12]));
        assertEquals(
                "[" + file + "] holds vectors of 8 bytes, the model made one of 12: choose another --cache.",
                e.getMessage());
    }
}
