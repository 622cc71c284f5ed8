/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** Which side of a search a text stands on; some model families have a model of its own for each. */
public enum Side {
    DOCUMENT,
    QUERY
}
