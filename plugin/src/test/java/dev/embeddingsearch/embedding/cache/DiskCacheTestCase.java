/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.test.OpenSearchTestCase;

/** A cache with a folder, in front of a service that remembers what it was asked. */
abstract class DiskCacheTestCase extends OpenSearchTestCase {

    static final ByteSizeValue ROOM = new ByteSizeValue(1, ByteSizeUnit.MB);

    final ThreadContext threadContext = new ThreadContext(Settings.EMPTY);
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    final List<Runnable> held = new ArrayList<>();
    Path folder;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        folder = createTempDir();
    }

    void answer(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        asked.addAll(request.texts());
        listener.onResponse(request.texts().stream()
                .map(text -> EmbeddingResult.of(vector(text)))
                .toList());
    }

    static float[] vector(String text) {
        return TextVectors.of(text, 8);
    }

    DiskCache disk(Executor executor) {
        return new DiskCache(ROOM, executor, threadContext);
    }

    DiskCache opened(Executor executor) {
        DiskCache disk = disk(executor);
        disk.open(folder);
        return disk;
    }

    CachingEmbedder cache(DiskCache disk, ByteSizeValue memory) {
        return new CachingEmbedder(this::answer, new Models(Settings.EMPTY), memory, disk, threadContext);
    }

    CachingEmbedder cache(DiskCache disk) {
        return cache(disk, randomFrom(ROOM, ByteSizeValue.ZERO));
    }

    static EmbeddingRequest request(String... texts) {
        return new EmbeddingRequest("default", Side.DOCUMENT, InputType.TEXT, 0, List.of(texts));
    }

    static void assertVectors(CachingEmbedder cache, String... texts) {
        PlainActionFuture<List<EmbeddingResult>> future = new PlainActionFuture<>();
        cache.embed(request(texts), future);
        assertVectors(future, texts);
    }

    static void assertVectors(PlainActionFuture<List<EmbeddingResult>> future, String... texts) {
        List<EmbeddingResult> results = future.actionGet(TimeValue.timeValueSeconds(30));
        for (int i = 0; i < texts.length; i++) {
            assertNull(results.get(i).failure());
            assertArrayEquals(vector(texts[i]), results.get(i).vector(), 0);
            results.get(i).vector()[0] = 7; // it is the receiver's
        }
    }

    void assertAsked(String... texts) {
        assertEquals(List.of(texts), asked);
        asked.clear();
    }

    /** Leaves the vectors of these texts on disk, as a node that ends in order. */
    void written(String... texts) {
        try (DiskCache disk = opened(Runnable::run)) {
            assertVectors(cache(disk), texts);
        }
        asked.clear();
    }

    List<Path> files() throws IOException {
        List<Path> paths = new ArrayList<>();
        Path own = folder.resolve(DiskCache.FOLDER);
        if (Files.exists(own)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(own, "*.{vec,key}")) {
                all.forEach(paths::add);
            }
        }
        return paths;
    }

    void runHeld() {
        while (!held.isEmpty()) {
            held.removeFirst().run();
        }
    }
}
