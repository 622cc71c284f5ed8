/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Few matches tell how many of all have a score. */
public class LexicalSampleTests extends LuceneTestCase {

    private static final LinearFusion FUSION = new LinearFusion(1, 0.5, 0.5);

    public void testSharesAreAboutThoseOfAllMatches() throws IOException {
        try (Directory directory = newDirectory()) {
            double rare = random().nextDouble();
            int documents = 1_000 + random().nextInt(2_000);
            int matches = 0;
            int reaching = 0;
            try (IndexWriter writer = new IndexWriter(
                    directory,
                    new IndexWriterConfig()
                            .setMergePolicy(NoMergePolicy.INSTANCE)
                            .setMaxBufferedDocs(2 + random().nextInt(1_000)))) {
                for (int i = 0; i < documents; i++) {
                    Document document = new Document();
                    if (random().nextInt(4) > 0) {
                        document.add(new StringField("word", "common", Field.Store.NO));
                        matches++;
                        if (random().nextDouble() < rare) {
                            document.add(new StringField("word", "rare", Field.Store.NO));
                            reaching++;
                        }
                    }
                    writer.addDocument(document);
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                SearchCounters work = new SearchCounters();
                Query either = either("common", 0.25f, "rare", 0.5f);
                LexicalSample sample = sample(reader, either, work);
                long scored = work.get(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
                assertTrue(scored + " scored", scored > 0 && scored <= 128);
                assertEquals(1, sample.share(0.2, FUSION), 0);
                assertEquals((double) reaching / matches, sample.share(0.6, FUSION), 0.25);
                assertEquals(0, sample.share(0.8, FUSION), 0);
                assertEquals(
                        0, sample(reader, either("none", 1, "neither", 1), work).share(0, FUSION), 0);
            }
        }
    }

    /** One document in 500 holds the words in the order asked for. */
    public void testCandidatesThatDoNotMatchAreNotSearchedThrough() throws IOException {
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
                for (int i = 0; i < 5_000; i++) {
                    Document document = new Document();
                    document.add(new TextField("text", i % 500 == 250 ? "one two" : "two one", Field.Store.NO));
                    writer.addDocument(document);
                }
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                SearchCounters work = new SearchCounters();
                sample(reader, new PhraseQuery("text", "one", "two"), work);
                long scored = work.get(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
                assertTrue(scored + " scored", scored <= 2);
            }
        }
    }

    private static Query either(String first, float score, String second, float more) {
        return new BooleanQuery.Builder()
                .add(constant(first, score), Occur.SHOULD)
                .add(constant(second, more), Occur.SHOULD)
                .build();
    }

    private static Query constant(String word, float score) {
        return new BoostQuery(new ConstantScoreQuery(new TermQuery(new Term("word", word))), score);
    }

    private static LexicalSample sample(DirectoryReader reader, Query query, SearchCounters work) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        return new LexicalSample(
                searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE, 1), searcher, work.part());
    }
}
