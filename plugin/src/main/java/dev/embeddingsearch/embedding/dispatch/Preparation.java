/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes inputs of the texts of a request: with the prefix, cut to the limit of the model, each distinct text once. */
final class Preparation {

    private final Tokens tokens;
    private final EmbeddingModel model;
    private final EmbeddingRequest request;
    private final boolean uncounted;

    Preparation(Tokens tokens, EmbeddingModel model, EmbeddingRequest request) {
        this.tokens = tokens;
        this.model = model;
        this.request = request;
        this.uncounted = fitsUncounted();
    }

    /** Prepares all texts; a text that cannot be sent fails at the collector and is left out. */
    List<Input> prepare(RequestSize size, Collector collector) {
        Map<String, List<Integer>> distinct = new LinkedHashMap<>();
        for (int i = 0; i < request.texts().size(); i++) {
            distinct.computeIfAbsent(request.texts().get(i), text -> new ArrayList<>())
                    .add(i);
        }
        List<Input> inputs = new ArrayList<>(distinct.size());
        distinct.forEach((text, positions) -> {
            try {
                size.requireRoom(text);
                Tokens.Counted fitting = fit(text);
                inputs.add(new Input(fitting.text(), fitting.tokens()).wantedBy(collector, positions));
            } catch (RuntimeException e) {
                collector.failure(positions, e);
            }
        });
        return inputs;
    }

    private Tokens.Counted fit(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the text is empty: there is nothing to embed");
        }
        String whole = wellFormed(model.prefixes().of(request.side()) + text);
        if (model.replacesNewlines(request.inputType())) {
            whole = whole.replace('\n', ' ');
        }
        if (uncounted) {
            return new Tokens.Counted(whole, maxTokens(whole.length()));
        }
        int limit = model.limits().inputTokens();
        if (limit == 0) {
            return new Tokens.Counted(whole, tokens.count(model.tokenizer(), whole));
        }
        Tokens.Counted cut = tokens.cut(model.tokenizer(), whole, limit);
        boolean refused =
                cut.text().length() < whole.length() && !model.limits().truncate();
        if (refused || cut.text().isEmpty()) {
            throw new IllegalArgumentException("the text has [" + tokens.count(model.tokenizer(), whole)
                    + "] tokens, model [" + model.name() + "] takes at most [" + limit + "]: shorten it, or set"
                    + " [embedding.model." + model.name() + ".truncate] to [end] to have it cut");
        }
        return cut;
    }

    /**
     * Whether all texts of a search together fit into the limit of a single text and of a call: then tokens need not be
     * counted. Documents are always counted, because they share calls with other requests, and upper bounds would leave
     * these calls half empty.
     */
    private boolean fitsUncounted() {
        if (request.purpose() != Purpose.SEARCH) {
            return false;
        }
        Limits limits = model.limits();
        long chars = 0;
        for (String text : request.texts()) {
            chars += model.prefixes().of(request.side()).length() + text.length();
        }
        int max =
                limits.inputTokens() == 0 ? limits.batchTokens() : Math.min(limits.inputTokens(), limits.batchTokens());
        return limits.tokensPerMinute() == 0 && chars < Integer.MAX_VALUE / 3 && maxTokens((int) chars) <= max;
    }

    /**
     * An upper bound of the tokens in so many chars: a token has at least one byte, a char has at most three in UTF-8.
     */
    static int maxTokens(int chars) {
        return 3 * chars;
    }

    /** Replaces unpaired surrogates, which have no UTF-8, by a question mark, as Java does. */
    private static String wellFormed(String text) {
        boolean broken = text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        return broken ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) : text;
    }
}
