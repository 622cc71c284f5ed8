/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.MergeState.DocMap;
import org.apache.lucene.util.Bits;

/**
 * The source segments of a merge of vectors, as {@link MergeState} describes them: one entry of each array for each
 * segment. All that writers of vectors read.
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays of MergeState; nothing compares them
record MergeSources(
        DocMap[] docMaps,
        FieldInfos[] fields,
        Bits[] liveDocs,
        KnnVectorsReader[] readers,
        int[] maxDocs,
        boolean needsIndexSort) {}
