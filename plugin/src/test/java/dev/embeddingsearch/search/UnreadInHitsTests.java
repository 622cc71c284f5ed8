/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.Set;
import org.opensearch.search.fetch.subphase.FetchSourceContext;
import org.opensearch.test.OpenSearchTestCase;

public class UnreadInHitsTests extends OpenSearchTestCase {

    private static final Set<String> FIELDS = Set.of("v", "o.v", "o.p.w");

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
}
