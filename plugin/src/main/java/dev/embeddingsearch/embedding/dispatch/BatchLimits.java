/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Bounds of one call: as many inputs as its limits on inputs and tokens allow, in order. */
record BatchLimits(int maxInputs, long maxTokens) {

    /**
     * The bounds by settings and by what is known of the service. Calls stay below the tokens of a minute, because a
     * larger call would be refused whenever it is sent.
     *
     * @param serviceTokens most tokens that the service accepts between two resets of its limits
     * @param serviceInputs most inputs that the service is known to accept in one call
     */
    static BatchLimits of(Limits limits, long serviceTokens, int serviceInputs) {
        long perMinute = limits.tokensPerMinute() == 0 ? Long.MAX_VALUE : limits.tokensPerMinute();
        return new BatchLimits(
                Math.min(limits.batchInputs(), serviceInputs),
                Math.min(limits.batchTokens(), Math.min(perMinute, serviceTokens)));
    }

    /** Whether a call of this size has no room for another input. */
    boolean isFull(int inputs, long tokens) {
        return inputs >= maxInputs || tokens >= maxTokens;
    }

    /** Removes the inputs of one call from a queue. An input too large for any call goes alone. */
    List<Input> removeFirst(Iterable<Input> queue) {
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
