/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

/**
 * What is indexed.
 *
 * @param repository a name of its own in the index
 * @param commit the id of what is checked out, or empty
 */
public record Revision(String repository, String commit) {}
