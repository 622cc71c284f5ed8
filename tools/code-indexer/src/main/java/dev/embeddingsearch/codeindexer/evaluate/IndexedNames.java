/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.search.Found;
import java.util.ArrayList;
import java.util.List;

/** The different names in an index. */
public final class IndexedNames {

    private static final int PAGE = 1_000;

    private final ObjectMapper json = new ObjectMapper();
    private final Cluster cluster;
    private final String index;

    public IndexedNames(Cluster cluster, String index) {
        this.cluster = cluster;
        this.index = index;
    }

    /**
     * A name of one or more declarations.
     *
     * @param owner what they are inside; empty for any
     */
    record Named(String owner, String symbol) {

        String question() {
            return owner.isEmpty() ? symbol : owner + "." + symbol;
        }

        boolean fits(Found found) {
            return owner.isEmpty()
                    ? found.symbol().equals(symbol)
                    : found.name().equals(question());
        }
    }

    /** Names of declarations of these kinds. */
    List<Named> of(List<String> kinds) {
        return read(kinds, List.of("symbol"));
    }

    /** The same with their owners, of those that have one. */
    List<Named> withOwners(List<String> kinds) {
        return read(kinds, List.of("symbol", "container"));
    }

    private List<Named> read(List<String> kinds, List<String> fields) {
        List<Named> names = new ArrayList<>();
        ObjectNode search = json.createObjectNode().put("size", 0);
        search.putObject("query").putObject("terms").set("kind", json.valueToTree(kinds));
        ObjectNode composite = search.putObject("aggs").putObject("names").putObject("composite");
        ArrayNode sources = composite.put("size", PAGE).putArray("sources");
        fields.forEach(
                field -> sources.addObject().putObject(field).putObject("terms").put("field", field + ".raw"));
        JsonNode page;
        do {
            page = cluster.require("POST", index + "/_search", search.toString())
                    .at("/aggregations/names");
            for (JsonNode bucket : page.path("buckets")) {
                JsonNode key = bucket.path("key");
                names.add(new Named(
                        key.path("container").asText(), key.path("symbol").asText()));
            }
            composite.set("after", page.path("after_key"));
        } while (page.path("buckets").size() == PAGE);
        return names;
    }
}
