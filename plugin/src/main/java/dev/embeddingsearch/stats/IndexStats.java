/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one index on this node, as coordinating node or as ingest node. */
public final class IndexStats {

    private final LongAdder documentsEmbedded = new LongAdder();
    private final LongAdder documentsFailed = new LongAdder();
    private final LongAdder vectorsKept = new LongAdder();
    private final LongAdder texts = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder lexicalSearches = new LongAdder();

    IndexStats() {}

    /** Counts documents that got at least one new vector. */
    public void documentsEmbedded(long count) {
        documentsEmbedded.add(count);
    }

    /** Counts documents that could not be embedded, whether they were refused or indexed with a mark. */
    public void documentsFailed(long count) {
        documentsFailed.add(count);
    }

    /** Counts vectors that were copied from the stored document, whose text is the same. */
    public void vectorsKept(long count) {
        vectorsKept.add(count);
    }

    /** Counts texts that were embedded, by the service or from the cache, and their tokens. */
    public void embedded(long textCount, long tokenCount) {
        texts.add(textCount);
        tokens.add(tokenCount);
    }

    /** Counts a search that used its lexical leg only, since its text could not be embedded. */
    public void lexicalSearch() {
        lexicalSearches.increment();
    }

    Map<String, Long> snapshot() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("documents_embedded", documentsEmbedded.sum());
        counters.put("documents_failed", documentsFailed.sum());
        counters.put("vectors_kept", vectorsKept.sum());
        counters.put("texts", texts.sum());
        counters.put("tokens", tokens.sum());
        counters.put("lexical_searches", lexicalSearches.sum());
        return counters;
    }
}
