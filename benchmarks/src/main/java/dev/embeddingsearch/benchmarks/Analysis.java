/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.Locale;

/** How the lexical leg reads texts. */
enum Analysis {
    /** Identifiers in their words, in lower case, lightly stemmed. */
    CODE("words_of_code"),
    ENGLISH("english"),
    CJK("cjk"),
    STANDARD("standard");

    /** Settings of every index; only {@link #CODE} uses what they define. */
    static final String SETTINGS = """
            {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": -1, "analysis": {
                "tokenizer": {"runs_of_letters_and_digits": {"type": "pattern", "pattern": "[^\\\\p{L}\\\\p{N}]+"}},
                "filter": {"parts_of_identifiers": {"type": "word_delimiter_graph", "stem_english_possessive": false}},
                "analyzer": {"words_of_code": {
                    "tokenizer": "runs_of_letters_and_digits",
                    "filter": ["parts_of_identifiers", "lowercase", "kstem"]}}}}""";

    private final String analyzer;

    Analysis(String analyzer) {
        this.analyzer = analyzer;
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

    /** The analyzer's name in the index. */
    String analyzer() {
        return analyzer;
    }
}
