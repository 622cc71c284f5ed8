/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;

public class VectorKeyTests extends OpenSearchTestCase {

    public void testSameTextOnBothSidesSharesWhereTheSameIsSent() {
        assertEquals(key(Side.DOCUMENT, InputType.TEXT, 0, "a"), key(Side.QUERY, InputType.CODE, 1536, "a"));
        assertNotEquals(key(Side.QUERY, InputType.TEXT, 0, "a"), key(Side.QUERY, InputType.TEXT, 0, "b"));
    }

    public void testSidesWithPrefixesAreApart() {
        String[] prefixes = {"document_prefix", "passage: ", "query_prefix", "query: "};
        assertNotEquals(
                key(Side.DOCUMENT, InputType.TEXT, 0, "a", prefixes),
                key(Side.QUERY, InputType.TEXT, 0, "a", prefixes));
    }

    public void testSidesWithModelsOfTheirOwnAreApart() {
        String[] pair = {"id", "code-search-ada-code-001"};
        assertNotEquals(
                key(Side.DOCUMENT, InputType.CODE, 0, "a", pair), key(Side.QUERY, InputType.CODE, 0, "a", pair));
    }

    public void testNewlinesCountWhereTheyAreReplaced() {
        String[] first = {"id", "text-similarity-ada-001"};
        assertNotEquals(
                key(Side.DOCUMENT, InputType.CODE, 0, "a\nb", first),
                key(Side.DOCUMENT, InputType.TEXT, 0, "a\nb", first));
    }

    public void testDimensionsAreApart() {
        assertNotEquals(key(Side.QUERY, InputType.TEXT, 256, "a"), key(Side.QUERY, InputType.TEXT, 512, "a"));
        String[] cut = {"id", "text-embedding-ada-002"};
        assertNotEquals(key(Side.QUERY, InputType.TEXT, 256, "a", cut), key(Side.QUERY, InputType.TEXT, 512, "a", cut));
    }

    public void testBorderBetweenPrefixAndTextCounts() {
        assertNotEquals(
                "a prefix alone is not sent",
                key(Side.QUERY, InputType.TEXT, 0, "", "query_prefix", "ab"),
                key(Side.QUERY, InputType.TEXT, 0, "ab", "query_prefix", ""));
        assertNotEquals(
                "half a character each",
                key(Side.QUERY, InputType.TEXT, 0, "\ude00", "query_prefix", "\ud83d"),
                key(Side.QUERY, InputType.TEXT, 0, "?", "query_prefix", "?"));
    }

    public void testParametersOfTheSideAreApart() {
        VectorKey without = key(Side.DOCUMENT, InputType.TEXT, 3, "a");
        assertNotEquals(without, key(Side.DOCUMENT, InputType.TEXT, 3, "a", "document_parameters.task", "x"));
        assertEquals(without, key(Side.DOCUMENT, InputType.TEXT, 3, "a", "query_parameters.task", "x"));
    }

    public void testPartsDoNotRunIntoEachOther() {
        assertNotEquals(
                key(Side.QUERY, InputType.TEXT, 3, "a", "api_version", "v1", "id", "x"),
                key(Side.QUERY, InputType.TEXT, 3, "a", "api_version", "v", "id", "1x"));
    }

    private static VectorKey key(Side side, InputType type, int dimensions, String text, String... pairs) {
        Settings.Builder settings = Settings.builder().put("embedding.model.default.url", "https://api.openai.com/v1");
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put("embedding.model.default." + pairs[i], pairs[i + 1]);
        }
        EmbeddingModel model = new Models(settings.build()).get("default");
        return VectorKey.of(model, new EmbeddingRequest("default", side, type, dimensions, List.of(text)))
                .apply(text);
    }
}
