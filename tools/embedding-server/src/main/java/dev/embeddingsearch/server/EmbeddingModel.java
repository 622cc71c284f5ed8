/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

/** A loaded model that turns one text into one vector; safe for use by several threads at once. */
interface EmbeddingModel {

    /** Embeds the text; a text beyond the model's window is cut at the window. */
    Embedded embed(String text);

    /**
     * What became of one text.
     *
     * @param vector unit length
     * @param tokens how many of the model's own tokens it read, its special tokens left out
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Embedded(float[] vector, int tokens) {}
}
