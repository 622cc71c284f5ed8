/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.EmbeddingException;
import java.util.ArrayList;
import java.util.List;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.test.OpenSearchTestCase;

public class EmbedResponseTests extends OpenSearchTestCase {

    private static final EmbedResponse.Entry VECTOR = new EmbedResponse.Entry(new float[] {1, -2}, null);

    private static EmbedResponse.Entry failed(RestStatus status) {
        return new EmbedResponse.Entry(null, Reason.of(new EmbeddingException("no luck", status, false, null)));
    }

    private static String json(EmbedResponse response) throws Exception {
        try (XContentBuilder builder = JsonXContent.contentBuilder()) {
            return response.toXContent(builder, ToXContent.EMPTY_PARAMS).toString();
        }
    }

    public void testVectorsAndFailuresStandInTheOrderOfTheTexts() throws Exception {
        EmbedResponse response = new EmbedResponse("m", false, List.of(VECTOR, failed(RestStatus.BAD_GATEWAY), VECTOR));
        assertEquals(
                "{\"model\":\"m\",\"data\":[{\"index\":0,\"embedding\":[1.0,-2.0]},{\"index\":1,\"error\":{\"type\":"
                        + "\"embedding_exception\",\"reason\":\"no luck\",\"status\":502}},{\"index\":2,\"embedding\":"
                        + "[1.0,-2.0]}]}",
                json(response));
        assertEquals(RestStatus.OK, response.status());
    }

    public void testBase64IsLittleEndianFloat32() throws Exception {
        assertEquals(
                "{\"model\":\"m\",\"data\":[{\"index\":0,\"embedding\":\"AACAPwAAAMA=\"}]}",
                json(new EmbedResponse("m", true, List.of(VECTOR))));
    }

    public void testNothingButFailuresIsAFailure() {
        EmbedResponse response = new EmbedResponse(
                "m", false, List.of(failed(RestStatus.SERVICE_UNAVAILABLE), failed(RestStatus.BAD_REQUEST)));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, response.status());
    }

    public void testSurvivesTheWire() throws Exception {
        List<EmbedResponse.Entry> entries = new ArrayList<>();
        for (int i = between(1, 9); i > 0; i--) {
            float[] vector = new float[between(1, 20)];
            for (int d = 0; d < vector.length; d++) {
                vector[d] = randomFloat();
            }
            entries.add(
                    randomBoolean() ? failed(randomFrom(RestStatus.values())) : new EmbedResponse.Entry(vector, null));
        }
        EmbedResponse response = new EmbedResponse(randomAlphaOfLength(4), randomBoolean(), entries);
        EmbedResponse copy = copyWriteable(response, new NamedWriteableRegistry(List.of()), EmbedResponse::new);
        assertEquals(json(response), json(copy));
        assertEquals(response.status(), copy.status());
    }
}
