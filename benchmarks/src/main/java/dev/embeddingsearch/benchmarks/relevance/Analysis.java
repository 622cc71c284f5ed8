/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.relevance;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.List;
import java.util.Locale;

/** How the lexical leg reads texts. */
enum Analysis {
    /** The plugin's own. */
    CODE("code", "code_search"),
    /** The same, with the function's name in a field of its own. */
    CODE_NAMES("code", "code_search"),
    ENGLISH("english", "english"),
    GERMAN("german", "german"),
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
        throw new SetupException(
                "An analyzer is code, code-names, english, german, cjk or standard, not [%s].".formatted(name));
    }

    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean hasNames() {
        return this == CODE_NAMES;
    }

    /** The searched fields, their scores to be added. */
    List<String> fields() {
        return hasNames() ? List.of("text", "symbol^0.25") : List.of("text");
    }

    /** The mapping of each searched field. */
    String mapping() {
        return "{\"type\": \"text\", \"analyzer\": \"%s\", \"search_analyzer\": \"%s\"}".formatted(documents, queries);
    }
}
