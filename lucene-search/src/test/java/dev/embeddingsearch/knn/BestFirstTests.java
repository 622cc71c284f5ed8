/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The order of documents by score. */
public class BestFirstTests extends LuceneTestCase {

    /** Few different scores, so that documents with the same are in order of their numbers. */
    public void testSortsLikeTheComparator() {
        float[] scores = {0, Float.MIN_VALUE, random().nextFloat(), Math.nextDown(1f), 1, 1e9f, Float.MAX_VALUE};
        List<ScoreDoc> hits = new ArrayList<>();
        BestFirst added = new BestFirst(random().nextInt(3));
        for (int i = random().nextInt(200); i > 0; i--) {
            int document = random().nextBoolean() ? random().nextInt() & Integer.MAX_VALUE : Integer.MAX_VALUE - i;
            hits.add(new ScoreDoc(document, scores[random().nextInt(scores.length)]));
            added.add(hits.getLast().doc, hits.getLast().score);
        }
        List<ScoreDoc> expected = hits.stream().sorted(BestFirst.ORDER).toList();
        assertHits(expected, BestFirst.sorted(hits));
        int most = random().nextInt(hits.size() + 2);
        assertHits(expected.subList(0, Math.min(most, hits.size())), added.best(most));
    }

    private static void assertHits(List<ScoreDoc> expected, ScoreDoc[] actual) {
        assertEquals(expected.size(), actual.length);
        for (int i = 0; i < actual.length; i++) {
            assertEquals(expected.get(i).doc, actual[i].doc);
            assertEquals(expected.get(i).score, actual[i].score, 0);
        }
    }
}
