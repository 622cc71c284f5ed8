/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.opensearch.test.OpenSearchTestCase;

public class BatchLimitsTests extends OpenSearchTestCase {

    public void testFillsToTheBordersExactly() {
        assertEquals(List.of(List.of(5, 5), List.of(5)), batches(10, 10, 0, 5, 5, 5));
        assertEquals(List.of(List.of(5, 5), List.of(1, 9), List.of(10)), batches(10, 10, 0, 5, 5, 1, 9, 10));
        assertEquals(List.of(List.of(1, 1, 1), List.of(1)), batches(3, 10, 0, 1, 1, 1, 1));
        assertEquals(List.of(), batches(3, 10, 0));
    }

    public void testInputLargerThanACallGoesAlone() {
        assertEquals(List.of(List.of(1), List.of(11), List.of(1)), batches(3, 10, 0, 1, 11, 1));
    }

    public void testCallIsNoLargerThanAMinute() {
        assertEquals(List.of(List.of(5), List.of(5)), batches(10, 10, 9, 5, 5));
    }

    public void testCallIsNoLargerThanTheServiceSays() {
        assertEquals(
                9, BatchLimits.of(TestLimits.of("max_batch_tokens", 10), 9, 100).maxTokens());
        assertEquals(
                10,
                BatchLimits.of(TestLimits.of("max_batch_tokens", 10), 11, 100).maxTokens());
    }

    public void testNothingIsLostAndNothingIsTooLarge() {
        int[] tokens = randomIntArray();
        int maxInputs = randomIntBetween(1, 20);
        int maxTokens = randomIntBetween(50, 500);
        List<Integer> batched = new ArrayList<>();
        for (List<Integer> batch : batches(maxInputs, maxTokens, 0, tokens)) {
            assertTrue(batch.size() <= maxInputs);
            assertTrue(batch.stream().mapToInt(n -> n).sum() <= maxTokens);
            batched.addAll(batch);
        }
        assertEquals(Arrays.stream(tokens).boxed().toList(), batched);
    }

    private static int[] randomIntArray() {
        int[] numbers = new int[randomIntBetween(0, 200)];
        Arrays.setAll(numbers, i -> randomIntBetween(1, 50));
        return numbers;
    }

    private static List<List<Integer>> batches(int maxInputs, int maxTokens, int perMinute, int... tokens) {
        List<Input> inputs = new ArrayList<>();
        for (int n : tokens) {
            inputs.add(new Input("text", n));
        }
        BatchLimits limits = BatchLimits.of(
                TestLimits.of(
                        "max_batch_inputs", maxInputs, "max_batch_tokens", maxTokens, "tokens_per_minute", perMinute),
                Long.MAX_VALUE,
                Integer.MAX_VALUE);
        List<List<Integer>> calls = new ArrayList<>();
        while (!inputs.isEmpty()) {
            calls.add(limits.removeFirst(inputs).stream().map(Input::tokens).toList());
        }
        return calls;
    }
}
