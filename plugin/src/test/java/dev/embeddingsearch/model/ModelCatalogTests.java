/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import org.opensearch.test.OpenSearchTestCase;

public class ModelCatalogTests extends OpenSearchTestCase {

    public void testFindsUnderTheNamesServersUse() {
        for (String id : new String[] {"bge-m3", "BAAI/bge-m3", "bge-m3:latest", "library/bge-m3:567m", "BGE-M3"}) {
            assertEquals(id, 1024, ModelCatalog.find(id).orElseThrow().dimensions());
        }
        assertEquals(
                384,
                ModelCatalog.find("sentence-transformers/all-MiniLM-L6-v2")
                        .orElseThrow()
                        .dimensions());
        assertTrue(ModelCatalog.find("bge-m3-other").isEmpty());
        assertTrue(ModelCatalog.find("").isEmpty());
    }

    public void testModelsOfTheEmbeddingServerHaveTheirPrefixes() {
        assertModel("all-minilm-l6-v2", 384, "", "");
        assertModel("bge-small-en-v1.5", 384, "", "Represent this sentence for searching relevant passages: ");
        assertModel("bge-small-zh-v1.5", 512, "", "为这个句子生成表示以用于检索相关文章：");
        assertModel("e5-small-v2", 384, "passage: ", "query: ");
    }

    private static void assertModel(String id, int dimensions, String documentPrefix, String queryPrefix) {
        KnownModel model = ModelCatalog.find(id).orElseThrow();
        assertEquals(dimensions, model.dimensions());
        assertEquals(new Prefixes(documentPrefix, queryPrefix), model.prefixes());
    }

    public void testBackgroundCosine() {
        assertEquals(.73, ModelCatalog.backgroundCosine("text-embedding-ada-002"), 0);
        assertEquals(.39, ModelCatalog.backgroundCosine("text-embedding-3-small"), 0);
        assertEquals(.52, ModelCatalog.backgroundCosine("text-embedding-3-large"), 0);
        assertEquals(.52, ModelCatalog.backgroundCosine("bge-small-en-v1.5"), 0);
        assertEquals(.78, ModelCatalog.backgroundCosine("e5-small-v2"), 0);
        assertEquals(0, ModelCatalog.backgroundCosine("all-minilm-l6-v2"), 0);
        assertEquals(0, ModelCatalog.backgroundCosine("never heard of"), 0);
    }

    public void testPriceOfFirstGenerationFollowsFromPagesPerDollar() {
        KnownModel davinci = ModelCatalog.find("text-search-davinci-doc-001").orElseThrow();
        assertEquals(1, davinci.pricePerMillionTokens() / 1_000_000 * 6 * 800, 1e-9);
        assertEquals(
                .02, ModelCatalog.find("text-embedding-3-small").orElseThrow().pricePerMillionTokens(), 0);
    }

    public void testBothHalvesOfAPairAreOneModel() {
        assertSame(
                ModelCatalog.find("code-search-ada-code-001").orElseThrow(),
                ModelCatalog.find("code-search-ada-text-001").orElseThrow());
        assertTrue(ModelCatalog.find("code-search-davinci-code-001").isEmpty());
    }
}
