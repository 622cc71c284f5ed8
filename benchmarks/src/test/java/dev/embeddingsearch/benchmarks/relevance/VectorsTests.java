/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import static org.junit.Assert.assertEquals;

import dev.embeddingsearch.model.KnownModel;
import dev.embeddingsearch.model.ModelCatalog;
import dev.embeddingsearch.model.Side;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class VectorsTests {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void testTextsAreEmbeddedWithTheModelsPrefixes() throws Exception {
        KnownModel model = ModelCatalog.find("e5-small-v2").orElseThrow();
        Path cached = folder.getRoot().toPath();
        VectorCache cache = new VectorCache(cached.resolve("e5-small-v2.vectors"), 384);
        byte[] document = new byte[384 * Float.BYTES];
        byte[] query = document.clone();
        query[0] = 1;
        cache.add("passage: text", document);
        cache.add("query: text", query);
        Vectors vectors = new Vectors(model, cached, Path.of("no server is needed"), System.out);
        vectors.prepare(new Dataset(
                "set",
                List.of(new Dataset.Document("1", "text")),
                List.of(new Dataset.Query("1", "text", Map.of("1", 1)))));
        assertEquals(Base64.getEncoder().encodeToString(document), vectors.of(Side.DOCUMENT, "text"));
        assertEquals(Base64.getEncoder().encodeToString(query), vectors.of(Side.QUERY, "text"));
        assertEquals(384, vectors.dimensions());
    }
}
