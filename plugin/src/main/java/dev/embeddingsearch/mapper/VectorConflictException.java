/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.mapper.MapperParsingException;

/** Refuses a document whose text changed between its being read for embedding and its being written: a conflict. */
final class VectorConflictException extends MapperParsingException {

    VectorConflictException(String message) {
        super(message);
    }

    @Override
    public RestStatus status() {
        return RestStatus.CONFLICT;
    }
}
