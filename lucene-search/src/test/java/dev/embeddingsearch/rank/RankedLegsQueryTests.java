/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import dev.embeddingsearch.knn.SearchScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Against ranks that are read off two searches, fused and sorted here. */
public class RankedLegsQueryTests extends LuceneTestCase {

    private static final RankFusion FUSION = new RankFusion(0.5f, 60);
    private static final Query ONE = new TermQuery(new Term("text", "one"));
    private static final Query TWO = new TermQuery(new Term("text", "two"));
    private static final Query EVEN = new TermQuery(new Term("parity", "even"));

    private Directory directory;
    private DirectoryReader reader;
    private final Set<String> read = new HashSet<>();

    @Override
    public void setUp() throws Exception {
        super.setUp();
        directory = newDirectory();
        try (RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
            for (int i = 0; i < 200; i++) {
                writer.addDocument(document(i));
                if (random().nextInt(20) == 0) {
                    writer.commit();
                }
            }
            for (int i = 0; i < 20; i++) {
                writer.deleteDocuments(new Term("id", id(random().nextInt(200))));
            }
            reader = writer.getReader();
        }
    }

    @Override
    public void tearDown() throws Exception {
        reader.close();
        directory.close();
        super.tearDown();
    }

    /** The order of ids is not that of documents. */
    private static String id(int number) {
        return Integer.toString(number * 7919 % 1000);
    }

    private static Document document(int number) {
        Document document = new Document();
        String text = "one ".repeat(random().nextInt(4)) + "two ".repeat(random().nextInt(4)) + "x ".repeat(5);
        document.add(new TextField("text", text, Field.Store.NO));
        document.add(new StringField("id", id(number), Field.Store.YES));
        document.add(new StringField("parity", number % 2 == 0 ? "even" : "odd", Field.Store.NO));
        return document;
    }

    private RankedLegsQuery query(Query lexical, Query vector, RankFusion fusion, int size, SearchScope scope) {
        return new RankedLegsQuery(
                new RankedLegsQuery.Legs(lexical, vector), fusion, size, scope, (segments, document) -> {
                    String id = segments.storedFields().document(document).get("id");
                    read.add(id);
                    return id;
                });
    }

    private static SearchScope only(Query filter) {
        return searcher -> new SearchScope.Restriction(filter, false);
    }

    private static Query both(Query query, Query filter) {
        return new BooleanQuery.Builder()
                .add(query, Occur.MUST)
                .add(filter, Occur.FILTER)
                .build();
    }

    private Map<String, Float> scores(Query query) throws IOException {
        Map<String, Float> scores = new HashMap<>();
        for (ScoreDoc hit : newSearcher(reader).search(query, 1000).scoreDocs) {
            scores.put(reader.storedFields().document(hit.doc).get("id"), hit.score);
        }
        return scores;
    }

    private Map<String, Float> expected(Query lexical, Query vector, RankFusion fusion, int size) throws IOException {
        IndexSearcher searcher = newSearcher(reader);
        ScoreDoc[] words = searcher.search(lexical, size).scoreDocs;
        ScoreDoc[] near = searcher.search(vector, size).scoreDocs;
        Map<Integer, Float> sums = new HashMap<>();
        for (int i = 0; i < words.length; i++) {
            Ranks ranks = new Ranks(i + 1, 1 + place(words[i].doc, near));
            sums.put(words[i].doc, fusion.score(ranks));
        }
        for (int i = 0; i < near.length; i++) {
            sums.putIfAbsent(near[i].doc, fusion.score(new Ranks(0, i + 1)));
        }
        Map<String, Float> byId = new HashMap<>();
        for (Map.Entry<Integer, Float> sum : sums.entrySet()) {
            byId.put(reader.storedFields().document(sum.getKey()).get("id"), sum.getValue());
        }
        List<Map.Entry<String, Float>> sorted = new ArrayList<>(byId.entrySet());
        Comparator<Map.Entry<String, Float>> best = Map.Entry.comparingByValue(Comparator.reverseOrder());
        sorted.sort(best.thenComparing(Map.Entry.comparingByKey()));
        sorted.subList(Math.min(size, sorted.size()), sorted.size()).forEach(entry -> byId.remove(entry.getKey()));
        return byId;
    }

