/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where vectors are left out of documents: of the hits of searches.
 */
package dev.embeddingsearch.source;
