/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.reembed.BackfillResponse.End;
import dev.embeddingsearch.reembed.BatchOutcome.Failed;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.test.OpenSearchTestCase;

public class BackfillResponseTests extends OpenSearchTestCase {

    private static final BackfillStatus PROGRESS = new BackfillStatus(9, 4, 1, 1, 1, 2);

    private static String json(ToXContent object) throws IOException {
        try (XContentBuilder builder = JsonXContent.contentBuilder()) {
            return object.toXContent(builder, ToXContent.EMPTY_PARAMS).toString();
        }
    }

    public void testFormAndJourney() throws IOException {
        BackfillResponse sent = new BackfillResponse(
                12, PROGRESS, List.of(new Failed("i", "7", "its service refuses the text")), new End(null, "enough"));
        BytesStreamOutput out = new BytesStreamOutput();
        sent.writeTo(out);
        StreamInput in = out.bytes().streamInput();
        BackfillResponse received = new BackfillResponse(in);
        assertEquals(-1, in.read());
        for (BackfillResponse response : List.of(sent, received)) {
            assertEquals(RestStatus.OK, response.status());
            assertEquals(
                    "{\"took\":12,\"total\":9,\"embedded\":4,\"conflicts\":1,\"failed\":1,\"noops\":1,\"batches\":2,"
                            + "\"canceled\":\"enough\",\"failures\":[{\"index\":\"i\",\"id\":\"7\",\"reason\":\"its service"
                            + " refuses the text\"}]}",
                    json(response));
        }
    }

    public void testServiceThatEndsTheRunIsTheStatus() throws IOException {
        BackfillResponse stopped = new BackfillResponse(1, PROGRESS, List.of(), new End("down", null));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, stopped.status());
        assertTrue(json(stopped).contains("\"stopped\":\"down\""));
    }

    public void testStatusAddsBatchesUp() throws IOException {
        BatchOutcome batch = new BatchOutcome(3, 2, 1, List.of(new Failed("i", "1", "r")), Optional.empty());
        BackfillStatus twice = BackfillStatus.START.withTotal(20).plus(batch).plus(batch);
        assertEquals(new BackfillStatus(20, 6, 4, 2, 2, 2), twice);
        BytesStreamOutput out = new BytesStreamOutput();
        twice.writeTo(out);
        assertEquals(twice, new BackfillStatus(out.bytes().streamInput()));
        assertEquals(
                "{\"total\":20,\"embedded\":6,\"conflicts\":4,\"failed\":2,\"noops\":2,\"batches\":2}", json(twice));
    }
}