    private static int place(int document, ScoreDoc[] hits) {
        return Arrays.stream(hits).map(hit -> hit.doc).toList().indexOf(document);
    }

    public void testScoresAreThoseOfTheRanksOfBothLegs() throws IOException {
        for (int size : new int[] {1, 2, 7, 50, 500}) {
            for (RankFusion fusion : List.of(FUSION, new RankFusion(0.3f, 1), new RankFusion(0, 60))) {
                assertEquals(expected(ONE, TWO, fusion, size), scores(query(ONE, TWO, fusion, size, SearchScope.NONE)));
            }
        }
    }

    public void testScopeRestrictsTheLexicalLegItself() throws IOException {
        assertEquals(
                expected(both(ONE, EVEN), both(TWO, EVEN), FUSION, 20),
                scores(query(ONE, both(TWO, EVEN), FUSION, 20, only(EVEN))));
    }

    public void testLegWithoutMatchesAddsNothing() throws IOException {
        Query none = MatchNoDocsQuery.INSTANCE;
        assertEquals(expected(ONE, none, FUSION, 20), scores(query(ONE, none, FUSION, 20, SearchScope.NONE)));
        assertEquals(expected(none, TWO, FUSION, 20), scores(query(none, TWO, FUSION, 20, SearchScope.NONE)));
        assertEquals(Map.of(), scores(query(none, none, FUSION, 20, SearchScope.NONE)));
    }

    public void testOnlyIdsThatDecideAreRead() throws IOException {
        assertEquals(
                4,
                scores(query(ONE, TWO, new RankFusion(0.3f, 60), 4, SearchScope.NONE))
                        .size());
        assertEquals("no two ranks have the same score", Set.of(), read);
        Query odd = new TermQuery(new Term("parity", "odd"));
        assertEquals(
                3,
                scores(query(both(ONE, EVEN), both(TWO, odd), FUSION, 3, SearchScope.NONE))
                        .size());
        assertEquals("both documents of the second rank", 2, read.size());
    }

    public void testRanksAreThoseOfTheSearchNotOfTheQuery() throws IOException {
        RankedLegsQuery all = query(ONE, TWO, FUSION, 20, SearchScope.NONE);
        assertEquals(all, query(ONE, TWO, FUSION, 20, only(EVEN)));
        assertEquals(all.hashCode(), query(ONE, TWO, FUSION, 20, only(EVEN)).hashCode());
        for (RankedLegsQuery other : List.of(
                query(TWO, ONE, FUSION, 20, SearchScope.NONE),
                query(ONE, TWO, FUSION, 21, SearchScope.NONE),
                query(ONE, TWO, new RankFusion(0.5f, 61), 20, SearchScope.NONE))) {
            assertNotEquals(all, other);
        }
        Query[] filter = {EVEN};
        RankedLegsQuery changing = query(
                ONE, MatchNoDocsQuery.INSTANCE, FUSION, 20, searcher -> new SearchScope.Restriction(filter[0], false));
        Map<String, Float> restricted = scores(changing);
        filter[0] = null;
        assertNotEquals("an earlier result is of no use under another restriction", restricted, scores(changing));
    }

    public void testExplains() throws IOException {
        RankedLegsQuery query = query(ONE, TWO, FUSION, 30, SearchScope.NONE);
        IndexSearcher searcher = newSearcher(reader);
        for (ScoreDoc hit : searcher.search(query, 30).scoreDocs) {
            CheckHits.verifyExplanation(query.toString(), hit.doc, hit.score, true, searcher.explain(query, hit.doc));
        }
    }
}
