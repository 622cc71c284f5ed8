/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

/** What models of one kind have in common; {@link #OTHER} also stands for every model the catalog does not know. */
public enum Family {
    /** OpenAI's third generation: vectors of any shorter length on request. */
    TEXT_EMBEDDING_3("cl100k_base", true),
    TEXT_EMBEDDING_ADA("cl100k_base", false),
    /** First generation for text: its guide asks for spaces in place of newlines. */
    TEXT_001("r50k_base", false),
    /** First generation for code: newlines are part of the code. */
    CODE_001("r50k_base", false),
    /** Their own tokenizers differ; cl100k_base is an approximation for them. */
    OTHER("cl100k_base", false);

    private final String tokenizer;
    private final boolean takesDimensions;

    Family(String tokenizer, boolean takesDimensions) {
        this.tokenizer = tokenizer;
        this.takesDimensions = takesDimensions;
    }

    /** Name of the encoding that counts this family's tokens. */
    public String tokenizer() {
        return tokenizer;
    }

    /** Whether the service accepts {@code dimensions} in the request. */
    public boolean takesDimensions() {
        return takesDimensions;
    }
}
