/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingResult;
import java.util.Locale;

/**
 * Counts tokens and cuts texts by tokens. An encoding is loaded when it is first used. Special tokens in a text are
 * treated as ordinary text.
 */
final class Tokens {

    private final EncodingRegistry registry = Encodings.newLazyEncodingRegistry();

    /** A text and the number of its tokens. */
    record Counted(String text, int tokens) {}

    int count(String tokenizer, String text) {
        return encoding(tokenizer).countTokensOrdinary(text);
    }

    /** The longest prefix of the text that has at most {@code limit} tokens and ends between two characters. */
    Counted cut(String tokenizer, String text, int limit) {
        Encoding encoding = encoding(tokenizer);
        EncodingResult result = encoding.encodeOrdinary(text, limit);
        if (!result.isTruncated()) {
            return new Counted(text, result.getTokens().size());
        }
        String cut = encoding.decode(result.getTokens());
        int tokens = encoding.countTokensOrdinary(cut);
        // A cut word may be split into tokens in another way than the whole word, in rare cases into more tokens.
        return tokens <= limit ? new Counted(cut, tokens) : cut(tokenizer, cut, limit - 1);
    }

    private Encoding encoding(String tokenizer) {
        return registry.getEncoding(tokenizer.toLowerCase(Locale.ROOT)).orElseThrow();
    }
}
