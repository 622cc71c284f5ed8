/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.treesitter.TSLanguage;

/**
 * A language's syntax and what its nodes are to the outline.
 *
 * @param language loads the native grammar
 * @param roles by node type
 * @param constructors names that make a function of a type its constructor
 */
record Grammar(Supplier<TSLanguage> language, Map<String, Role> roles, Set<String> constructors) {

    /** Among {@code constructors}: the name of the type around. */
    static final String NAME_OF_TYPE = "";

    static Grammar of(Supplier<TSLanguage> language) {
        return new Grammar(language, Map.of(), Set.of());
    }

    Grammar with(Role role, String... types) {
        Map<String, Role> more = new HashMap<>(roles);
        for (String type : types) {
            more.put(type, role);
        }
        return new Grammar(language, Map.copyOf(more), constructors);
    }

    Grammar withConstructors(String... names) {
        return new Grammar(language, roles, Set.of(names));
    }
}
