/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.SameThreadExecutorService;

/** Merges of vectors through other readers. Other parts of the documents are not in these {@link MergeState}s. */
public final class MergeStates {

    private MergeStates() {}

    /**
     * The same merge, but with {@code readers} in place of {@link MergeState#knnVectorsReaders}.
     *
     * <p>An executor that runs its tasks on the calling thread is replaced by null: given any executor and more than
     * one merge worker, Lucene uses its concurrent graph builder, which starts from one source graph only; without an
     * executor it starts from all source graphs that can be reused.
     */
    public static MergeState withReaders(MergeState state, KnnVectorsReader[] readers) {
        Executor executor = state.intraMergeTaskExecutor;
        return LuceneMergeState.of(
                new MergeSources(
                        state.docMaps, state.fieldInfos, state.liveDocs, readers, state.maxDocs, state.needsIndexSort),
                state.segmentInfo,
                state.mergeFieldInfos,
                state.infoStream,
                executor instanceof SameThreadExecutorService ? null : executor);
    }

    /** A merge of one field of one segment, which keeps all document numbers. */
    static MergeState of(SegmentWriteState state, FieldInfo field, KnnVectorsReader reader, Executor helpers) {
        FieldInfos fields = new FieldInfos(new FieldInfo[] {field});
        return LuceneMergeState.of(
                new MergeSources(
                        new MergeState.DocMap[] {document -> document},
                        new FieldInfos[] {fields},
                        new Bits[] {null},
                        new KnnVectorsReader[] {reader},
                        new int[] {state.segmentInfo.maxDoc()},
                        false),
                state.segmentInfo,
                fields,
                state.infoStream,
                helpers);
    }
}
