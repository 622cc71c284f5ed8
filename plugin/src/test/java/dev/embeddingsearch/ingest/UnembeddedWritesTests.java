/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.junit.After;
import org.junit.Before;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemRequest;
import org.opensearch.action.bulk.BulkShardRequest;
import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.script.Script;

public class UnembeddedWritesTests extends IngestTestCase {

    private static final String REFUSAL = "a scripted update inside [_bulk] would leave";

    private static final String SWITCHED_OFF = "while [cluster.ingest.system_pipeline_enabled] is [false]";

    private MappedIndices sourced;
    private MappedIndices plain;

    @Before
    public void createIndices() throws Exception {
        sourced = new MappedIndices(threadPool, INDEX, """
                {"properties":{"meaning":{"type":"embedding","source_fields":["title","body"]}}}""");
        plain = new MappedIndices(threadPool, INDEX, """
                {"properties":{"meaning":{"type":"embedding"},"title":{"type":"text"}}}""");
    }

    @After
    public void close() {
        sourced.close();
        plain.close();
    }

    private BulkItemRequest[] filter(MappedIndices indices, DocWriteRequest<?>... requests) {
        return filter(indices, true, requests);
    }

    private BulkItemRequest[] filter(
            MappedIndices indices, boolean processorsGenerated, DocWriteRequest<?>... requests) {
        BulkItemRequest[] items = new BulkItemRequest[requests.length];
        for (int i = 0; i < items.length; i++) {
            items[i] = new BulkItemRequest(i, requests[i]);
        }
        BulkShardRequest bulk =
                new BulkShardRequest(new ShardId(new Index(INDEX, "_na_"), 0), RefreshPolicy.NONE, items);
        boolean[] passed = new boolean[1];
        new UnembeddedWrites(indices.mappings(), updates, () -> processorsGenerated)
                .apply(
                        null,
                        TransportShardBulkAction.ACTION_NAME,
                        bulk,
                        null,
                        null,
                        (task, action, request, listener) -> passed[0] = true);
        assertTrue(passed[0]);
        return items;
    }

    /** An item with the answer it may already have, as it goes over the wire; nothing else shows that answer. */
    private static String wire(BulkItemRequest item) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            item.writeTo(out);
            return new String(BytesReference.toBytes(out.bytes()), StandardCharsets.ISO_8859_1);
        }
    }

    private static UpdateRequest scripted() {
        return new UpdateRequest(INDEX, "1").script(new Script("ctx._source.title = 'x'"));
    }

    public void testScriptWouldLeaveTheVectorBehind() throws IOException {
        BulkItemRequest[] items = filter(
                sourced,
                scripted(),
                new UpdateRequest(INDEX, "2").doc("title", "x"),
                new IndexRequest(INDEX).id("3").source("title", "x"));
        assertThat(
                wire(items[0]),
                containsString(REFUSAL
                        + " field [meaning] with the vector of the old text of [title, "
                        + "body]: use [_update], [_update_by_query] or a partial document instead"));
        assertThat(wire(items[1]), not(containsString(REFUSAL)));
        assertThat(wire(items[2]), not(containsString(REFUSAL)));
    }

    public void testIndicesWithoutSourceFieldsKeepTheirScripts() throws IOException {
        assertThat(wire(filter(plain, scripted())[0]), not(containsString(REFUSAL)));
    }

    public void testTextIsRefusedWhileProcessorsAreSwitchedOff() throws IOException {
        BulkItemRequest[] items = filter(
                sourced,
                false,
                new IndexRequest(INDEX).id("1").source("title", "x"),
                new IndexRequest(INDEX).id("2").source("title", "x", "meaning", new float[] {1, 0}),
                new UpdateRequest(INDEX, "3").doc("body", "x"),
                new UpdateRequest(INDEX, "4").doc("views", 1).upsert("title", "x"),
                new UpdateRequest(INDEX, "5").doc(Collections.singletonMap("title", null)),
                scripted());
        for (int i = 0; i < 5; i++) {
            assertThat(
                    "item " + i,
                    wire(items[i]),
                    containsString("the text of [title, body] would not be embedded into field [meaning] "
                            + SWITCHED_OFF + ": set it to [true]"));
        }
        assertThat(wire(items[5]), containsString(REFUSAL));
    }

    public void testWhatHasNoSourceTextPassesWhileProcessorsAreSwitchedOff() throws IOException {
        BulkItemRequest[] items = filter(
                sourced,
                false,
                new IndexRequest(INDEX).id("1").source("views", 1),
                new UpdateRequest(INDEX, "2").doc("views", 1),
                new DeleteRequest(INDEX, "3"),
                new IndexRequest(INDEX).id("4").source(new BytesArray("{not json"), XContentType.JSON));
        for (BulkItemRequest item : items) {
            assertThat(wire(item), not(containsString(SWITCHED_OFF)));
        }
    }

    public void testIndicesWithoutSourceFieldsTakeTextWhileProcessorsAreSwitchedOff() throws IOException {
        IndexRequest text = new IndexRequest(INDEX).id("1").source("title", "x");
        assertThat(wire(filter(plain, false, text)[0]), not(containsString(SWITCHED_OFF)));
    }
}
