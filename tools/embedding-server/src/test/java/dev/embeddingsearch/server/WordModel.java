/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

/** A deterministic model of eight dimensions: a text's vector follows from its characters, its tokens are its words. */
final class WordModel implements EmbeddingModel {
    static final String FAILING_TEXT = "text the model fails on";

    /** What requests know of it; it has no files. */
    static final ServedModel SERVED = new ServedModel("word-model", 8, 512, Pooling.MEAN, "none");

    @Override
    public Embedded embed(String text) {
        if (text.equals(FAILING_TEXT)) {
            throw new IllegalStateException("scripted failure");
        }
        float[] vector = new float[SERVED.dimensions()];
        for (int i = 0; i < text.length(); i++) {
            vector[i % vector.length] += text.charAt(i);
        }
        return new Embedded(Vectors.unit(vector), text.split(" ", -1).length);
    }
}
