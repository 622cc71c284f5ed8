/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.codeindexer.walk.Skipped;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the index hold what the folder holds. Ids come from content, so what is there already is not sent, a run that
 * broke off is finished by the next one, and two runs do what one does.
 */
public final class Indexer {

    private final ObjectMapper json = new ObjectMapper();
    private final CodeIndex index;
    private final Revision revision;
    private final Skipped skipped;
    private final Tally tally;

    /**
     * An indexer of one folder.
     *
     * @param skipped tells of which files nothing is known; their documents stay
     */
    public Indexer(CodeIndex index, Revision revision, Skipped skipped, Tally tally) {
        this.index = index;
        this.revision = revision;
        this.skipped = skipped;
        this.tally = tally;
    }

    /**
     * Sends what the index lacks, then removes what the folder lacks.
     *
     * @param progress told after each file
     */
    public void run(Corpus corpus, Sending sending, Runnable progress) {
        if (index.exists()) {
            index.addMissingFields();
        } else {
            index.create(sending.model());
        }
        Map<String, Place> known = index.documents(revision.repository());
        Set<String> present = ConcurrentHashMap.newKeySet();
        try (Bulk bulk = sending.bulk(index, tally)) {
            corpus.forEach(documents -> {
                documents.forEach(document -> bring(document, known.get(document.id()), bulk));
                documents.forEach(document -> present.add(document.id()));
                tally.file(documents.size());
                progress.run();
            });
            // Only now: text that merely moved to another file is never missing in between.
            known.forEach((id, place) -> {
                if (!present.contains(id) && !skipped.isUnknown(place.path())) {
                    tally.removed();
                    bulk.add(new Action(id, action("delete", id)));
                }
            });
            bulk.finish();
        }
        index.refresh();
    }

    private void bring(CodeDocument document, Place known, Bulk bulk) {
        String id = document.id();
        if (known == null) {
            tally.sent();
            bulk.add(new Action(id, action("index", id) + document.json(json, revision) + "\n"));
        } else if (!known.equals(document.place())) {
            tally.moved();
            ObjectNode lines = json.createObjectNode();
            // Names no text, so nothing is embedded.
            document.place().write(lines.putObject("doc"));
            bulk.add(new Action(id, action("update", id) + lines + "\n"));
        }
    }

    private String action(String name, String id) {
        ObjectNode action = json.createObjectNode();
        action.putObject(name).put("_id", id);
        return action + "\n";
    }

    /** What {@link #run} would send, without sending it: all documents, if there is no cluster. */
    public Estimate estimate(Corpus corpus, Runnable progress) {
        boolean reached = index.isReachable();
        Map<String, Place> known = reached && index.exists() ? index.documents(revision.repository()) : Map.of();
        Estimate estimate = new Estimate(reached);
        corpus.forEach(documents -> {
            List<CodeDocument> missing = documents.stream()
                    .filter(document -> !known.containsKey(document.id()))
                    .toList();
            missing.forEach(document -> {
                estimate.add(document);
                tally.sent();
            });
            tally.file(documents.size());
            progress.run();
        });
        return estimate;
    }
}
