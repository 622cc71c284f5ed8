/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.SearchCounters;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Query;
import org.opensearch.plugins.SearchPlugin.ProfileMetricsProvider;
import org.opensearch.search.internal.SearchContext;
import org.opensearch.search.profile.ProfileMetric;

/** Adds the {@link SearchCounters} of a hybrid query to its profile. */
public final class HybridProfile implements ProfileMetricsProvider {

    @Override
    public Collection<Supplier<ProfileMetric>> getQueryProfileMetrics(SearchContext context, Query query) {
        // BoostQuery makes the weight of its part without the profiler, which therefore sees the BoostQuery alone.
        Query weighed = query instanceof BoostQuery boosted ? boosted.getQuery() : query;
        return weighed instanceof HybridQuery hybrid
                ? Arrays.stream(SearchCounters.Count.values())
                        .map(count -> shared(hybrid.work(), count))
                        .toList()
                : List.of();
    }

    /**
     * A metric with the whole count. The profiler asks for one metric for the query and, in a concurrent search, for one more
     * for each segment; it shows the sum of the latter, or the former where there are none. Only the first two metrics
     * return the count, so that either way it is shown once.
     */
    private static Supplier<ProfileMetric> shared(SearchCounters work, SearchCounters.Count count) {
        AtomicInteger made = new AtomicInteger();
        return () -> new Metric(work, count, made.incrementAndGet() <= 2);
    }

    private static final class Metric extends ProfileMetric {
        private final SearchCounters work;
        private final SearchCounters.Count count;
        private final boolean tells;

        Metric(SearchCounters work, SearchCounters.Count count, boolean tells) {
            super(count.toString());
            this.work = work;
            this.count = count;
            this.tells = tells;
        }

        @Override
        public Map<String, Long> toBreakdownMap() {
            return Map.of(getName(), tells ? work.get(count) : 0);
        }
    }
}
