/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.util.Set;

/**
 * Fields whose vectors nobody reads in the documents that the current thread loads. {@link SplitSource Split} documents have
 * {@code null} in their place, which takes no vector from the index.
 *
 * <p>A stored document is loaded by Lucene's {@code StoredFieldVisitor}, which says that {@code _source} is needed, but not
 * what of it. Hence the thread says it beforehand.
 */
public final class UnreadVectors {

    private static final ThreadLocal<Set<String>> FIELDS = ThreadLocal.withInitial(Set::of);

    private UnreadVectors() {}

    /** For the documents that this thread loads until {@link #clear()}. */
    public static void set(Set<String> fields) {
        FIELDS.set(Set.copyOf(fields));
    }

    /** From now on this thread loads whole documents. */
    public static void clear() {
        FIELDS.remove();
    }

    static boolean contains(String field) {
        return FIELDS.get().contains(field);
    }
}
