/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Lists of ranked documents, and the fusion of two lists by reciprocal ranks: of lists found before, or by the query itself.
 */
package dev.embeddingsearch.rank;
