/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.opensearch.common.lucene.index.SequentialStoredFieldsLeafReader;

/** Hides fields, and in places that are no searches documents, as the security plugin's reader does: that much, no more. */
final class RestrictedReader extends FilterDirectoryReader {

    private final Supplier<Query> rule;
    private final Set<String> hiddenFields;

    /**
     * @param rule makes the query whose matches are shown; null shows all
     */
    RestrictedReader(DirectoryReader in, Supplier<Query> rule, Set<String> hiddenFields) throws IOException {
        super(in, new SubReaderWrapper() {
            @Override
            public LeafReader wrap(LeafReader reader) {
                try {
                    return new Segment(reader, rule, hiddenFields);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        this.rule = rule;
        this.hiddenFields = hiddenFields;
    }

    @Override
    protected DirectoryReader doWrapDirectoryReader(DirectoryReader reader) throws IOException {
        return new RestrictedReader(reader, rule, hiddenFields);
    }

    @Override
    public CacheHelper getReaderCacheHelper() {
        return in.getReaderCacheHelper();
    }

    private static final class Segment extends SequentialStoredFieldsLeafReader {

        private final Set<String> hiddenFields;
        private final FieldInfos shown;
        private final boolean restricted;
        private Live live;

        private record Live(Bits bits) {}

        Segment(LeafReader in, Supplier<Query> rule, Set<String> hiddenFields) throws IOException {
            super(in);
            this.hiddenFields = hiddenFields;
            this.shown = new FieldInfos(StreamSupport.stream(in.getFieldInfos().spliterator(), false)
                    .filter(field -> !hiddenFields.contains(field.name))
                    .toArray(FieldInfo[]::new));
            this.restricted = rule != null;
            this.live = restricted ? new Live(matches(rule.get())) : new Live(in.getLiveDocs());
        }

        /** Weighs the query with this very reader, which does not know yet which documents are live. */
        private Bits matches(Query query) throws IOException {
            IndexSearcher searcher = new IndexSearcher(this);
            searcher.setQueryCache(null);
            Scorer scorer = searcher.rewrite(query)
                    .createWeight(searcher, ScoreMode.COMPLETE_NO_SCORES, 1)
                    .scorer(getContext());
            FixedBitSet matches = new FixedBitSet(in.maxDoc());
            Bits alive = in.getLiveDocs();
            DocIdSetIterator documents = scorer == null ? DocIdSetIterator.empty() : scorer.iterator();
            for (int doc = documents.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = documents.nextDoc()) {
                if (alive == null || alive.get(doc)) {
                    matches.set(doc);
                }
            }
            return matches;
        }

        @Override
        public FieldInfos getFieldInfos() {
            return shown;
        }

        @Override
        public Bits getLiveDocs() {
            return live.bits();
        }

        @Override
        public boolean hasDeletions() {
            return live.bits() != null;
        }

        @Override
        public int numDocs() {
            return in.numDocs();
        }

        @Override
        public Terms terms(String field) throws IOException {
            return hiddenFields.contains(field) ? null : in.terms(field);
        }

        @Override
        public BinaryDocValues getBinaryDocValues(String field) throws IOException {
            return hiddenFields.contains(field) ? null : in.getBinaryDocValues(field);
        }

        @Override
        public SortedSetDocValues getSortedSetDocValues(String field) throws IOException {
            return hiddenFields.contains(field) ? null : in.getSortedSetDocValues(field);
        }

        @Override
        protected StoredFieldsReader doGetSequentialStoredFieldsReader(StoredFieldsReader reader) {
            return reader;
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return restricted ? null : in.getReaderCacheHelper();
        }
    }
}
