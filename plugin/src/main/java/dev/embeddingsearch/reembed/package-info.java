/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Brings the vectors of documents that were indexed without them: a cancellable task that finds marks, has the documents
 * embedded by {@code ingest}, and writes them back unless they have changed. Its whole state is in the marks.
 */
package dev.embeddingsearch.reembed;
