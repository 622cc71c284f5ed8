/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Parts of requests that are the same for all. */
final class Bodies {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Bodies() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** An index in one shard, refreshed on request only. */
    static ObjectNode creation(ObjectNode vectorField) {
        ObjectNode root = object();
        root.putObject("settings")
                .put("number_of_shards", 1)
                .put("number_of_replicas", 0)
                .put("refresh_interval", "-1");
        ObjectNode properties = root.putObject("mappings").putObject("properties");
        properties.putObject(ComparedIndex.TEXT).put("type", "text");
        properties.set(ComparedIndex.VECTOR, vectorField);
        return root;
    }

    static ObjectNode match(String words) {
        ObjectNode root = object();
        root.putObject("match").put(ComparedIndex.TEXT, words);
        return root;
    }

    /** Hits are ids and scores: no plugin is measured by how fast it returns documents. */
    static String search(ComparedIndex index, Way way, Corpus.Question question) {
        ObjectNode root = object().put("size", way.size()).put("_source", false);
        root.set("query", index.query(way, question));
        return root.toString();
    }

    /** The vector as an array, which all accept in a query. */
    static ArrayNode numbers(float... vector) {
        ArrayNode numbers = JSON.createArrayNode();
        for (float number : vector) {
            numbers.add(number);
        }
        return numbers;
    }
}
