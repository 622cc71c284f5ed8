/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.ArrayUtil;

/**
 * Documents to be sorted by score, the highest first, then by number. Each is one {@code long} until then: several times as
 * fast as comparing objects.
 */
final class BestFirst {

    static final Comparator<ScoreDoc> ORDER =
            (a, b) -> a.score == b.score ? Integer.compare(a.doc, b.doc) : Float.compare(b.score, a.score);

    private long[] keys;
    private int size;

    BestFirst(int initialCapacity) {
        keys = new long[initialCapacity];
    }

    /** @param score not negative, as all scores of Lucene */
    void add(int document, float score) {
        keys = ArrayUtil.grow(keys, size + 1);
        keys[size++] = (long) (Integer.MAX_VALUE - Float.floatToIntBits(score)) << Integer.SIZE | document;
    }

    /** The best documents, at most {@code most}. */
    ScoreDoc[] best(int most) {
        Arrays.sort(keys, 0, size);
        ScoreDoc[] best = new ScoreDoc[Math.min(size, most)];
        for (int i = 0; i < best.length; i++) {
            int bits = Integer.MAX_VALUE - (int) (keys[i] >>> Integer.SIZE);
            best[i] = new ScoreDoc((int) keys[i], Float.intBitsToFloat(bits));
        }
        return best;
    }

    /** The same documents in this order. */
    static ScoreDoc[] sorted(List<ScoreDoc> hits) {
        BestFirst sorted = new BestFirst(hits.size());
        hits.forEach(hit -> sorted.add(hit.doc, hit.score));
        return sorted.best(hits.size());
    }
}
