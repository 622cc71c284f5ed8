/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** Whether a text is a document or a query; some model families have a model of its own for each side. */
public enum Side {
    DOCUMENT,
    QUERY
}
