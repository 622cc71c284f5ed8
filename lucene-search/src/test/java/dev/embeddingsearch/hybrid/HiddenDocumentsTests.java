/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/**
 * Readers that hide documents by taking them from those that are live. Document-level security does so where a document is
 * explained or read; around searches it wraps a filter.
 */
public class HiddenDocumentsTests extends HybridTestCase {

    private static final String PERMITTED = "1";

    /** Shows the documents of one group only. */
    private static final class OneGroup extends FilterDirectoryReader {

        OneGroup(DirectoryReader all) throws IOException {
            super(all, new SubReaderWrapper() {
                @Override
                public LeafReader wrap(LeafReader reader) {
                    try {
                        return new OneGroupOfSegment(reader);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            });
        }

        @Override
        protected DirectoryReader doWrapDirectoryReader(DirectoryReader all) throws IOException {
            return new OneGroup(all);
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return null;
        }
    }

    private static final class OneGroupOfSegment extends FilterLeafReader {

        private final FixedBitSet shown;

        OneGroupOfSegment(LeafReader all) throws IOException {
            super(all);
            assertTrue(FilterLeafReader.unwrap(all) instanceof CodecReader);
            shown = new FixedBitSet(all.maxDoc());
            PostingsEnum group = all.postings(new Term(GROUP, PERMITTED), PostingsEnum.NONE);
            Bits live = all.getLiveDocs();
            while (group != null && group.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                if (live == null || live.get(group.docID())) {
                    shown.set(group.docID());
                }
            }
        }

        @Override
        public Bits getLiveDocs() {
            return shown;
        }

        @Override
        public int numDocs() {
            return shown.cardinality();
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return null;
        }
    }

    /** Has this case look through a reader that hides documents; returns what may be seen. */
    private Set<Integer> hide() throws IOException {
        reader = new OneGroup(reader);
        searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
        Map<Integer, Boolean> shown = new HashMap<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                if (leaf.reader().getLiveDocs().get(doc)) {
                    shown.put(leaf.docBase + doc, true);
                }
            }
        }
        return shown.keySet();
    }

    public void testNearestAreSoughtAmongTheDocumentsThatAreSeen() throws IOException {
        index(atLeast(200));
        Set<Integer> shown = hide();
        KnnTarget leg = leg();
        int vectors = cosines(leg.vector()).size();
        int k = 1 + random().nextInt(10);
        for (boolean exact : new boolean[] {true, false}) {
            Query query = new KnnQuery(leg, null, new KnnQuery.Options(k, reader.maxDoc(), -2, exact));
            Set<Integer> found = scores(query).keySet();
            assertTrue(shown.containsAll(found));
            assertEquals("hidden documents take nobody's place", Math.min(k, vectors), found.size());
        }
    }

    public void testHybridHitsAndTheirScoresAreThoseOfADocumentThatIsSeen() throws IOException {
        index(atLeast(200));
        Query lexical = disjunction(terms());
        KnnTarget leg = leg().uncalibrated(); // the mean is that of the documents that are seen
        int k = 1 + random().nextInt(reader.maxDoc());
        Query knn = new KnnQuery(leg, null, new KnnQuery.Options(k, reader.maxDoc(), -2, true));
        Query query = new HybridQuery(lexical, knn, leg, random().nextDouble());
        Map<Integer, Float> all = scores(query);
        Set<Integer> shown = hide();
        Map<Integer, Float> seen = scores(query);
        assertTrue(shown.containsAll(seen.keySet()));
        for (Map.Entry<Integer, Float> hit : seen.entrySet()) {
            if (all.containsKey(hit.getKey())) {
                assertEquals(all.get(hit.getKey()), hit.getValue(), 1e-5f);
            }
        }
        for (ScoreDoc hit : searcher.search(query, 3).scoreDocs) {
            assertTrue("pruned", shown.contains(hit.doc));
        }
    }
}
