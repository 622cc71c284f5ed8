/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.ArrayList;
import java.util.List;

/** Puts documents into a new index, merges it into one segment, and measures what that takes. */
final class IndexLoad {

    private static final int BULK = 500;

    private final Contender contender;
    private final int dimensions;
    private final List<Figure> figures = new ArrayList<>();

    IndexLoad(Contender contender, int dimensions) {
        this.contender = contender;
        this.dimensions = dimensions;
    }

    /** Replaces the index. */
    List<Figure> run(List<Corpus.Document> documents) {
        ComparedIndex index = contender.index();
        delete();
        send("PUT", index.name(), index.creation(dimensions).toString());
        double cpu = contender.cpu();
        bulks(documents);
        timed("first refresh", index.name() + "/_refresh");
        timed("merge into one segment", index.name() + "/_forcemerge?max_num_segments=1");
        add("load, refresh and merge, CPU s", (contender.cpu() - cpu) / 1e3);
        send("POST", index.name() + "/_refresh", ""); // drops the files that were merged
        JsonNode store = send("GET", index.name() + "/_stats/store", "");
        double bytes = store.at("/_all/primaries/store/size_in_bytes").asDouble();
        add("disk, bytes a document", bytes / documents.size());
        return figures;
    }

    void delete() {
        send("DELETE", contender.index().name() + "?ignore_unavailable=true", "");
    }

    /** Bodies are written before the clock starts. */
    private void bulks(List<Corpus.Document> documents) {
        double cpu = contender.cpu();
        long time = 0;
        for (int from = 0; from < documents.size(); from += BULK) {
            String body = bulk(documents.subList(from, Math.min(from + BULK, documents.size())));
            long start = System.nanoTime();
            JsonNode reply =
                    send("POST", contender.index().name() + "/_bulk?filter_path=errors,items.*.error.reason", body);
            time += System.nanoTime() - start;
            if (reply.path("errors").asBoolean()) {
                throw new SetupException("OpenSearch refused documents of [%s]: %s"
                        .formatted(
                                contender.index().title(),
                                reply.findValues("reason").getFirst()));
            }
        }
        add("bulk requests, s", time / 1e9);
        add("their CPU, s", (contender.cpu() - cpu) / 1e3);
    }

    private String bulk(List<Corpus.Document> documents) {
        StringBuilder lines = new StringBuilder();
        for (Corpus.Document document : documents) {
            var action = Bodies.object();
            action.putObject("index").put("_id", document.id());
            lines.append(action)
                    .append('\n')
                    .append(contender.index().source(document))
                    .append('\n');
        }
        return lines.toString();
    }

    private void timed(String what, String path) {
        double cpu = contender.cpu();
        long start = System.nanoTime();
        send("POST", path, "");
        add(what + ", s", (System.nanoTime() - start) / 1e9);
        add(what + ", CPU s", (contender.cpu() - cpu) / 1e3);
    }

    private void add(String row, double value) {
        figures.add(new Figure(Figure.Section.LOAD, row, contender.index().title(), value));
    }

    private JsonNode send(String method, String path, String body) {
        return contender.rest().send(method, path, body);
    }
}
