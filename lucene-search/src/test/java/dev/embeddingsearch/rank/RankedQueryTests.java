/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

public class RankedQueryTests extends LuceneTestCase {

    private static final String ID = "id";
    private Directory directory;
    private DirectoryReader reader;
    private final Map<String, Ranks> ranks = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();

    @Override
    public void setUp() throws Exception {
        super.setUp();
        directory = newDirectory();
    }

    /**
     * @param changes whether documents are updated and deleted on the way
     */
    private void index(boolean changes) throws IOException {
        try (RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
            for (int i = 0; i < 300; i++) {
                writer.updateDocument(new Term(ID, Integer.toString(i)), document(i));
                if (changes && random().nextInt(5) == 0) {
                    int again = random().nextInt(i + 1);
                    writer.updateDocument(new Term(ID, Integer.toString(again)), document(again));
                }
                if (random().nextInt(3) == 0) {
                    ranks.put(Integer.toString(i), randomRanks());
                }
            }
            for (int i = 0; changes && i < 20; i++) {
                String id = Integer.toString(random().nextInt(300));
                writer.deleteDocuments(new Term(ID, id));
                deleted.add(id);
            }
            reader = writer.getReader();
        }
        ranks.put("absent", randomRanks());
    }

    @Override
    public void tearDown() throws Exception {
        if (reader != null) {
            reader.close();
        }
        directory.close();
        super.tearDown();
    }

    private static Document document(int id) {
        Document document = new Document();
        document.add(new StringField(ID, Integer.toString(id), Field.Store.YES));
        document.add(new StringField("parity", id % 2 == 0 ? "even" : "odd", Field.Store.NO));
        return document;
    }

    private static Ranks randomRanks() {
        int lexical = random().nextInt(50);
        return new Ranks(lexical, lexical == 0 ? 1 + random().nextInt(50) : random().nextInt(50));
    }

    private RankedQuery query(RankFusion fusion) {
        Map<BytesRef, Ranks> byTerm = new HashMap<>();
        ranks.forEach((id, found) -> byTerm.put(new BytesRef(id), found));
        return new RankedQuery(ID, byTerm, fusion);
    }

    private static RankFusion fusion() {
        return new RankFusion(random().nextInt(5) / 4f, 1 + random().nextInt(100));
    }

    private Map<String, Float> hits(Query query) throws IOException {
        IndexSearcher searcher = newSearcher(reader);
        Map<String, Float> hits = new HashMap<>();
        for (ScoreDoc hit : searcher.search(query, 1000).scoreDocs) {
            String id = searcher.storedFields().document(hit.doc).get(ID);
            assertNull("found twice: " + id, hits.put(id, hit.score));
        }
        return hits;
    }

    private Map<String, Float> expected(RankFusion fusion, float boost) {
        Map<String, Float> expected = new HashMap<>();
        ranks.forEach((id, found) -> expected.put(id, boost * fusion.score(found)));
        expected.remove("absent");
        expected.keySet().removeAll(deleted);
        return expected;
    }

    public void testFindsEachLiveDocumentWithItsScore() throws IOException {
        index(true);
        RankFusion fusion = fusion();
        assertEquals(expected(fusion, 1), hits(query(fusion)));
        assertEquals(expected(fusion, 3), hits(new BoostQuery(query(fusion), 3)));
    }

    public void testInsideAConjunction() throws IOException {
        index(true);
        RankFusion fusion = fusion();
        Map<String, Float> even = expected(fusion, 1);
        even.keySet().removeIf(id -> Integer.parseInt(id) % 2 == 1);
        Query conjunction = new BooleanQuery.Builder()
                .add(query(fusion), Occur.MUST)
                .add(new TermQuery(new Term("parity", "even")), Occur.FILTER)
                .build();
        assertEquals(even, hits(conjunction));
    }

    /** The checks take every match for a hit, so there is no deleted document here. */
    public void testKeepsTheContractOfQueries() throws IOException {
        index(false);
        Query query = query(fusion());
        IndexSearcher searcher = newSearcher(reader);
        QueryUtils.check(random(), query, searcher);
        CheckHits.checkExplanations(query, ID, searcher, true);
        CheckHits.checkExplanations(new BoostQuery(query, 2), ID, searcher, true);
    }

    public void testExplainsBothRanks() throws IOException {
        index(true);
        int live = 0;
        while (deleted.contains(Integer.toString(live))) {
            live++;
        }
        ranks.clear();
        ranks.put(Integer.toString(live), new Ranks(3, 0));
        IndexSearcher searcher = newSearcher(reader);
        Query query = query(new RankFusion(0.25f, 60));
        int document = searcher.search(query, 1).scoreDocs[0].doc;
        String told = searcher.explain(query, document).toString();
        assertTrue(told, told.contains("3 = rank\n"));
        assertTrue(told, told.contains("0.75 = weight"));
        assertTrue(told, told.contains("vector leg: not in its list"));
    }

    public void testExplainsWhatIsInNeitherList() throws IOException {
        index(true);
        ranks.clear();
        ranks.put("another", new Ranks(1, 2));
        IndexSearcher searcher = newSearcher(reader);
        int live = searcher.search(MatchAllDocsQuery.INSTANCE, 1).scoreDocs[0].doc;
        Explanation explained = searcher.explain(query(new RankFusion(0.5f, 60)), live);
        assertFalse(explained.isMatch());
        assertEquals(
                List.of(
                        "lexical leg: not in its list",
                        "vector leg: not in its list",
                        "documents in the lists of both legs: 1"),
                Arrays.stream(explained.getDetails())
                        .map(Explanation::getDescription)
                        .toList());
    }

    public void testDiffersByRanksAndFusion() {
        RankedQuery one = query(new RankFusion(0.5f, 60));
        QueryUtils.checkEqual(one, query(new RankFusion(0.5f, 60)));
        QueryUtils.checkUnequal(one, query(new RankFusion(0.5f, 61)));
        QueryUtils.checkUnequal(one, query(new RankFusion(0.4f, 60)));
        ranks.put("another", new Ranks(1, 1));
        QueryUtils.checkUnequal(one, query(new RankFusion(0.5f, 60)));
    }
}
