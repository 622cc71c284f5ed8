/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** The entries of a reply's {@code data}, right or with a fault. */
final class Entries {

    private final List<String> input;
    private final int dimensions;
    private final SplittableRandom random;

    Entries(EmbeddingsCall call, SplittableRandom random) {
        this.input = call.input();
        this.dimensions = call.dimensions();
        this.random = random;
    }

    /** A reply's body with the right vectors in base64, in order. */
    String right() {
        return body(rightEntries());
    }

    String reordered() {
        List<String> entries = rightEntries();
        for (int i = entries.size() - 1; i > 0; i--) {
            Collections.swap(entries, i, random.nextInt(i + 1));
        }
        return body(entries);
    }

    String floats() {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < input.size(); i++) {
            entries.add(floats(i));
        }
        return body(entries);
    }

    String floatsAndBase64() {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < input.size(); i++) {
            entries.add(random.nextBoolean() ? floats(i) : right(i));
        }
        return body(entries);
    }

    String shortData() {
        List<String> entries = rightEntries();
        entries.remove(random.nextInt(entries.size()));
        return body(entries);
    }

    String longData() {
        List<String> entries = rightEntries();
        entries.add(entry(input.size(), base64(vector(0))));
        return body(entries);
    }

    String noIndex() {
        return withOne(i -> "{\"object\":\"embedding\",\"embedding\":" + base64(vector(i)) + "}");
    }

    /** One index twice, and for that one missing where there are several. */
    String duplicateIndex() {
        List<String> entries = rightEntries();
        int last = entries.size() - 1;
        if (last == 0) {
            entries.add(entries.getFirst());
        } else {
            entries.set(last, entry(random.nextInt(last), base64(vector(last))));
        }
        return body(entries);
    }

    String wrongDimensions() {
        int length = random.nextBoolean() ? dimensions - 1 : dimensions + 1;
        return withOne(i -> entry(i, base64(TextVectors.of(input.get(i), length))));
    }

    String brokenBase64() {
        return withOne(i -> {
            StringBuilder broken = new StringBuilder(base64(vector(i)));
            broken.setCharAt(1 + random.nextInt(broken.length() - 2), '!');
            return entry(i, broken.toString());
        });
    }

    String nanInBase64() {
        return withOne(i -> {
            float[] vector = vector(i);
            vector[random.nextInt(dimensions)] = random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
            return entry(i, base64(vector));
        });
    }

    String nanAsLiteral() {
        return withOne(i -> entry(i, "[NaN" + ",0.5".repeat(dimensions - 1) + "]"));
    }

    String zeroVector() {
        return withOne(i -> entry(i, base64(new float[dimensions])));
    }

    private interface Entry {
        String of(int index);
    }

    private String withOne(Entry wrong) {
        List<String> entries = rightEntries();
        int i = random.nextInt(entries.size());
        entries.set(i, wrong.of(i));
        return body(entries);
    }

    private List<String> rightEntries() {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < input.size(); i++) {
            entries.add(right(i));
        }
        return entries;
    }

    private String right(int index) {
        return entry(index, base64(vector(index)));
    }

    private String floats(int index) {
        return entry(index, Arrays.toString(vector(index)));
    }

    private float[] vector(int index) {
        return TextVectors.of(input.get(index), dimensions);
    }

    private static String base64(float[] vector) {
        return "\"" + Base64Vector.of(vector) + "\"";
    }

    private static String entry(int index, String embedding) {
        return "{\"object\":\"embedding\",\"index\":" + index + ",\"embedding\":" + embedding + "}";
    }

    private static String body(List<String> entries) {
        return "{\"object\":\"list\",\"data\":[" + String.join(",", entries)
                + "],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
    }
}
