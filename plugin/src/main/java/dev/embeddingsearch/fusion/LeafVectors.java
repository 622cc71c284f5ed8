/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;

/** Exact similarities of the documents of one segment, asked for in increasing order of document. */
final class LeafVectors {

    private final FloatVectorValues values;
    private final KnnVectorValues.DocIndexIterator documents;
    private final VectorLeg leg;
    private final Calibration calibration;
    private final Work.Part work;

    LeafVectors(LeafReader reader, VectorLeg leg, Calibration calibration, Work.Part work) throws IOException {
        FloatVectorValues.checkField(reader, leg.field());
        this.values = reader.getFloatVectorValues(leg.field());
        this.documents = values == null ? null : values.iterator();
        this.leg = leg;
        this.calibration = calibration;
        this.work = work;
    }

    boolean isEmpty() {
        return documents == null;
    }

    /**
     * The raw similarity of {@code doc} with the query, or NaN where it has no vector.
     *
     * @param doc not smaller than in the call before
     */
    double raw(int doc) throws IOException {
        if (documents == null) {
            return Double.NaN;
        }
        int current = documents.docID() < doc ? documents.advance(doc) : documents.docID();
        if (current != doc) {
            return Double.NaN;
        }
        work.add(Work.Count.EXACT_SIMILARITIES);
        return calibration.raw(leg.target(), values.vectorValue(documents.index()));
    }

    /** The similarities of {@code documents}, which increase, in [0, 1]. */
    double[] scores(int[] documents) throws IOException {
        double[] scores = new double[documents.length];
        for (int i = 0; i < documents.length; i++) {
            scores[i] = score(documents[i]);
        }
        return scores;
    }

    /** The similarity of {@code doc} in [0, 1]; 0 where it has no vector. */
    double score(int doc) throws IOException {
        double raw = raw(doc);
        return Double.isNaN(raw) ? 0 : calibration.normalise(raw);
    }
}
