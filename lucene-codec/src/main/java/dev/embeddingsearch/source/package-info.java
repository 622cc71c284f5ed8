/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stored documents without their vectors: they are taken out when a document is written, and put back when it is read.
 */
package dev.embeddingsearch.source;
