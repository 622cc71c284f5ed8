/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.opensearch.index.query.ParsedQuery;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.fetch.subphase.FetchDocValuesContext;
import org.opensearch.search.fetch.subphase.FetchSourceContext;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.test.TestSearchContext;

public class UnreadInHitsTests extends OpenSearchTestCase {

    private static final Set<String> FIELDS = Set.of("v", "o.v", "o.p.w");
    private static final Query NAMED = new TermQuery(new Term("text", "ice"));

    private static void expectRemoved(Set<String> expected, String[] includes, String... excludes) {
        assertEquals(expected, UnreadInHits.removed(FIELDS, new FetchSourceContext(true, includes, excludes)));
    }

    public void testFieldsThatFiltersRemove() {
        expectRemoved(Set.of(), new String[0]);
        expectRemoved(Set.of("v"), new String[0], "v");
        expectRemoved(Set.of("v", "o.v"), new String[0], "v", "o.v");
        expectRemoved(Set.of("o.v", "o.p.w"), new String[0], "o");
        expectRemoved(Set.of("v", "o.v"), new String[0], "*v");
        expectRemoved(FIELDS, new String[] {"text", "o.rest"});
        expectRemoved(Set.of("v", "o.v"), new String[] {"o.p"});
        expectRemoved(Set.of("v", "o.v", "o.p.w"), new String[] {"o"}, "o.v", "o.p.*");
        expectRemoved(Set.of(), new String[] {"*"});
    }

    public void testFieldsThatAreLeftOutByDefault() {
        assertEquals(
                Set.of("v", "o.p.w"), UnreadInHits.removed(FIELDS, new WithoutVectors(Set.of("v", "o.p.w", "other"))));
    }

    /** A search whose filter removes all fields. */
    private static final class Fetch extends TestSearchContext {
        private boolean explain;
        private boolean scripts;
        private boolean docValues;

        Fetch() {
            super((QueryShardContext) null);
            parsedQuery(ParsedQuery.parsedMatchAllQuery());
        }

        @Override
        public boolean sourceRequested() {
            return true;
        }

        @Override
        public FetchSourceContext fetchSourceContext() {
            return new FetchSourceContext(true, new String[] {"text"}, new String[0]);
        }

        @Override
        public boolean explain() {
            return explain;
        }

        @Override
        public boolean hasScriptFields() {
            return scripts;
        }

        @Override
        public FetchDocValuesContext docValuesContext() {
            return docValues ? new FetchDocValuesContext(List.of()) : null;
        }
    }

    public void testWhatReadsDocumentsGetsThemWhole() {
        Fetch fetch = new Fetch();
        assertEquals(FIELDS, UnreadInHits.of(fetch, FIELDS));
        fetch.explain = true;
        assertEquals(Set.of(), UnreadInHits.of(fetch, FIELDS));
        fetch.explain = false;
        fetch.scripts = true;
        assertEquals(Set.of(), UnreadInHits.of(fetch, FIELDS));
        fetch.scripts = false;
        fetch.docValues = true;
        assertEquals(Set.of(), UnreadInHits.of(fetch, FIELDS));
        fetch.docValues = false;
        fetch.parsedQuery(new ParsedQuery(NAMED, Map.of("name", NAMED)));
        assertEquals(Set.of(), UnreadInHits.of(fetch, FIELDS));
    }
}
