/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** How much goes into one call: as much as the limits on inputs and tokens allow, in order. */
record BatchLimits(int maxInputs, long maxTokens) {

    /**
     * Keeps calls below a minute's tokens, for larger ones would be refused whenever they are sent.
     *
     * @param serviceTokens the same by the service's own account
     * @param serviceInputs most inputs that the service was found to take
     */
    static BatchLimits of(Limits limits, long serviceTokens, int serviceInputs) {
        long perMinute = limits.tokensPerMinute() == 0 ? Long.MAX_VALUE : limits.tokensPerMinute();
        return new BatchLimits(
                Math.min(limits.batchInputs(), serviceInputs),
                Math.min(limits.batchTokens(), Math.min(perMinute, serviceTokens)));
    }

    /** Whether so much leaves no room for more. */
    boolean isFull(int inputs, long tokens) {
        return inputs >= maxInputs || tokens >= maxTokens;
    }

    /** Takes one call's inputs out of a queue. An input too large for any call goes alone. */
    List<Input> take(Iterable<Input> queue) {
        List<Input> call = new ArrayList<>();
        long tokens = 0;
        for (Iterator<Input> inputs = queue.iterator(); inputs.hasNext() && call.size() < maxInputs; ) {
            Input input = inputs.next();
            tokens += input.tokens();
            if (tokens > maxTokens && !call.isEmpty()) {
                break;
            }
            call.add(input);
            inputs.remove();
        }
        return call;
    }
}
