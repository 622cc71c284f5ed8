/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.search;

import java.util.Map;

/**
 * What is searched for.
 *
 * @param text words, a name, or a piece of code
 * @param code whether the text is code
 * @param size how many hits
 * @param weight of the vector leg; null for the query's default
 * @param filters wanted values by field, with {@code *} for anything
 */
public record Question(String text, boolean code, int size, Double weight, Map<String, String> filters) {

    public Question {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the question is blank");
        }
        if (size < 1) {
            throw new IllegalArgumentException("the number of hits must be at least 1, got [" + size + "]");
        }
        filters = Map.copyOf(filters);
    }
}
