/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import java.util.Collections;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.TransportShardBulkAction;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
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

    private List<String> filter(MappedIndices indices, DocWriteRequest<?>... requests) {
        return filter(indices, true, requests);
    }

    /** Of each request the reason why it is refused; empty if it is passed on. */
    private List<String> filter(MappedIndices indices, boolean processorsGenerated, DocWriteRequest<?>... requests) {
        ShardBulk bulk = new ShardBulk(INDEX, requests);
        new UnembeddedWrites(indices.mappings(), updates, () -> processorsGenerated)
                .apply(
                        null,
                        TransportShardBulkAction.ACTION_NAME,
                        bulk.request(),
                        null,
                        bulk.answers(),
                        (task, action, request, listener) -> listener.onResponse(bulk.pass(request)));
        return bulk.refusals();
    }

    private static UpdateRequest scripted() {
        return new UpdateRequest(INDEX, "1").script(new Script("ctx._source.title = 'x'"));
    }

    public void testScriptWouldLeaveTheVectorBehind() {
        List<String> items = filter(
                sourced,
                scripted(),
                new UpdateRequest(INDEX, "2").doc("title", "x"),
                new IndexRequest(INDEX).id("3").source("title", "x"));
        assertThat(
                items.get(0),
                containsString(REFUSAL
                        + " field [meaning] with the vector of the old text of [title, "
                        + "body]: use [_update], [_update_by_query] or a partial document instead"));
        assertThat(items.get(1), not(containsString(REFUSAL)));
        assertThat(items.get(2), not(containsString(REFUSAL)));
    }

    public void testIndicesWithoutSourceFieldsKeepTheirScripts() {
        assertThat(filter(plain, scripted()).getFirst(), not(containsString(REFUSAL)));
    }

    public void testTextIsRefusedWhileProcessorsAreSwitchedOff() {
        List<String> items = filter(
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
                    items.get(i),
                    containsString("the text of [title, body] would not be embedded into field [meaning] "
                            + SWITCHED_OFF + ": set it to [true]"));
        }
        assertThat(items.get(5), containsString(REFUSAL));
    }

    public void testWhatHasNoSourceTextPassesWhileProcessorsAreSwitchedOff() {
        List<String> items = filter(
                sourced,
                false,
                new IndexRequest(INDEX).id("1").source("views", 1),
                new UpdateRequest(INDEX, "2").doc("views", 1),
                new DeleteRequest(INDEX, "3"),
                new IndexRequest(INDEX).id("4").source(new BytesArray("{not json"), XContentType.JSON));
        for (String item : items) {
            assertThat(item, not(containsString(SWITCHED_OFF)));
        }
    }

    public void testIndicesWithoutSourceFieldsTakeTextWhileProcessorsAreSwitchedOff() {
        IndexRequest text = new IndexRequest(INDEX).id("1").source("title", "x");
        assertThat(filter(plain, false, text).getFirst(), not(containsString(SWITCHED_OFF)));
    }
}
