/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.vectors.Centroid;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import dev.embeddingsearch.vectors.flat.VisibleVectors;
import dev.embeddingsearch.vectors.graph.ResumableGraphSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.similarities.BM25Similarity;

/** Field-level security leaves a field out of the list of fields, and nothing else. */
public class HiddenFieldsTests extends HybridTestCase {

    private static final class WithoutVectors extends FilterDirectoryReader {

        WithoutVectors(DirectoryReader all) throws IOException {
            super(all, new SubReaderWrapper() {
                @Override
                public LeafReader wrap(LeafReader reader) {
                    return new Segment(reader);
                }
            });
        }

        @Override
        protected DirectoryReader doWrapDirectoryReader(DirectoryReader all) throws IOException {
            return new WithoutVectors(all);
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return in.getReaderCacheHelper();
        }
    }

    private static final class Segment extends FilterLeafReader {

        Segment(LeafReader in) {
            super(in);
        }

        @Override
        public FieldInfos getFieldInfos() {
            return new FieldInfos(StreamSupport.stream(in.getFieldInfos().spliterator(), false)
                    .filter(field -> !field.name.equals(VECTOR))
                    .toArray(FieldInfo[]::new));
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return in.getReaderCacheHelper();
        }
    }

    private void hide() throws IOException {
        reader = new WithoutVectors(reader);
        searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
    }

    public void testNothingReadsAHiddenVector() throws IOException {
        index(atLeast(100));
        hide();
        KnnTarget leg = leg();
        for (LeafReaderContext leaf : reader.leaves()) {
            assertNull(VisibleVectors.of(leaf.reader(), VECTOR));
            assertNull(Centroid.of(leaf.reader(), VECTOR));
            assertNull(QuantizedVectorsFormat.estimator(leaf.reader(), VECTOR, leg.vector()));
            assertNull(ResumableGraphSearch.of(leaf.reader(), VECTOR, leg.vector(), null, 1));
        }
        for (boolean exact : new boolean[] {true, false}) {
            Query knn = new KnnQuery(leg, null, new KnnQuery.Options(10, 100, -2, exact));
            assertEquals(Map.of(), scores(knn));
            assertEquals(Map.of(), scores(HybridQuery.vectorOnly(knn, leg)));
            Query lexical = disjunction(terms());
            assertEquals(
                    scores(HybridQuery.lexicalOnly(lexical, 0.4, SearchScope.NONE)),
                    scores(new HybridQuery(lexical, knn, leg, 0.4)));
        }
    }

    /** A reading of vectors beside it would show what is hidden. */
    public void testVectorsAreReadInOnePlaceOnly() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            List<Path> readers = sources.filter(Files::isRegularFile)
                    .filter(HiddenFieldsTests::readsVectors)
                    .toList();
            assertEquals(List.of(), readers);
        }
    }

    private static boolean readsVectors(Path source) {
        try {
            String text = Files.readString(source);
            return Stream.of(".getFloatVectorValues(", ".getByteVectorValues(", ".searchNearestVectors(")
                    .anyMatch(text::contains);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
