/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel.Limits;
import java.util.ArrayList;
import java.util.List;

/** Packs inputs into as few calls as their order allows, under the limits on inputs and tokens. */
final class Packer {

    private Packer() {}

    static List<List<Input>> pack(List<Input> inputs, Limits limits) {
        // A call larger than a minute's tokens would be refused whenever it is sent.
        int perMinute = limits.tokensPerMinute();
        int maxTokens = perMinute == 0 ? limits.batchTokens() : Math.min(perMinute, limits.batchTokens());
        List<List<Input>> batches = new ArrayList<>();
        List<Input> batch = new ArrayList<>();
        long tokens = 0;
        for (Input input : inputs) {
            boolean full = batch.size() == limits.batchInputs() || tokens + input.tokens() > maxTokens;
            if (full && !batch.isEmpty()) {
                batches.add(batch);
                batch = new ArrayList<>();
                tokens = 0;
            }
            batch.add(input);
            tokens += input.tokens();
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
