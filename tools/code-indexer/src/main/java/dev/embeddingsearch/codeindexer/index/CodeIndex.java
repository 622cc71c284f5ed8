/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.codeindexer.rest.Cluster;
import dev.embeddingsearch.codeindexer.rest.IndexerException;
import dev.embeddingsearch.codeindexer.rest.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The index: its definition, and what it holds. */
public final class CodeIndex {

    private static final int PAGE = 5_000;
    private static final String PATH = "path.raw";
    private static final String CELL = "cell";
    private static final String START = "start_line";
    private static final String END = "end_line";

    private final ObjectMapper json = new ObjectMapper();
    private final Cluster cluster;
    private final String name;

    public CodeIndex(Cluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Whether a cluster answers at all. */
    boolean isReachable() {
        try {
            cluster.send("GET", "", "");
            return true;
        } catch (IndexerException e) {
            return false;
        }
    }

    /** Whether there is an index that this tool can fill; one that it cannot is an error. */
    boolean exists() {
        Reply mapping = cluster.send("GET", name + "/_mapping", "");
        if (mapping.notFound()) {
            return false;
        }
        JsonNode properties = mapping.body().findPath("properties");
        if (!mapping.ok()) {
            throw new IndexerException("OpenSearch does not show index [%s] (%s): %s"
                    .formatted(name, String.valueOf(mapping.status()), Reply.reason(mapping.body())));
        }
        boolean ours = properties.at("/meaning/type").asText().equals("embedding")
                && properties.at("/path/fields/raw/type").asText().equals("keyword");
        if (!ours) {
            throw new IndexerException(
                    "index [%s] was not made by this tool: name another one, or delete it".formatted(name));
        }
        return true;
    }

    /** @param model a model's name in the cluster's settings, or empty for the default */
    void create(String model) {
        cluster.require("PUT", name, definition(model).toString());
    }

    /** Adds what an index of an earlier version lacks. */
    void addMissingFields() {
        JsonNode properties = cluster.require("GET", name + "/_mapping", "").findPath("properties");
        if (!properties.has(CELL)) {
            ObjectNode mapping = json.createObjectNode();
            mapping.putObject("properties").set(CELL, definition("").at("/mappings/properties/" + CELL));
            cluster.require("PUT", name + "/_mapping", mapping.toString());
        }
    }

    /** The definition that comes with the tool. */
    public static JsonNode definition(String model) {
        try (InputStream file = CodeIndex.class.getResourceAsStream("code-index.json")) {
            JsonNode definition = new ObjectMapper().readTree(file);
            if (!model.isEmpty()) {
                ((ObjectNode) definition.at("/mappings/properties/meaning")).put("model", model);
            }
            return definition;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void refresh() {
        cluster.require("POST", name + "/_refresh", "");
    }

    /** The documents of a repository, by id. */
    Map<String, Place> documents(String repository) {
        refresh();
        Map<String, Place> documents = new HashMap<>();
        Map<String, String> paths = new HashMap<>();
        JsonNode page = cluster.require(
                "POST", name + "/_search?scroll=5m", all(repository).toString());
        while (!page.at("/hits/hits").isEmpty()) {
            for (JsonNode hit : page.at("/hits/hits")) {
                // One string for all documents of a file.
                String path = paths.computeIfAbsent(hit.at("/fields/path.raw/0").asText(), known -> known);
                documents.put(
                        hit.path("_id").asText(), new Place(path, line(hit, CELL), line(hit, START), line(hit, END)));
            }
            page = cluster.require(
                    "POST", "_search/scroll", scroll(page).put("scroll", "5m").toString());
        }
        cluster.send("DELETE", "_search/scroll", scroll(page).toString());
        return documents;
    }

    private ObjectNode all(String repository) {
        ObjectNode search = json.createObjectNode().put("size", PAGE).put("_source", false);
        search.putArray("sort").add("_doc");
        search.putArray("docvalue_fields").add(PATH).add(CELL).add(START).add(END);
        search.putObject("query").putObject("term").put("repository", repository);
        return search;
    }

    private ObjectNode scroll(JsonNode page) {
        return json.createObjectNode().put("scroll_id", page.path("_scroll_id").asText());
    }

    private static int line(JsonNode hit, String field) {
        return hit.at("/fields/" + field + "/0").asInt();
    }
}
