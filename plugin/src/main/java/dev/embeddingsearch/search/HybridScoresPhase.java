/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.hybrid.LegScores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Query;
import org.opensearch.common.document.DocumentField;
import org.opensearch.search.fetch.FetchContext;
import org.opensearch.search.fetch.FetchSubPhase;
import org.opensearch.search.fetch.FetchSubPhaseProcessor;

/** Adds the scores of both legs of each hybrid query to each hit, if the request has {@link HybridScoresExt}. */
public final class HybridScoresPhase implements FetchSubPhase {

    @Override
    public FetchSubPhaseProcessor getProcessor(FetchContext context) throws IOException {
        if (context.getSearchExt(HybridScoresExt.NAME) instanceof HybridScoresExt ext && ext.wanted()) {
            List<LegScores.Source> sources = new ArrayList<>();
            Query rewritten =
                    context.searcher().rewrite(context.query()); // the query of inner hits is not rewritten yet
            for (BoostedHybrid hybrid : BoostedHybrid.in(rewritten)) {
                sources.add(hybrid.query().legScores(context.searcher(), hybrid.boost()));
            }
            return sources.isEmpty() ? null : new Processor(sources);
        }
        return null;
    }

    private record Processor(List<LegScores.Source> sources) implements FetchSubPhaseProcessor {

        @Override
        public void setNextReader(LeafReaderContext context) {}

        @Override
        public void process(HitContext hit) throws IOException {
            List<Object> values = new ArrayList<>();
            for (LegScores.Source source : sources) {
                LegScores legs = source.of(hit.readerContext(), hit.docId());
                if (legs.found()) {
                    values.add(value(legs));
                }
            }
            if (!values.isEmpty()) {
                hit.hit().setDocumentField(HybridScoresExt.NAME, new DocumentField(HybridScoresExt.NAME, values));
            }
        }

        private static Map<String, Object> value(LegScores legs) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("lexical", lexical(legs.lexical()));
            value.put("vector", vector(legs.vector()));
            return value;
        }

        private static Map<String, Object> lexical(LegScores.Lexical leg) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("matched", leg.matches());
            if (leg.matches()) {
                value.put("raw", (float) leg.raw());
            }
            value.put("bound", (float) leg.bound());
            value.put("normalized", (float) leg.score());
            value.put("weight", (float) leg.weight());
            return value;
        }

        private static Map<String, Object> vector(LegScores.Vector leg) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("matched", leg.rank() > 0);
            if (leg.rank() > 0) {
                value.put("rank", leg.rank());
            }
            if (leg.exists()) {
                value.put("raw", (float) leg.raw());
            }
            value.put("mean", (float) leg.mean());
            value.put("range", (float) leg.range());
            value.put("normalized", (float) leg.score());
            value.put("weight", (float) leg.weight());
            return value;
        }
    }
}
