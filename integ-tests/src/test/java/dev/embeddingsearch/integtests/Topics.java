/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import java.util.List;

/**
 * An index of three shards to try queries on: ten documents each of three topics, in turns. Those of one topic share words;
 * the id tells the topic, as its remainder of 3, and the year.
 */
final class Topics {

    static final int DOCUMENTS = 30;
    static final int CURLING = 0;
    static final int ROWING = 1;
    static final int CHESS = 2;

    /** Looks for curling. */
    static final String HYBRID = """
            {"hybrid_match": {"query": "curling stones", "fields": ["title^2", "body"], "embedding_field": "meaning"}}""";
    /** Looks for curling. */
    static final String EMBEDDING = """
            {"embedding": {"field": "meaning", "text": "curling stones", "k": 10}}""";

    private Topics() {}

    static void create(Http http, String index) {
        Articles.create(http, index, 3);
        List<String> topics = List.of("curling", "rowing", "chess");
        List<String> words = List.of("stones ice sheet", "boat river oars", "board king pawn");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n".formatted(i));
            lines.append("{\"title\": \"%s\", \"body\": \"%s number%d\", \"topic\": \"%s\", \"year\": %d}\n"
                    .formatted(topics.get(i % 3), words.get(i % 3), i, topics.get(i % 3), 2000 + i));
        }
        http.bulk(index + "/_bulk", lines.toString()).expectAllItems();
    }

    static int of(String id) {
        return Integer.parseInt(id) % 3;
    }
}
