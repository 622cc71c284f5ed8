/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Lists of ranked documents, and the fusion of two lists by reciprocal ranks.
 */
package dev.embeddingsearch.rank;
