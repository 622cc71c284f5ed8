/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchTestCase;

/** What the tests of both query builders share: an {@code embedding} field and random parts of queries. */
final class QueryFields {

    static final String MEANING = "meaning";
    static final int DIMENSIONS = 8;
    static final String MODEL_ID = "text-embedding-ada-002";
    static final double BACKGROUND = 0.73;

    private QueryFields() {}

    static Collection<Class<? extends Plugin>> plugins(Collection<Class<? extends Plugin>> others) {
        List<Class<? extends Plugin>> plugins = new ArrayList<>(others);
        plugins.add(EmbeddingSearchPlugin.class);
        return plugins;
    }

    static void map(MapperService mapperService) throws IOException {
        String mapping = """
                {"properties": {"%s": {"type": "embedding", "model_id": "%s", "dimensions": %s}}}""".formatted(MEANING, MODEL_ID, DIMENSIONS);
        mapperService.merge("_doc", new CompressedXContent(mapping), MapperService.MergeReason.MAPPING_UPDATE);
    }

    static float[] vector(Random random) {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = 0.1f + random.nextFloat();
        }
        return vector;
    }

    static KnnOptions options() {
        int k = OpenSearchTestCase.randomIntBetween(1, 200);
        Integer candidates =
                OpenSearchTestCase.randomBoolean() ? null : k + OpenSearchTestCase.randomIntBetween(0, 1000);
        Float oversample = OpenSearchTestCase.randomBoolean() ? null : 1 + OpenSearchTestCase.randomFloat() * 10;
        Float minSimilarity = OpenSearchTestCase.randomBoolean() ? null : OpenSearchTestCase.randomFloat();
        return new KnnOptions(k, candidates, oversample, minSimilarity, OpenSearchTestCase.randomBoolean());
    }

    static QueryBuilder filter() {
        return OpenSearchTestCase.randomBoolean()
                ? null
                : QueryBuilders.termQuery("mapped_string", OpenSearchTestCase.randomAlphaOfLength(4));
    }
}
