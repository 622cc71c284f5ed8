/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.reembed.BackfillResponse.End;
import dev.embeddingsearch.reembed.BatchOutcome.Failed;
import dev.embeddingsearch.wire.RecordedBytes;
import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.Strings;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.tasks.Task;
import org.opensearch.test.OpenSearchTestCase;

/** Backfills between nodes of different versions of the plugin. */
public class BackfillWireTests extends OpenSearchTestCase {

    private static final BackfillStatus STATUS = new BackfillStatus(900, 4, 1, 1, 1, 2);
    private static final BackfillResponse RESPONSE = new BackfillResponse(
            12, STATUS, List.of(new Failed("logs", "7", "its service refuses the text")), new End(null, "enough"));

    private static BackfillRequest.Builder request() {
        return BackfillRequest.of("a", "b")
                .batchSize(20)
                .size(300)
                .documentsPerSecond(1.5f)
                .storeResult(true);
    }

    private static NamedWriteableRegistry registry() {
        try (EmbeddingSearchPlugin plugin = new EmbeddingSearchPlugin(Settings.EMPTY)) {
            return new NamedWriteableRegistry(plugin.getNamedWriteables());
        }
    }

    private static Task.Status status(BytesReference bytes) throws IOException {
        return RecordedBytes.readWhole(bytes, registry(), in -> in.readNamedWriteable(Task.Status.class));
    }

    public void testReadsAndWritesTheBytesOf010() throws IOException {
        assertEquals(STATUS, status(RecordedBytes.of("backfill_status")));
        assertEquals(RecordedBytes.of("backfill_status"), RecordedBytes.written(STATUS));
        assertEquals(RecordedBytes.of("backfill_response"), RecordedBytes.written(RESPONSE));
        BackfillResponse response = RecordedBytes.read("backfill_response", BackfillResponse::new);
        assertEquals(STATUS, response.progress());
        assertEquals("enough", response.cancelled());
        assertEquals(
                RecordedBytes.of("backfill_request"),
                RecordedBytes.written(request().build()));
        BackfillRequest request = RecordedBytes.read("backfill_request", BackfillRequest::new);
        assertEquals(request().build().extent(), request.extent());
        assertEquals(BackfillRequest.Scope.MARKED, request.scope());
    }

    public void testScopeIsAPartSince020() throws IOException {
        BackfillRequest all = request().scope(BackfillRequest.Scope.ALL).build();
        BackfillRequest read = RecordedBytes.readWhole(
                RecordedBytes.written(all), new NamedWriteableRegistry(List.of()), BackfillRequest::new);
        assertEquals(BackfillRequest.Scope.ALL, read.scope());
        assertArrayEquals(all.indices(), read.indices());
    }

    public void testSkipsPartsOfALaterVersion() throws IOException {
        Task.Status later = status(RecordedBytes.withUnknownPart(STATUS));
        assertEquals(new BackfillStatus.WithParts(STATUS), later);
        assertEquals("passed on in the same form", later, status(RecordedBytes.written(later)));
        assertEquals(Strings.toString(MediaTypeRegistry.JSON, STATUS), Strings.toString(MediaTypeRegistry.JSON, later));
        NamedWriteableRegistry none = new NamedWriteableRegistry(List.of());
        BackfillResponse response = RecordedBytes.readWhole(
                RecordedBytes.withUnknownPart(RESPONSE), none, WireParts.skippingRest(BackfillResponse::new));
        assertEquals(STATUS, response.progress());
        BackfillRequest request =
                RecordedBytes.readWhole(RecordedBytes.withUnknownPart(request().build()), none, BackfillRequest::new);
        assertEquals(BackfillRequest.Scope.MARKED, request.scope());
    }
}
