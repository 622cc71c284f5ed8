/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Brings the pieces of a folder into an index: makes documents of them, sends those that the index does not have and
 * removes those that are gone.
 */
package dev.embeddingsearch.codeindexer.index;
