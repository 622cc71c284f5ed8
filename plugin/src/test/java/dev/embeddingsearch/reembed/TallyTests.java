/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.reembed.BatchOutcome.Failed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.index.IndexResponse;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.index.engine.VersionConflictEngineException;
import org.opensearch.index.get.GetResult;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.seqno.SequenceNumbers;
import org.opensearch.ingest.IngestService;
import org.opensearch.test.OpenSearchTestCase;

public class TallyTests extends OpenSearchTestCase {

    private static final ShardId SHARD = new ShardId(new Index("i", "uuid"), 0);
    private static final MultiGetRequest.Item PLACE = new MultiGetRequest.Item("i", "1").routing("r");

    private final Tally tally = new Tally();

    private static Candidate stored(String source) {
        BytesReference bytes = source == null ? null : new BytesArray(source);
        boolean found = source != null;
        long seqNo = found ? 5 : SequenceNumbers.UNASSIGNED_SEQ_NO;
        long term = found ? 2 : SequenceNumbers.UNASSIGNED_PRIMARY_TERM;
        return Candidate.of(
                PLACE,
                new GetResponse(new GetResult("i", "1", seqNo, term, 7, found, bytes, Map.of(), Map.of())),
                BackfillRequest.Scope.MARKED);
    }

    private static BulkItemResponse failed(Exception reason) {
        return new BulkItemResponse(0, DocWriteRequest.OpType.INDEX, new BulkItemResponse.Failure("i", "1", reason));
    }

    private BatchOutcome outcome() {
        return tally.outcome(List.of());
    }

    public void testDocumentWithoutMarkAndDocumentThatIsGoneAreNoops() {
        Candidate gone = stored(null);
        assertNull(gone.document());
        tally.untouched(gone);
        tally.untouched(stored("{\"a\":1}"));
        assertEquals(new BatchOutcome(0, 0, 2, List.of(), Optional.empty()), outcome());
    }

    public void testDocumentThatCannotBeReadFails() {
        tally.untouched(Candidate.unread(PLACE, "no shard"));
        assertEquals(List.of(new Failed("i", "1", "no shard")), outcome().failures());
    }

    public void testWrittenDocumentIsEmbedded() {
        IndexResponse written = new IndexResponse(SHARD, "1", 6, 2, 8, false);
        tally.written(stored("{}"), new BulkItemResponse(0, DocWriteRequest.OpType.INDEX, written));
        assertEquals(1, outcome().embedded());
    }

    public void testConflictAndDeletedIndexAreConflicts() {
        tally.written(stored("{}"), failed(new VersionConflictEngineException(SHARD, "1", 5, 2, 6, 2)));
        tally.gone();
        assertEquals(2, outcome().conflicts());
    }

    public void testRefusedWriteTellsNothingOfTheDocument() {
        tally.written(stored("{}"), failed(new MapperParsingException("Preview of field's value: 'secret'")));
        assertEquals(
                List.of(new Failed("i", "1", "cannot be written: [mapper_parsing_exception] [400]")),
                outcome().failures());
    }

    public void testWriteTakesThePlaceOfTheVersionReadAndPassesNoPipeline() {
        IndexRequest write = stored("{\"z\":1,\"a\":1}").write();
        assertEquals(5, write.ifSeqNo());
        assertEquals(2, write.ifPrimaryTerm());
        assertEquals("r", write.routing());
        assertTrue(write.isPipelineResolved());
        for (String pipeline :
                List.of(write.getPipeline(), write.getFinalPipeline(), write.getSystemIngestPipeline())) {
            assertEquals(IngestService.NOOP_PIPELINE_NAME, pipeline);
        }
        assertEquals(
                "fields keep their order", "{\"z\":1,\"a\":1}", write.source().utf8ToString());
        assertEquals(MediaTypeRegistry.JSON, write.getContentType());
    }
}
