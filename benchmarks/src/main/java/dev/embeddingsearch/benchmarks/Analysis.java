/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.Locale;

/** How the lexical leg reads texts. */
enum Analysis {
    /** The plugin's own. */
    CODE("code", "code_search"),
    ENGLISH("english", "english"),
    CJK("cjk", "cjk"),
    STANDARD("standard", "standard");

    private final String documents;
    private final String queries;

    Analysis(String documents, String queries) {
        this.documents = documents;
        this.queries = queries;
    }

    static Analysis of(String name) {
        for (Analysis analysis : values()) {
            if (analysis.title().equals(name)) {
                return analysis;
            }
        }
        throw new SetupException("An analyzer is code, english, cjk or standard, not [%s].".formatted(name));
    }

    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mapping of the searched field. */
    String mapping() {
        return "{\"type\": \"text\", \"analyzer\": \"%s\", \"search_analyzer\": \"%s\"}".formatted(documents, queries);
    }
}
