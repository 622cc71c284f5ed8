/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.ingest.StoredDocumentToEmbed;
import dev.embeddingsearch.reembed.BatchOutcome.Failed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.opensearch.OpenSearchException;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.core.rest.RestStatus;

/** Counts the outcomes of the documents of a batch. */
final class Tally {

    private final List<Failed> failures = new ArrayList<>();
    private int embedded;
    private int conflicts;
    private int noops;

    /** Counts a candidate that was not written. */
    void untouched(Candidate candidate) {
        Optional<String> reason = candidate.document() == null
                ? Optional.ofNullable(candidate.failure())
                : candidate.document().failure();
        reason.ifPresentOrElse(why -> failures.add(candidate.failed(why)), () -> noops++);
    }

    /** Counts a candidate by the result of its write. */
    void written(Candidate candidate, BulkItemResponse item) {
        if (!item.isFailed()) {
            Optional<String> missing = candidate.document().failure();
            missing.ifPresentOrElse(why -> failures.add(candidate.failed(why)), () -> embedded++);
        } else if (item.getFailure().getStatus() == RestStatus.CONFLICT) {
            conflicts++;
        } else {
            // Not its message, which may quote the document.
            String name = OpenSearchException.getExceptionName(item.getFailure().getCause());
            int status = item.getFailure().getStatus().getStatus();
            failures.add(candidate.failed("cannot be written: [" + name + "] [" + status + "]"));
        }
    }

    /** Counts a candidate whose index was deleted. */
    void gone() {
        conflicts++;
    }

    BatchOutcome outcome(List<Candidate> batch) {
        return new BatchOutcome(embedded, conflicts, noops, List.copyOf(failures), stop(batch));
    }

    /** The service's failure, where there was no other and nothing came of the whole batch. */
    private static Optional<String> stop(List<Candidate> batch) {
        List<StoredDocumentToEmbed> tried = batch.stream()
                .map(Candidate::document)
                .filter(document -> document != null
                        && (document.changed() || document.failure().isPresent()))
                .toList();
        boolean all = tried.stream().allMatch(document -> document.failedByService() && !document.changed());
        return tried.isEmpty() || !all ? Optional.empty() : tried.getFirst().failure();
    }
}
