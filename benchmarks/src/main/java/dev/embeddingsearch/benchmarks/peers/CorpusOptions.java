/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.benchmarks.LatencyCorpus;
import java.nio.file.Path;

/**
 * Which documents and questions are wanted.
 *
 * @param name one of the made-up corpora, or the folder of a data set
 * @param documents of a made-up corpus
 * @param dimensions of a made-up corpus
 * @param queries how many questions of each kind, at most
 * @param cache folder of the vectors of data sets
 */
record CorpusOptions(String name, int documents, int dimensions, int queries, Path cache) {

    static final String EQUIDISTANT = "equidistant";
    static final String TEXTS = "texts";

    boolean isMadeUp() {
        return name.equals(EQUIDISTANT) || name.equals(TEXTS);
    }

    LatencyCorpus.Shape shape() {
        return name.equals(TEXTS) ? LatencyCorpus.Shape.TEXTS : LatencyCorpus.Shape.EQUIDISTANT;
    }
}
