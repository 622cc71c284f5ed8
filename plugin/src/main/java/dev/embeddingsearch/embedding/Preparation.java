/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes inputs of a request's texts: prefixed, cut to the model's limit, each distinct text once. */
final class Preparation {

    private final Tokens tokens;
    private final EmbeddingModel model;
    private final EmbeddingRequest request;

    Preparation(Tokens tokens, EmbeddingModel model, EmbeddingRequest request) {
        this.tokens = tokens;
        this.model = model;
        this.request = request;
    }

    /** Prepares all texts; those that cannot be sent are reported to the collector and left out. */
    List<Input> prepare(Collector collector) {
        Map<String, List<Integer>> distinct = new LinkedHashMap<>();
        for (int i = 0; i < request.texts().size(); i++) {
            distinct.computeIfAbsent(request.texts().get(i), text -> new ArrayList<>())
                    .add(i);
        }
        List<Input> inputs = new ArrayList<>(distinct.size());
        distinct.forEach((text, positions) -> {
            try {
                Tokens.Counted fitting = fit(text);
                inputs.add(new Input(fitting.text(), fitting.tokens(), positions));
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

    /** Half a surrogate pair has no UTF-8: it becomes a replacement character, as in any other encoder. */
    private static String wellFormed(String text) {
        boolean broken = text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        return broken ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) : text;
    }
}
