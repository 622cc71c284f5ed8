/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import dev.embeddingsearch.faults.Judge;
import dev.embeddingsearch.faults.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.update.UpdateRequest;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.transport.client.Client;

/**
 * Sends bulk requests of random size: new documents, documents anew under their id, partial updates. Has every reported
 * failure judged, and knows what each document must hold after all that was acknowledged.
 */
final class RandomLoad implements Runnable {

    static final String INDEX = "articles";

    static final TimeValue PATIENCE = TimeValue.timeValueSeconds(60);

    private final Client client;
    private final Judge judge;
    private final Texts texts;
    private final Random random;
    private final String name;
    private final int documents;
    private final Map<String, Content> acknowledged = new LinkedHashMap<>();
    private final List<String> sent = new ArrayList<>();
    private int failures;

    /** The two fields that are embedded together; either may be absent, not both. */
    record Content(String title, String body) {

        /** What the service gets to see. */
        String text() {
            return body == null ? title : title == null ? body : title + "\n" + body;
        }

        private Map<String, Object> source() {
            Map<String, Object> source = new LinkedHashMap<>();
            if (title != null) {
                source.put("title", title);
            }
            if (body != null) {
                source.put("body", body);
            }
            return source;
        }
    }

    /**
     * @param name part of every id and of most texts
     * @param documents how many items to send at least
     */
    RandomLoad(Client client, Judge judge, String name, long seed, int documents) {
        this.client = client;
        this.judge = judge;
        this.name = name;
        this.random = new Random(seed);
        this.texts = new Texts(name, seed);
        this.documents = documents;
    }

    @Override
    public void run() {
        for (int items = 0; items < documents; ) {
            Map<String, Content> contents = new LinkedHashMap<>();
            BulkRequest bulk = new BulkRequest();
            for (int i = 1 + random.nextInt(500); i > 0; i--) {
                add(bulk, contents);
            }
            items += contents.size();
            check(contents, client.bulk(bulk).actionGet(PATIENCE));
        }
    }

    private void add(BulkRequest bulk, Map<String, Content> contents) {
        boolean known = !sent.isEmpty() && random.nextInt(6) == 0;
        String id = known ? sent.get(random.nextInt(sent.size())) : name + "-" + sent.size();
        if (contents.containsKey(id)) {
            return;
        }
        Content before = acknowledged.get(id);
        if (known && before != null && random.nextBoolean()) {
            String title = texts.next();
            contents.put(id, new Content(title, before.body()));
            bulk.add(new UpdateRequest(INDEX, id).doc(Map.of("title", title)));
            return;
        }
        if (!known) {
            sent.add(id);
        }
        Content content = content();
        contents.put(id, content);
        bulk.add(new IndexRequest(INDEX).id(id).source(content.source()));
    }

    private Content content() {
        return switch (random.nextInt(3)) {
            case 0 -> new Content(texts.next(), null);
            case 1 -> new Content(null, texts.next());
            default -> new Content(texts.next(), texts.next());
        };
    }

    private void check(Map<String, Content> contents, BulkResponse response) {
        if (response.getItems().length != contents.size()) {
            throw new AssertionError("[" + contents.size() + "] items, [" + response.getItems().length + "] answers");
        }
        for (BulkItemResponse item : response) {
            Content content = contents.get(item.getId());
            if (item.isFailed()) {
                failures++;
                judge.failure(content.text(), item.getFailure().getStatus().getStatus(), item.getFailureMessage());
            } else if (item.getOpType() == DocWriteRequest.OpType.UPDATE
                    || item.getOpType() == DocWriteRequest.OpType.INDEX) {
                acknowledged.put(item.getId(), content);
            } else {
                throw new AssertionError("an answer to nothing: " + item.getOpType());
            }
        }
    }

    /** What each document must hold. */
    Map<String, Content> acknowledged() {
        return acknowledged;
    }

    /** All ids ever sent. */
    List<String> sent() {
        return sent;
    }

    int failures() {
        return failures;
    }
}
