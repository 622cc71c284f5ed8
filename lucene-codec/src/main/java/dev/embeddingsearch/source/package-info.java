/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stored documents without their vectors, which the vectors format stores already: vectors are removed from a document
 * when it is indexed, and restored from the vectors of its segment when it is read.
 */
package dev.embeddingsearch.source;
