/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

/**
 * The ranks of a document in the two lists of a search.
 *
 * @param lexical its rank among the lexical matches, from 1; 0 if it is not in that list
 * @param vector its rank among the nearest documents, from 1; 0 if it is not in that list
 */
public record Ranks(int lexical, int vector) {

    public Ranks {
        if (lexical < 0 || vector < 0 || lexical + (long) vector == 0) {
            throw new IllegalArgumentException(
                    "ranks expect a place from 1 in at least one list, got [" + lexical + "] and [" + vector + "]");
        }
    }
}
