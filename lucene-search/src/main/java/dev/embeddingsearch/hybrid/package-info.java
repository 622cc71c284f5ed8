/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One score of BM25 and cosine. The best hits are found by the threshold algorithm (Fagin, Lotem, Naor 2003).
 */
package dev.embeddingsearch.hybrid;
