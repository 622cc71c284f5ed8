/* SPDX-License-Identifier: Apache-2.0 */
/** Measures how often a search finds what answers a question, given the answers. */
package dev.embeddingsearch.codeindexer.evaluate;
