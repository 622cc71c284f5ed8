/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one model on this node. */
public final class ModelStats {

    /** Characters per token, assumed until the model's own replies are known; about right for English. */
    private static final double CHARACTERS_PER_TOKEN = 4;

    private final LongAdder requests = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder inputs = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder characters = new LongAdder();
    private final LongAdder savedTexts = new LongAdder();
    private final LongAdder savedCharacters = new LongAdder();
    private final DoubleAdder spend = new DoubleAdder();
    private final Map<FailureKind, LongAdder> failures = new EnumMap<>(FailureKind.class);
    private final Latencies.Recorder latencies = new Latencies.Recorder();

    ModelStats() {
        for (FailureKind kind : FailureKind.values()) {
            failures.put(kind, new LongAdder());
        }
    }

    /**
     * A successful call.
     *
     * @param tokens as the service counts them, if it does
     * @param pricePerMillionTokens in US dollars, at the time of the call
     */
    public record Answer(int inputs, long characters, long tokens, double pricePerMillionTokens) {}

    /**
     * Counts the start of a call.
     *
     * @param again whether the call is a retry
     */
    public void called(boolean again) {
        requests.increment();
        if (again) {
            retries.increment();
        }
    }

    /** Counts a successful call. */
    public void answered(Answer answer, long nanos) {
        inputs.add(answer.inputs());
        characters.add(answer.characters());
        tokens.add(answer.tokens());
        spend.add(answer.tokens() * answer.pricePerMillionTokens() / 1e6);
        latencies.record(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** Counts a failed call. */
    public void failed(FailureKind kind) {
        failures.get(kind).increment();
    }

    /** Counts vectors returned to callers; those that the service has made are subtracted by negative numbers. */
    public void saved(long texts, long textCharacters) {
        savedTexts.add(texts);
        savedCharacters.add(textCharacters);
    }

    /** An estimate of the tokens of texts with so many characters, from this model's calls so far. */
    public long likelyTokens(long textCharacters) {
        long sent = characters.sum();
        long counted = tokens.sum();
        double perToken = sent > 0 && counted > 0 ? (double) sent / counted : CHARACTERS_PER_TOKEN;
        return (long) Math.ceil(textCharacters / perToken);
    }

    ModelSnapshot snapshot() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("requests", requests.sum());
        counters.put("retries", retries.sum());
        counters.put("inputs", inputs.sum());
        counters.put(ModelSnapshot.TOKENS, tokens.sum());
        counters.put(ModelSnapshot.SAVED_TEXTS, Math.max(0, savedTexts.sum()));
        counters.put(ModelSnapshot.SAVED_TOKENS, likelyTokens(Math.max(0, savedCharacters.sum())));
        Map<String, Long> failed = new LinkedHashMap<>();
        failures.forEach((kind, count) -> failed.put(kind.toString(), count.sum()));
        return new ModelSnapshot(counters, failed, spend.sum(), latencies.latencies());
    }
}
