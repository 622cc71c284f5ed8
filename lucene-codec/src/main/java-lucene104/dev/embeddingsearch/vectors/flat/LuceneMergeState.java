/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.util.concurrent.Executor;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.util.InfoStream;

/** Calls the constructor of {@link MergeState}. */
final class LuceneMergeState {

    private LuceneMergeState() {}

    static MergeState of(
            MergeSources sources, SegmentInfo target, FieldInfos fields, InfoStream infoStream, Executor executor) {
        return new MergeState(
                sources.docMaps(),
                target,
                fields,
                null,
                null,
                null,
                null,
                sources.fields(),
                sources.liveDocs(),
                null,
                null,
                sources.readers(),
                sources.maxDocs(),
                infoStream,
                executor,
                sources.needsIndexSort());
    }
}
