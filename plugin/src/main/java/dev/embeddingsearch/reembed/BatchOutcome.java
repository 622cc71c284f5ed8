/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import java.util.List;
import java.util.Optional;

/**
 * What became of the documents of a batch; each counts once.
 *
 * @param stop why there is no use in another batch now, if so
 */
record BatchOutcome(int embedded, int conflicts, int noops, List<Failed> failures, Optional<String> stop) {

    /**
     * A document that still lacks a vector.
     *
     * @param reason why; no words of the document
     */
    record Failed(String index, String id, String reason) {}
}
