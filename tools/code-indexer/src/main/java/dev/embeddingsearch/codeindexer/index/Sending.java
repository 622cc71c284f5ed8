/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import dev.embeddingsearch.codeindexer.rest.Cluster;

/**
 * How documents are sent.
 *
 * @param model of a new index; empty for the default
 * @param batch documents of a request
 * @param requests under way at the same time
 */
public record Sending(Cluster cluster, String model, int batch, int requests) {

    Bulk bulk(CodeIndex index, Tally tally) {
        return new Bulk(cluster, index.name(), new Bulk.Load(batch, requests), Thread::sleep, tally);
    }
}
