/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.SameThreadExecutorService;

/** Copies of a {@link MergeState} in which the vectors are read through other readers. */
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
        return new MergeState(
                state.docMaps,
                state.segmentInfo,
                state.mergeFieldInfos,
                state.storedFieldsReaders,
                state.termVectorsReaders,
                state.normsProducers,
                state.docValuesProducers,
                state.fieldInfos,
                state.liveDocs,
                state.fieldsProducers,
                state.pointsReaders,
                readers,
                state.maxDocs,
                state.infoStream,
                executor instanceof SameThreadExecutorService ? null : executor,
                state.needsIndexSort);
    }
}
