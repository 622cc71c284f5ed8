/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The counters of one node since its start. */
public final class EmbeddingStats {

    /** So many indices have counters of their own. Names may come from documents, so their number must be limited. */
    static final int MAX_INDICES = 1000;

    /** The name of the counters of all further indices; no index can have this name. */
    static final String OTHER_INDICES = "_other";

    private final Map<String, ModelStats> models = new ConcurrentHashMap<>();
    private final Map<String, IndexStats> indices = new ConcurrentHashMap<>();

    /** The counters of a configured model. */
    public ModelStats model(String name) {
        return models.computeIfAbsent(name, key -> new ModelStats());
    }

    /** The counters of an index. */
    public IndexStats index(String name) {
        IndexStats known = indices.get(name);
        if (known != null) {
            return known;
        }
        String counted = indices.size() < MAX_INDICES ? name : OTHER_INDICES;
        return indices.computeIfAbsent(counted, key -> new IndexStats());
    }

    /** Drops the counters of an index that was deleted. */
    public void forgetIndex(String name) {
        indices.remove(name);
    }

    public StatsSnapshot snapshot() {
        return new StatsSnapshot(copy(models, ModelStats::snapshot), copy(indices, IndexStats::snapshot));
    }

    private static <T, S> Map<String, S> copy(Map<String, T> live, Function<T, S> snapshot) {
        Map<String, S> copies = new TreeMap<>();
        live.forEach((name, counters) -> copies.put(name, snapshot.apply(counters)));
        return copies;
    }
}
