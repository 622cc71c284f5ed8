/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.TextVectors;

/** The index of most tests: articles whose title and body are embedded into {@code meaning}. */
final class Articles {

    static final int DIMENSIONS = 256;

    private Articles() {}

    static void create(Http http, String index, int shards) {
        String mapping = """
                {"settings": {"number_of_shards": %d, "number_of_replicas": 0}, "mappings": {"properties": {
                    "title": {"type": "text"},
                    "body": {"type": "text"},
                    "topic": {"type": "keyword"},
                    "year": {"type": "integer"},
                    "meaning": {"type": "embedding", "dimensions": %d, "source_fields": ["title", "body"]}
                }}}
                """.formatted(shards, DIMENSIONS);
        http.put(index, mapping).expect(200);
    }

    /** How many documents have a vector. */
    static int vectors(Http http, String index) {
        http.post(index + "/_refresh", null).expect(200);
        return http.post(index + "/_count", "{\"query\": {\"exists\": {\"field\": \"meaning\"}}}")
                .expect(200)
                .at("/count")
                .asInt();
    }

    /** How many documents there are. */
    static int count(Http http, String index) {
        http.post(index + "/_refresh", null).expect(200);
        return http.get(index + "/_count").expect(200).at("/count").asInt();
    }

    /** The vector that this text has in the model {@code default}, as documents hold it. */
    static String vectorOf(String text) {
        return Base64Vector.of(TextVectors.ofWords("text-embedding-3-small", text, DIMENSIONS));
    }
}
