/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embeddingsearch.testkit.Base64Vector;
import java.util.Locale;

/**
 * An index of this plugin. Documents come with their vectors in base64, as the plugin itself writes those it embeds.
 *
 * @param quantization and storage as {@code index_options} know them
 * @param vectorsInSource whether stored documents keep the vector
 */
record OurIndex(String quantization, String storage, boolean vectorsInSource) implements ComparedIndex {

    @Override
    public String title() {
        return "ours, " + quantization + (storage.equals("float32") ? "" : ", " + storage)
                + (vectorsInSource ? ", vectors in `_source`" : "");
    }

    @Override
    public String name() {
        return String.join("-", "ours", quantization, storage, vectorsInSource ? "twice" : "once")
                .toLowerCase(Locale.ROOT);
    }

    @Override
    public ObjectNode creation(int dimensions) {
        ObjectNode field = Bodies.object().put("type", "embedding").put("dimensions", dimensions);
        field.putObject("index_options").put("quantization", quantization).put("storage", storage);
        ObjectNode root = Bodies.creation(field);
        root.withObject("/settings").put("index.embedding.vectors_in_source", vectorsInSource);
        return root;
    }

    @Override
    public ObjectNode source(Corpus.Document document) {
        return Bodies.object().put(TEXT, document.text()).put(VECTOR, Base64Vector.of(document.vector()));
    }

    @Override
    public Way known(Way way) {
        return way.kind() == Way.Kind.RANKS ? way : way.withoutDepth();
    }

    @Override
    public String path(Way way) {
        return name() + "/_search";
    }

    @Override
    public ObjectNode query(Way way, Corpus.Question question) {
        return switch (way.kind()) {
            case WORDS -> Bodies.match(question.text());
            case VECTOR -> {
                ObjectNode root = Bodies.object();
                root.putObject("embedding")
                        .put("field", VECTOR)
                        .put("k", way.size())
                        .set("vector", Bodies.numbers(question.vector()));
                yield root;
            }
            case SCORES, RANKS -> {
                ObjectNode root = Bodies.object();
                ObjectNode hybrid = root.putObject("hybrid_match")
                        .put("query", question.text())
                        .put("embedding_field", VECTOR);
                if (way.kind() == Way.Kind.SCORES || way.depth() > 0) {
                    hybrid.put("k", Way.NEAREST);
                }
                hybrid.putArray("fields").add(TEXT);
                hybrid.set("vector", Bodies.numbers(question.vector()));
                if (way.kind() == Way.Kind.RANKS) {
                    hybrid.put("fusion", "rrf");
                }
                yield root;
            }
        };
    }
}
